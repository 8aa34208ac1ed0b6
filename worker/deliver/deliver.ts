/**
 * A window's batches to the tenant's stream. The only retry of puts is here: outside the slot, inside the object's lane, with full jitter. A batch
 * goes with the session of its own route or not at all.
 */
import { batchesOf, type LogBatch } from '../batch/batch.ts';
import type { Window } from '../batch/window.ts';
import { describe, LogferryError } from '../errors.ts';
import type { Route } from '../locate/locate.ts';
import type { TenantSession, TenantSessions } from '../locate/tenant-credentials.ts';
import type { Observer } from '../observe/events.ts';
import { fullJitter, pause, unlessAborted, type BackoffRule } from '../run/backoff.ts';
import type { ByteBudget, Stalled } from '../run/byte-budget.ts';
import type { Slots } from '../run/limiter.ts';
import type { LogStreams } from './log-stream.ts';
import { putBatch } from './put.ts';
import { rejectedLines } from './rejections.ts';
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
}

/** One object on its one way to one tenant. */
export interface Run extends Stalled {
  readonly route: Route;
  readonly signal: AbortSignal;
  /** Resolves once a put may begin: no other worker can begin one before its end. */
  readonly mayPut: () => Promise<void>;
}

export interface DeliveryReport {
  readonly batches: number;
  readonly events: number;
  /** The numbers of the lines at least one of whose events CloudWatch refused. */
  readonly rejected: ReadonlySet<number>;
}

/** New sessions that one batch may ask for: more would be a refusal that calls itself an expiry. */
const MAX_SESSIONS = 3;
/** Creations of one batch's stream: CloudWatch may take a moment to know a new one. */
const MAX_CREATIONS = 5;

/**
 * Resolves when each event of the window is accepted or refused for good by CloudWatch.
 * @throws LogferryError `tenant-denied`, `delivery-refused`, `group-missing`, `out-of-patience`, what the session throws, or the signal's reason.
 */
export async function deliverWindow(window: Window, run: Run, deps: DeliverDeps): Promise<DeliveryReport> {
  const rejected = new Set<number>();
  const batches = batchesOf(window);
  for (const batch of batches) {
    for (const line of await deliverBatch(batch, run, deps)) rejected.add(line);
  }
  return { batches: batches.length, events: window.times.length, rejected };
}

async function deliverBatch(batch: LogBatch, run: Run, deps: DeliverDeps): Promise<Set<number>> {
  // From the first try on, hanging or backing off: what counts is how long the window's memory waits for the account.
  const resumed = deps.budget.stall(run);
  try {
    return await tryBatch(batch, run, deps);
  } finally {
    resumed();
  }
}

async function tryBatch(batch: LogBatch, run: Run, deps: DeliverDeps): Promise<Set<number>> {
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

async function putOnce(batch: LogBatch, session: TenantSession, run: Run, { observer }: DeliverDeps): Promise<Set<number>> {
  const { tenant } = run.route.source;
  await run.mayPut();
  const started = performance.now();
  const answer = await putBatch(session.client, batch, run.route, run.signal);
  observer.emit('batch:put', { tenant, events: batch.order.length, bytes: batch.countedBytes, durationMs: performance.now() - started });
  const lines = new Set<number>();
  for (const [kind, refused] of rejectedLines(batch, answer.rejectedLogEventsInfo)) {
    observer.emit('batch:reject', { tenant, kind, lines: refused.size });
    for (const line of refused) lines.add(line);
  }
  return lines;
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
