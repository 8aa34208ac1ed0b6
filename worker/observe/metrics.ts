/** Event -> prom-client metric, counted per batch or object. No tenant is ever a label: thousands of tenants would be thousands of series. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer } from './events.ts';

/** What the metrics read when they are scraped, rather than being told. */
export interface Gauges {
  readonly slotsActive: () => number;
  readonly slotsWaiting: () => number;
  readonly lanes: () => number;
  readonly heldMessages: () => number;
  readonly budgetBytes: () => number;
  readonly ready: () => boolean;
  readonly taskProtected: () => boolean;
  readonly taskProtectionFailing: () => boolean;
}

const PUT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const LAG_SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400];
const OBJECT_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** A registry of its own, so that two workers in one process (tests) do not count into each other's. */
export function makeMetrics(observer: Observer, gauges: Gauges): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counter = counterIn(registry);
  countObjects(observer, counter);
  countBatches(observer, counter);
  countMessages(observer, counter);
  countTenants(observer, counter);
  countParking(observer, counter, registry);
  observeTimes(observer, registry);
  pollGauges(gauges, registry);
  return registry;
}

type MakeCounter = <L extends string = never>(name: string, help: string, labelNames?: readonly L[]) => Counter<L>;

function counterIn(registry: Registry): MakeCounter {
  return (name, help, labelNames = []) => new Counter({ name: `logferry_${name}`, help, labelNames, registers: [registry] });
}

function countObjects(observer: Observer, counter: MakeCounter): void {
  const objects = counter('objects_total', 'Objects by what became of them.', ['outcome']);
  const failures = counter('object_failures_total', 'Failed tries of objects, by fault code.', ['code']);
  const lines = counter('lines_total', 'Lines of settled objects, by the way they left: read is the sum of the others.', ['way']);
  const raw = counter('raw_bytes_total', 'Decompressed bytes of settled objects.');
  const events = counter('events_total', 'Events that settled objects were made into.');
  const fallbacks = counter('time_fallbacks_total', "Lines without a usable time, delivered with their object's time.");
  const resumes = counter('object_resumes_total', 'Bodies that broke off and went on by a ranged read.');
  const oversize = counter('oversize_lines_total', 'Lines longer than MAX_LINE_BYTES.');
  const open = counter('balance_open_total', 'Objects whose lines were not all accounted for. Anything but 0 is a defect.');
  observer.on('object:done', (fact) => {
    objects.inc({ outcome: 'delivered' });
    for (const way of ['read', 'accepted', 'filtered', 'quarantined', 'rejected'] as const) lines.inc({ way }, fact[way]);
    raw.inc(fact.rawBytes);
    events.inc(fact.events);
    fallbacks.inc(fact.timeFallbacks);
  });
  observer.on('object:skip', ({ reason }) => objects.inc({ outcome: reason }));
  observer.on('object:fail', ({ code }) => failures.inc({ code }));
  observer.on('object:resume', () => resumes.inc());
  observer.on('line:oversize', () => oversize.inc());
  observer.on('balance:open', () => open.inc());
  const quarantined = counter('quarantined_lines_total', 'Lines written to the quarantine bucket, by reason.', ['reason']);
  const failed = counter('quarantine_failures_total', 'Writes that the quarantine bucket did not take.', ['code']);
  observer.on('line:quarantine', ({ reason, lines: kept }) => quarantined.inc({ reason }, kept));
  observer.on('quarantine:fail', ({ code }) => failed.inc({ code }));
}

function countBatches(observer: Observer, counter: MakeCounter): void {
  const batches = counter('batches_total', 'PutLogEvents calls that CloudWatch Logs took.');
  const bytes = counter('put_bytes_total', 'Bytes put, as CloudWatch Logs counts them (26 an event on top).');
  const retries = counter('put_retries_total', 'Back-offs of puts, by reason.', ['reason']);
  const ambiguous = counter('ambiguous_puts_total', 'Puts whose answer was lost: their events may be there twice.');
  const rejected = counter('rejected_lines_total', 'Lines that CloudWatch Logs refused, by kind.', ['kind']);
  const created = counter('streams_created_total', 'Log streams and groups made.', ['what']);
  observer.on('batch:put', (fact) => {
    batches.inc();
    bytes.inc(fact.bytes);
  });
  observer.on('batch:retry', ({ reason }) => retries.inc({ reason }));
  observer.on('batch:ambiguous', () => ambiguous.inc());
  observer.on('batch:reject', ({ kind, lines }) => rejected.inc({ kind }, lines));
  observer.on('stream:create', ({ what }) => created.inc({ what }));
  const late = counter('late_events_total', 'Events that were delivered with the time of their arrival.');
  observer.on('batch:late', ({ events }) => late.inc(events));
}

function countMessages(observer: Observer, counter: MakeCounter): void {
  const received = counter('messages_received_total', 'Messages that SQS handed out.');
  const errors = counter('receive_errors_total', 'Receives that failed; over_limit: SQS has 120,000 messages in flight.', ['kind']);
  const deleted = counter('messages_deleted_total', 'Messages acknowledged.');
  const returned = counter('messages_returned_total', 'Messages given back to the queue, by reason.', ['reason']);
  const dead = counter('dead_letters_total', 'Dead letters sent, by reason.', ['reason']);
  const ackErrors = counter('acknowledge_errors_total', 'Answers for messages that SQS refused or did not take.', ['action']);
  observer.on('receive:batch', ({ messages }) => received.inc(messages));
  observer.on('receive:error', () => errors.inc({ kind: 'error' }));
  observer.on('receive:over-limit', () => errors.inc({ kind: 'over_limit' }));
  observer.on('message:delete', () => deleted.inc());
  observer.on('message:return', ({ reason }) => returned.inc({ reason }));
  observer.on('message:dead-letter', ({ reason }) => dead.inc({ reason }));
  observer.on('message:ack-error', ({ action }) => ackErrors.inc({ action }));
}

function countTenants(observer: Observer, counter: MakeCounter): void {
  const rows = counter('tenant_lookups_total', 'Look-ups of tenant rows, by how the cache answered.', ['outcome']);
  const sessions = counter('session_lookups_total', 'Look-ups of tenant sessions, by how the cache answered.', ['outcome']);
  const assumed = counter('assume_role_total', 'AssumeRole calls, by hop and whether they succeeded.', ['hop', 'ok']);
  observer.on('tenant:lookup', ({ outcome }) => rows.inc({ outcome }));
  observer.on('credentials:lookup', ({ outcome }) => sessions.inc({ outcome }));
  observer.on('credentials:assume', ({ hop, ok }) => assumed.inc({ hop: String(hop), ok: String(ok) }));
}

/** What one sweep has found out says nothing for longer than until the next, which another task may do. */
const SWEEP_SAYS_MS = 70 * 60_000;

function countParking(observer: Observer, counter: MakeCounter, registry: Registry): void {
  const parked = counter('parked_objects_total', 'Objects parked, by reason.', ['reason']);
  const replayed = counter('replayed_objects_total', 'New notifications of parked objects.');
  const breakers = counter('breaker_changes_total', 'Breakers opened, tried and closed.', ['to']);
  const sweeps = counter('sweeps_total', 'Sweeps, by whether they came to their end.', ['outcome']);
  const aging = counter('aging_total', 'Parked objects and messages that have waited for so long that they will soon be lost.', ['what']);
  const last = { at: -Infinity, oldestMs: 0, ailing: 0 };
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `logferry_${name}`,
      help: `${help} As the last sweep of this task found it; the most of all tasks counts.`,
      registers: [registry],
      collect() {
        this.set(Date.now() - last.at < SWEEP_SAYS_MS ? read() : 0);
      },
    });
  gauge('parked_oldest_seconds', 'Age of the oldest parked object.', () => last.oldestMs / 1000);
  gauge('breakers_open', 'Tenants whose breaker is open.', () => last.ailing);
  observer.on('object:park', ({ reason }) => parked.inc({ reason }));
  observer.on('object:replay', () => replayed.inc());
  observer.on('breaker:open', () => breakers.inc({ to: 'open' }));
  observer.on('breaker:probe', () => breakers.inc({ to: 'half-open' }));
  observer.on('breaker:close', () => breakers.inc({ to: 'closed' }));
  observer.on('sweep:done', ({ oldestMs, ailing }) => {
    sweeps.inc({ outcome: 'done' });
    Object.assign(last, { at: Date.now(), oldestMs, ailing });
  });
  observer.on('sweep:fail', () => sweeps.inc({ outcome: 'failed' }));
  observer.on('parked:aging', () => aging.inc({ what: 'parked' }));
  observer.on('message:aging', () => aging.inc({ what: 'message' }));
}

function observeTimes(observer: Observer, registry: Registry): void {
  const registers = [registry];
  const put = new Histogram({
    name: 'logferry_put_seconds',
    help: 'Time of a successful PutLogEvents call.',
    buckets: PUT_SECONDS,
    registers,
  });
  const lag = new Histogram({
    name: 'logferry_lag_seconds',
    help: "From an object's time to its delivery.",
    buckets: LAG_SECONDS,
    registers,
  });
  const object = new Histogram({
    name: 'logferry_object_seconds',
    help: 'From the start of an object to its settlement.',
    buckets: OBJECT_SECONDS,
    registers,
  });
  observer.on('batch:put', ({ durationMs }) => put.observe(durationMs / 1000));
  observer.on('object:done', ({ lagMs, durationMs }) => {
    lag.observe(Math.max(0, lagMs) / 1000);
    object.observe(durationMs / 1000);
  });
}

function pollGauges(gauges: Gauges, registry: Registry): void {
  const poll = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `logferry_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  poll('slots_active', 'Slots in use.', gauges.slotsActive);
  poll('slots_waiting', 'Pieces of work that wait for a slot.', gauges.slotsWaiting);
  poll('lanes', 'Tenants with objects waiting or under way.', gauges.lanes);
  poll('messages_held', 'Messages held, waiting or under way.', gauges.heldMessages);
  poll('budget_bytes', 'Bytes held by open windows.', gauges.budgetBytes);
  poll('ready', '1 when work can be taken.', () => Number(gauges.ready()));
  poll('task_protected', '1 while ECS holds the scale-in protection of this task.', () => Number(gauges.taskProtected()));
  poll('task_protection_failing', '1 when the last call for scale-in protection failed.', () => Number(gauges.taskProtectionFailing()));
}
