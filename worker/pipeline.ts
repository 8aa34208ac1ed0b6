/**
 * THE SPINE: the way of one object, receive > locate > claim > open > decode > batch > deliver > account > acknowledge. It resolves when every
 * line of the object is accounted for, and throws a member of the error family otherwise; it never answers for a message.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { addTo, isClosed, settle, TornLines } from './account/balance.ts';
import { Progress } from './account/progress.ts';
import { windows, type WindowReader } from './batch/windows.ts';
import type { Window } from './batch/window.ts';
import { deliverWindow, type DeliverDeps, type DeliveryReport, type Run } from './deliver/deliver.ts';
import { asLogferryError, LogferryError, weightiest } from './errors.ts';
import type { LineCounts } from './observe/events.ts';
import { takeUp, type Tenure, type TenureDeps } from './ledger/tenure.ts';
import { locate, type LocateDeps, type Route } from './locate/locate.ts';
import { parseObjectKey, type Source } from './locate/object-key.ts';
import type { StopSignals } from './message.ts';
import { identified } from './open/identity.ts';
import { openObject, Superseded, type OpenedObject } from './open/open.ts';
import { isParkable, NO_ROUTE, type Parking } from './park/parking.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import type { ObjectRef } from './receive/envelope.ts';
import { unlessAborted } from './run/backoff.ts';
import { InFlight } from './run/in-flight.ts';

export interface PipelineDeps extends LocateDeps, DeliverDeps, TenureDeps {
  readonly s3: S3Client;
  /** Missing without a ledger: what cannot be delivered then returns to the queue. */
  readonly parking?: Parking;
  /** Missing without a bucket for it: an object of which lines are refused is a dead letter then. */
  readonly quarantine?: Quarantine;
  readonly putsInFlight: number;
  readonly reading: {
    readonly readTimeoutMs: number;
    readonly maxObjectRawBytes: number;
    readonly maxLineBytes: number;
    readonly maxEventBytes: number;
    readonly lingerMs: number;
  };
}

/**
 * Memory taken from the budget before an object's first window is read, when its size is not yet known: about what logs inflate to, within the bounds of
 * a window. Corrected as soon as the window is there, and the next one is taken to be as large.
 */
const FIRST_WINDOW = { perStoredByte: 12, minBytes: 1024 * 1024, maxBytes: 16 * 1024 * 1024 };

/** `parked`: a delivery of it waits for its tenant; that says nothing about the way to the tenants. */
export type Settled = 'settled' | 'parked';

/**
 * Delivers one object to each of its tenant's deliveries. What stops one of them (a faulty row, a role that refuses) does not stop the others.
 * @param stop ends the work; the signals' reasons must be LogferryErrors.
 * @throws LogferryError whose disposition says what becomes of the message; of several, see `weightiest`.
 */
export async function deliverObject(ref: ObjectRef, deps: PipelineDeps, stop: Omit<StopSignals, 'drain'>): Promise<Settled> {
  const signal = stop.force;
  let located: Awaited<ReturnType<typeof locate>>;
  try {
    located = await unlessAborted(locate(ref, deps), signal);
  } catch (error) {
    return await parkUnread(ref, asLogferryError(error), deps, stop);
  }
  const { source, deliveries } = located;
  const errors: LogferryError[] = [];
  let settled: Settled = 'settled';
  for (const delivery of deliveries) {
    signal.throwIfAborted();
    try {
      if (delivery.kind === 'skip') await skip(ref, source, delivery.reason, deps);
      else if (delivery.kind === 'fault') settled = await parkUnread(ref, delivery.error, deps, stop);
      else if ((await deliverRoute(ref, delivery.route, deps, stop)) === 'parked') settled = 'parked';
    } catch (error) {
      errors.push(asLogferryError(error));
    }
  }
  const error = weightiest(errors);
  if (error) throw error;
  return settled;
}

async function skip(ref: ObjectRef, source: Source, reason: 'not-wanted' | 'unknown-type', deps: PipelineDeps): Promise<void> {
  // It was wanted when it was parked: its row ends here.
  if (ref.isReplay && reason === 'not-wanted') await deps.parking?.unwanted({ ref, tenant: source.tenant, type: NO_ROUTE }, deps, source);
  deps.observer.emit('object:skip', { tenant: source.tenant, bucket: ref.bucket, key: ref.key, reason });
}

/** @throws the error itself where it is not the tenant's, or nothing can be parked. */
async function parkUnread(named: ObjectRef, error: LogferryError, deps: PipelineDeps, stop: Pick<StopSignals, 'force'>): Promise<'parked'> {
  if (!deps.parking || !isParkable(error, named)) throw error;
  const ref = await identified(named, { ...deps, signal: stop.force });
  await deps.parking.park({ ref, tenant: parseObjectKey(ref.key).tenant, type: NO_ROUTE }, error);
  return 'parked';
}

async function deliverRoute(named: ObjectRef, route: Route, deps: PipelineDeps, stop: Omit<StopSignals, 'drain'>): Promise<Settled> {
  const { parking } = deps;
  const ref = deps.ledger === undefined ? named : await identified(named, { ...deps, signal: stop.force });
  const which = { ref, tenant: route.source.tenant, type: route.type };
  const refusal = await parking?.refusal(route, ref);
  if (refusal) {
    await parking?.unread(which, refusal);
    return 'parked';
  }
  const tenure = await unlessAborted(takeUp(ref, route, deps), stop.force);
  if (!tenure) return 'settled';
  try {
    await deliverUnder(tenure, { ref, route, deps, stop });
  } catch (thrown) {
    let error = asLogferryError(thrown);
    if (parking && isParkable(error, ref)) {
      try {
        await parking.park(which, error, tenure);
        return 'parked';
      } catch (instead) {
        error = asLogferryError(instead);
      }
    }
    await tenure.release(error);
    throw error;
  }
  await parking?.delivered(route);
  return 'settled';
}

interface Job {
  readonly ref: ObjectRef;
  readonly route: Route;
  readonly deps: PipelineDeps;
  readonly stop: Omit<StopSignals, 'drain'>;
}

async function deliverUnder(tenure: Tenure, { ref, route, deps, stop }: Job): Promise<void> {
  const started = performance.now();
  const facts = { tenant: route.source.tenant, bucket: ref.bucket, key: ref.key };
  const eviction = new AbortController();
  const evict = () =>
    eviction.abort(new LogferryError('evicted', `${route.source.tenant}: its account has kept ${ref.key} waiting, others need the memory`));
  const signal = AbortSignal.any([stop.force, eviction.signal, ...(tenure.lost ? [tenure.lost] : [])]);
  const run: Run = { route, signal, evict, mayPut: () => tenure.mayPut(), trials: { puts: 0, isProven: false } };
  const progress = new Progress(tenure.from);
  deps.observer.emit('object:start', facts);
  try {
    // A tenant that refuses is found out before its object is read, and a session is ready when the first window is.
    await deps.slots.run(() => unlessAborted(deps.sessions.session(route), run.signal));
    const object = await deps.slots.run(() => openObject(ref, { ...deps, signal: run.signal, readTimeoutMs: deps.reading.readTimeoutMs }));
    const tally = await deliverWindows(object, { ref, run, tenure, progress, deps, windUp: stop.windUp });
    if (!isClosed(tally)) throw openBalance(facts, tally, deps);
    const lagMs = Date.now() - (ref.eventTime ?? object.lastModifiedMs);
    if (tally.rejected > 0) throw linesRejected(facts.key, tally);
    await tenure.settle(progress.checkpoint);
    deps.observer.emit('object:done', { ...facts, ...tally, durationMs: performance.now() - started, lagMs });
  } catch (error) {
    if (error instanceof Superseded) {
      await tenure.settle(progress.checkpoint);
      return deps.observer.emit('object:skip', { ...facts, reason: 'superseded' });
    }
    // Whatever an abort made fail on its way, its reason is what happened.
    throw run.signal.aborted ? asLogferryError(run.signal.reason) : error;
  }
}

interface Tally extends LineCounts {
  events: number;
  batches: number;
  rawBytes: number;
  timeFallbacks: number;
}

interface Reading {
  readonly ref: ObjectRef;
  readonly run: Run;
  readonly tenure: Tenure;
  readonly progress: Progress;
  readonly deps: PipelineDeps;
  /** Nothing more is read; what is being put is finished. */
  readonly windUp: AbortSignal;
}

/** Pulls window after window while a few are being put. What was read whole before a break is delivered before the break is told. */
async function deliverWindows(object: OpenedObject, { ref, run, tenure, progress, deps, windUp }: Reading): Promise<Tally> {
  const { from } = tenure;
  const { accepted, filtered, quarantined, rejected, line } = progress.checkpoint;
  const tally: Tally = { read: line, accepted, filtered, quarantined, rejected, events: 0, batches: 0, rawBytes: 0, timeFallbacks: 0 };
  const source = { ...object, bucket: ref.bucket, key: ref.key };
  const reader = windows(source, { ...deps.reading, format: run.route.format, observer: deps.observer, from });
  const puts = new InFlight(deps.putsInFlight);
  const torn = new TornLines();
  const settleWindow = async (window: Window) => {
    try {
      const report = await deliverWindow(window, run, deps);
      await deps.quarantine?.keep(window, { refused: report.refused, ref, run });
      const counts = account(tally, window, report, torn, deps);
      if (progress.add(window, counts)) tenure.advance(progress.checkpoint);
    } finally {
      deps.budget.release(window.heldBytes);
    }
  };
  try {
    const { perStoredByte, minBytes, maxBytes } = FIRST_WINDOW;
    let reserve = Math.min(maxBytes, Math.max(minBytes, perStoredByte * object.size));
    for (;;) {
      await puts.room();
      windUp.throwIfAborted();
      const window = await readWindow(reader, reserve, run, deps);
      if (!window) break;
      reserve = window.heldBytes;
      puts.start(() => settleWindow(window));
    }
  } finally {
    await reader.close();
    // A put that failed decides before the break of the body: a dead letter may only follow when all before it was delivered.
    await puts.settled();
  }
  return tally;
}

async function readWindow(reader: WindowReader, reserve: number, run: Run, { budget, slots }: PipelineDeps): Promise<Window | undefined> {
  await budget.acquire(reserve, run.signal, run);
  let held = 0;
  try {
    const window = await slots.run(() => reader.next());
    held = window?.heldBytes ?? 0;
    return window;
  } finally {
    budget.adjust(held - reserve);
  }
}

function account(tally: Tally, window: Window, report: DeliveryReport, torn: TornLines, { quarantine }: PipelineDeps): LineCounts {
  const counts = settle(window, report.refused, torn, quarantine ? 'quarantined' : 'rejected');
  addTo(tally, counts);
  tally.events += report.events;
  tally.batches += report.batches;
  tally.rawBytes += window.endOffset - window.startOffset;
  tally.timeFallbacks += window.timeFallbacks;
  return counts;
}

/** The object is accounted for, and the lines that are in nobody's hands yet must not be lost with its message. */
function linesRejected(key: string, { rejected, read }: Tally): LogferryError {
  return new LogferryError(
    'lines-rejected',
    `${key}: CloudWatch Logs refused ${rejected} of ${read} lines as too old, too new or expired; the others were delivered`,
  );
}

function openBalance(facts: { tenant: string; bucket: string; key: string }, tally: Tally, { observer }: PipelineDeps): LogferryError {
  observer.emit('balance:open', { ...facts, ...tally });
  const { read, accepted, filtered, quarantined, rejected } = tally;
  return new LogferryError(
    'balance-open',
    `${facts.key}: ${read} lines read, ${accepted} accepted, ${filtered} filtered, ${quarantined} quarantined, ${rejected} rejected`,
  );
}
