/** What Prometheus scrapes: the facts counted, and no series for a tenant, an object or a message. */
import { expect, test } from 'vitest';
import { Observer, type EventName, type WorkerEvents } from '../../../worker/observe/events.ts';
import { makeMetrics, type Gauges } from '../../../worker/observe/metrics.ts';

const gauges: Gauges = {
  slotsActive: () => 3,
  slotsWaiting: () => 4,
  lanes: () => 5,
  heldMessages: () => 6,
  budgetBytes: () => 7,
  ready: () => true,
  taskProtected: () => true,
  taskProtectionFailing: () => false,
};

/** One of each fact. A new event does not compile until it stands here. */
const facts = (id: string): { readonly [N in EventName]: WorkerEvents[N] } => {
  const object = { tenant: id, bucket: id, key: id };
  const lines = { read: 15, accepted: 7, filtered: 2, quarantined: 5, rejected: 1 };
  const error = new Error(id);
  return {
    'worker:start': { mode: 'sqs', version: '0' },
    'worker:listen': { port: 1 },
    'worker:warn': { setting: id, advice: id },
    'worker:drain': { reason: id, held: 1 },
    'worker:stop': { code: 0, forced: false },
    'worker:readiness': { ready: false, reasons: [id] },
    'protection:change': { protected: true, reason: 'work' },
    'protection:fail': { action: 'take', reason: id, detail: id, givenUp: false },
    'receive:batch': { messages: 9 },
    'receive:error': { error },
    'receive:over-limit': { error },
    'message:admit': { messageId: id, objects: 1 },
    'message:delete': { messageId: id },
    'message:return': { messageId: id, reason: 'surplus', delaySeconds: 1, receiveCount: 1 },
    'message:dead-letter': { messageId: id, reason: 'bad-key', detail: id },
    'message:ignore': { messageId: id, kind: id },
    'message:ack-error': { messageId: id, action: 'delete', lost: true, error },
    'object:start': object,
    'object:done': { ...object, ...lines, events: 8, rawBytes: 500, batches: 1, durationMs: 40, lagMs: 2_000, timeFallbacks: 3 },
    'object:skip': { ...object, reason: 'not-wanted' },
    'object:fail': { ...object, code: 'tenant-denied', detail: id },
    'object:park': { ...object, type: 'cloudwatch', reason: 'tenant-denied' },
    'object:replay': object,
    'breaker:open': { tenant: id, type: 'cloudwatch', reason: 'tenant-denied', detail: id, failures: 1, nextProbeMs: 1 },
    'breaker:probe': { tenant: id, type: 'cloudwatch', reason: 'tenant-denied' },
    'breaker:close': { tenant: id, type: 'cloudwatch', reason: 'tenant-denied', openMs: 1 },
    'sweep:done': { sent: 1, ailing: 2, oldestMs: 3_000 },
    'sweep:fail': { code: 'dependency-down', detail: id },
    'parked:aging': { tenant: id, type: 'cloudwatch', reason: 'unknown-tenant', ageMs: 1, key: id },
    'message:aging': { messageId: id, ageMs: 1 },
    'object:resume': { bucket: id, key: id, offset: 1, error },
    'object:trailing-bytes': { bucket: id, key: id, bytes: 1 },
    'line:oversize': { bucket: id, key: id, parts: 2 },
    'line:quarantine': { ...object, reason: 'too-old', lines: 5, quarantine: id },
    'quarantine:fail': { tenant: id, code: 'central-denied', detail: id, attempt: 1 },
    'balance:open': { ...object, ...lines },
    'batch:put': { tenant: id, events: 8, bytes: 300, durationMs: 20 },
    'batch:retry': { tenant: id, reason: 'ThrottlingException', delayMs: 1, attempt: 1 },
    'batch:ambiguous': { tenant: id, events: 8, error },
    'batch:reject': { tenant: id, kind: 'too-old', lines: 4 },
    'batch:late': { tenant: id, events: 3 },
    'stream:create': { tenant: id, what: 'stream', name: id },
    'tenant:lookup': { outcome: 'stale' },
    'tenant:warn': { tenant: id, advice: id },
    'credentials:lookup': { outcome: 'miss' },
    'credentials:assume': { hop: 2, tenant: id, ok: false, durationMs: 1 },
  };
};

function tell(observer: Observer, id: string): void {
  const all = facts(id);
  for (const name of Object.keys(all) as EventName[]) observer.emit(name, all[name]);
}

/** Series -> value, without those of the process itself. */
async function scrape(registry: ReturnType<typeof makeMetrics>): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('logferry_'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
}

test('each fact is counted', async () => {
  const observer = new Observer();
  const registry = makeMetrics(observer, gauges);
  tell(observer, 'a');
  tell(observer, 'a');
  expect(await scrape(registry)).toMatchObject({
    'logferry_objects_total{outcome="delivered"}': 2,
    'logferry_objects_total{outcome="not-wanted"}': 2,
    'logferry_object_failures_total{code="tenant-denied"}': 2,
    'logferry_lines_total{way="read"}': 30,
    'logferry_lines_total{way="accepted"}': 14,
    'logferry_lines_total{way="filtered"}': 4,
    'logferry_lines_total{way="quarantined"}': 10,
    'logferry_lines_total{way="rejected"}': 2,
    'logferry_quarantined_lines_total{reason="too-old"}': 10,
    'logferry_quarantine_failures_total{code="central-denied"}': 2,
    logferry_late_events_total: 6,
    logferry_raw_bytes_total: 1_000,
    logferry_events_total: 16,
    logferry_time_fallbacks_total: 6,
    logferry_object_resumes_total: 2,
    logferry_oversize_lines_total: 2,
    logferry_balance_open_total: 2,
    logferry_batches_total: 2,
    logferry_put_bytes_total: 600,
    'logferry_put_retries_total{reason="ThrottlingException"}': 2,
    logferry_ambiguous_puts_total: 2,
    'logferry_rejected_lines_total{kind="too-old"}': 8,
    'logferry_streams_created_total{what="stream"}': 2,
    logferry_messages_received_total: 18,
    'logferry_receive_errors_total{kind="error"}': 2,
    'logferry_receive_errors_total{kind="over_limit"}': 2,
    logferry_messages_deleted_total: 2,
    'logferry_messages_returned_total{reason="surplus"}': 2,
    'logferry_dead_letters_total{reason="bad-key"}': 2,
    'logferry_acknowledge_errors_total{action="delete"}': 2,
    'logferry_tenant_lookups_total{outcome="stale"}': 2,
    'logferry_session_lookups_total{outcome="miss"}': 2,
    'logferry_parked_objects_total{reason="tenant-denied"}': 2,
    logferry_replayed_objects_total: 2,
    'logferry_breaker_changes_total{to="open"}': 2,
    'logferry_sweeps_total{outcome="done"}': 2,
    'logferry_aging_total{what="parked"}': 2,
    'logferry_aging_total{what="message"}': 2,
    logferry_parked_oldest_seconds: 3,
    logferry_breakers_open: 2,
    'logferry_assume_role_total{hop="2",ok="false"}': 2,
    logferry_put_seconds_count: 2,
    'logferry_put_seconds_bucket{le="0.01"}': 0,
    'logferry_put_seconds_bucket{le="0.025"}': 2,
    'logferry_lag_seconds_bucket{le="1"}': 0,
    'logferry_lag_seconds_bucket{le="2"}': 2,
    'logferry_object_seconds_bucket{le="0.05"}': 2,
  });
});

test('a thousand tenants make no more series than one', async () => {
  const observer = new Observer();
  const registry = makeMetrics(observer, gauges);
  tell(observer, 'tenant-0');
  const series = Object.keys(await scrape(registry));
  for (let i = 1; i < 1_000; i++) tell(observer, `tenant-${i}`);
  expect(Object.keys(await scrape(registry))).toEqual(series);
  expect(await registry.metrics()).not.toMatch(/tenant-\d/);
});

test('gauges are read when they are scraped', async () => {
  let ready = true;
  const registry = makeMetrics(new Observer(), { ...gauges, ready: () => ready });
  expect(await scrape(registry)).toMatchObject({
    logferry_slots_active: 3,
    logferry_slots_waiting: 4,
    logferry_lanes: 5,
    logferry_messages_held: 6,
    logferry_budget_bytes: 7,
    logferry_ready: 1,
    logferry_task_protected: 1,
    logferry_task_protection_failing: 0,
  });
  ready = false;
  expect(await scrape(registry)).toMatchObject({ logferry_ready: 0 });
});

test('two workers in one process do not count into each other', async () => {
  const [one, two] = [new Observer(), new Observer()];
  makeMetrics(one, gauges);
  const registry = makeMetrics(two, gauges);
  tell(one, 'a');
  expect((await scrape(registry))['logferry_messages_deleted_total']).toBe(0);
});

test('a time before the object was written is a lag of nought, not a broken histogram', async () => {
  const observer = new Observer();
  const registry = makeMetrics(observer, gauges);
  observer.emit('object:done', { ...facts('a')['object:done'], lagMs: -5_000 });
  expect(await scrape(registry)).toMatchObject({ 'logferry_lag_seconds_bucket{le="1"}': 1, logferry_lag_seconds_sum: 0 });
});
