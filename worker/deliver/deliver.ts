/**
 * A window's batches to the tenant's stream. The only retry of puts is here: outside the slot, inside the object's lane, with full jitter. A batch
 * goes with the session of its own route or not at all.
 */
import { batchesOf, type LogBatch } from '../batch/batch.ts';
import type { Events, Window } from '../batch/window.ts';
import { describe, LogferryError } from '../errors.ts';
import type { Route } from '../locate/locate.ts';
import type { TenantSession, TenantSessions } from '../locate/tenant-credentials.ts';
import type { Observer, QuarantineReason } from '../observe/events.ts';
import { fullJitter, pause, unlessAborted, type BackoffRule } from '../run/backoff.ts';
import type { ByteBudget, Stalled } from '../run/byte-budget.ts';
import type { Slots } from '../run/limiter.ts';
import { redated } from './late.ts';
import type { LogStreams } from './log-stream.ts';
import { Invalid, narrow, type Refusals, type Trials } from './narrow.ts';
import { putBatch } from './put.ts';
import { linesByKind, rejectedEvents } from './rejections.ts';
import { classifyPut } from './retry.ts';

export interface DeliverDeps {
  readonly sessions: TenantSessions;
  readonly streams: LogStreams;
  readonly slots: Slots;
  readonly budget: ByteBudget;
  readonly observer: Observer;
  readonly backoff: BackoffRule;
  /** How long one batch is tried, in milliseconds. */
  readonly patienceMs: number;
  readonly reading: { readonly maxEventBytes: number };
  /** Missing: there is no place for lines that cannot be delivered. */
  readonly quarantine?: object;
}

/** One object on its one way to one tenant. */
export interface Run extends Stalled {
  readonly route: Route;
  readonly signal: AbortSignal;
  /** Resolves once a put may begin: no other worker can begin one before its end. */
  readonly mayPut: () => Promise<void>;
  readonly trials: Trials;
}

export interface DeliveryReport {
  readonly batches: number;
  readonly events: number;
  /** The lines of which CloudWatch has not each event, by their number. */
  readonly refused: ReadonlyMap<number, QuarantineReason>;
}

/** New sessions that one batch may ask for: more would be a refusal that calls itself an expiry. */
const MAX_SESSIONS = 3;
/** Creations of one batch's stream: CloudWatch may take a moment to know a new one. */
const MAX_CREATIONS = 5;

/**
 * Resolves when each event of the window is accepted or refused for good by CloudWatch. Lines too long to be held are not sent where they can be kept.
 * @throws LogferryError `tenant-denied`, `delivery-refused`, `group-missing`, `out-of-patience`, what the session throws, or the signal's reason.
 */
export async function deliverWindow(window: Window, run: Run, deps: DeliverDeps): Promise<DeliveryReport> {
  const kept = deps.quarantine === undefined ? NONE : window.tooLong;
  const batches = batchesOf(window, kept);
  const refusals: Refusals = new Map();
  for (const batch of batches) {
    for (const [event, kind] of await deliverBatch(batch, run, deps)) refusals.set(event, kind);
  }
  const late = run.route.late === 'now' ? await deliverLate(window, refusals, run, deps) : 0;
  const refused = new Map<number, QuarantineReason>([...kept].map((line) => [line, 'too-long']));
  for (const [event, kind] of refusals) refused.set(window.lineOf[event] ?? 0, kind);
  return { batches: batches.length + late, events: batches.reduce((sum, { order }) => sum + order.length, 0), refused };
}

const NONE: ReadonlySet<number> = new Set();

/** Sends what was refused for its time once more, with the present one; what is accepted then is taken out of `refusals`. @returns how many batches. */
async function deliverLate(window: Window, refusals: Refusals, run: Run, deps: DeliverDeps): Promise<number> {
  const events = [...refusals].flatMap(([event, kind]) => (kind === 'invalid' ? [] : [event]));
  if (events.length === 0) return 0;
  const tables = redated(window, events, Date.now(), { format: run.route.format, maxEventBytes: deps.reading.maxEventBytes });
  const heldBytes = tables.reduce((sum, { literals }) => sum + literals.length, 0);
  deps.budget.adjust(heldBytes);
  try {
    for (const table of tables) await deliverTable(table, refusals, run, deps);
  } finally {
    deps.budget.release(heldBytes);
  }
  return tables.length;
}

async function deliverTable(
  table: Events & { readonly eventOf: Uint32Array },
  refusals: Refusals,
  run: Run,
  deps: DeliverDeps,
): Promise<void> {
  for (const batch of batchesOf(table)) {
    const again = await deliverBatch(batch, run, deps);
    for (const event of batch.order) if (!again.has(event)) refusals.delete(table.eventOf[event] ?? 0);
    for (const [event, kind] of again) refusals.set(table.eventOf[event] ?? 0, kind);
    deps.observer.emit('batch:late', { tenant: run.route.source.tenant, events: batch.order.length - again.size });
  }
}

async function deliverBatch(batch: LogBatch, run: Run, deps: DeliverDeps): Promise<Refusals> {
  // From the first try on, hanging or backing off: what counts is how long the window's memory waits for the account.
  const resumed = deps.budget.stall(run);
  try {
    return await narrow(batch, run.trials, {
      attempt: async (part) => await tryBatch(part, run, deps),
      canKeep: deps.quarantine !== undefined,
      refuse: (cause) => refusal('delivery-refused', run.route, cause),
      found: (lines) => deps.observer.emit('batch:reject', { tenant: run.route.source.tenant, kind: 'invalid', lines }),
    });
  } finally {
    resumed();
  }
}

/** @throws Invalid, besides what `deliverWindow` throws. */
async function tryBatch(batch: LogBatch, run: Run, deps: DeliverDeps): Promise<Refusals> {
  const tries = { retries: 0, sessions: 0, creations: 0, until: Date.now() + deps.patienceMs };
  for (;;) {
    run.signal.throwIfAborted();
    const session = await unlessAborted(sessionFor(run.route, deps.sessions), run.signal);
    try {
      return await deps.slots.run(() => putOnce(batch, session, run, deps));
    } catch (error) {
      run.signal.throwIfAborted();
      await recover(error, { batch, session, run, deps, tries });
    }
  }
}

/** Invariant: a line never travels with another tenant's credentials, whatever the cache of sessions may say. */
async function sessionFor(route: Route, sessions: TenantSessions): Promise<TenantSession> {
  const session = await sessions.session(route);
  if (session.tenant === route.source.tenant && session.account === route.account) return session;
  throw new LogferryError(
    'unexpected',
    `a session of ${session.tenant} in ${session.account} was offered for ${route.source.tenant} in ${route.account}`,
  );
}

async function putOnce(batch: LogBatch, session: TenantSession, run: Run, { observer }: DeliverDeps): Promise<Refusals> {
  const { tenant } = run.route.source;
  await run.mayPut();
  const started = performance.now();
  const answer = await putBatch(session.client, batch, run.route, run.signal);
  observer.emit('batch:put', { tenant, events: batch.order.length, bytes: batch.countedBytes, durationMs: performance.now() - started });
  const refused = rejectedEvents(batch, answer.rejectedLogEventsInfo);
  for (const [kind, lines] of linesByKind(batch, refused)) observer.emit('batch:reject', { tenant, kind, lines });
  return refused;
}

interface Failure {
  readonly batch: LogBatch;
  readonly session: TenantSession;
  readonly run: Run;
  readonly deps: DeliverDeps;
  readonly tries: { retries: number; sessions: number; creations: number; readonly until: number };
}

/** Does what lets the next try succeed, or throws what ends the tries. */
async function recover(error: unknown, failure: Failure): Promise<void> {
  if (error instanceof LogferryError) throw error;
  const { session, run, deps, tries } = failure;
  const fault = classifyPut(error);
  switch (fault.kind) {
    case 'missing':
      if (tries.creations >= MAX_CREATIONS) throw refusal('group-missing', run.route, error);
      return await create(failure, tries.creations++ > 0);
    case 'session':
      if (tries.sessions++ >= MAX_SESSIONS) throw refusal('tenant-denied', run.route, error);
      return deps.sessions.invalidate(session);
    case 'invalid':
      throw new Invalid(error);
    case 'refused':
      throw refusal(fault.code, run.route, error);
    case 'retry':
      if (fault.ambiguous) reportAmbiguous(error, failure);
      return await backOff(fault.reason, error, failure);
    default:
      return fault satisfies never;
  }
}

async function create(failure: Failure, again: boolean): Promise<void> {
  const { session, run, deps } = failure;
  try {
    await deps.slots.run(() => unlessAborted(deps.streams.ensure(session.client, run.route, again), run.signal));
  } catch (error) {
    if (error instanceof LogferryError) throw error;
    run.signal.throwIfAborted();
    const fault = classifyPut(error);
    if (fault.kind === 'refused') throw refusal(fault.code, run.route, error);
    if (fault.kind === 'invalid') throw refusal('delivery-refused', run.route, error);
    if (fault.kind === 'session') return deps.sessions.invalidate(session);
    return await backOff(fault.kind === 'retry' ? fault.reason : describe(error), error, failure);
  }
  // The second creation in a row means that CloudWatch does not know the first one yet.
  if (again) await backOff('stream not yet there', undefined, failure);
}

function reportAmbiguous(error: unknown, { batch, run, deps }: Failure): void {
  deps.observer.emit('batch:ambiguous', { tenant: run.route.source.tenant, events: batch.order.length, error });
}

async function backOff(reason: string, cause: unknown, { run, deps, tries }: Failure): Promise<void> {
  const { tenant } = run.route.source;
  const delayMs = fullJitter(tries.retries++, deps.backoff);
  if (Date.now() + delayMs > tries.until) {
    throw new LogferryError('out-of-patience', `account ${run.route.account} of ${tenant}: ${reason}, ${tries.retries} tries`, { cause });
  }
  deps.observer.emit('batch:retry', { tenant, reason, delayMs, attempt: tries.retries });
  await pause(delayMs, run.signal);
}

function refusal(code: 'tenant-denied' | 'delivery-refused' | 'group-missing', route: Route, cause: unknown): LogferryError {
  const where = `${route.roleArn} on ${route.group} in ${route.region}`;
  return new LogferryError(code, `CloudWatch Logs refused ${where}: ${describe(cause)}`, { cause });
}
