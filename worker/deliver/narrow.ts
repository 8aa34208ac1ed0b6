/**
 * A batch that CloudWatch calls invalid: is it the route, or one of its lines? The offender is found by halving. What was accepted on the way is never sent
 * again, and the route is not blamed for a line.
 */
import { batchOf, type LogBatch } from '../batch/batch.ts';
import type { Events } from '../batch/window.ts';
import type { LogferryError } from '../errors.ts';
import type { RejectionKind } from '../observe/events.ts';

/** The events (their places in the window) that CloudWatch did not take. */
export type Refusals = Map<number, RejectionKind>;

/** What one object has tried so far; all of its batches share it. */
export interface Trials {
  /** Puts that were made to find offenders. */
  puts: number;
  /** Whether CloudWatch has taken any request: then it is not the route that is invalid. */
  isProven: boolean;
}

/** CloudWatch calls the request invalid. */
export class Invalid extends Error {
  override readonly name = 'Invalid';

  constructor(cause: unknown) {
    super('CloudWatch Logs calls the request invalid', { cause });
  }
}

export interface Narrowing {
  /** @throws Invalid, or what ends the delivery. */
  readonly attempt: (batch: LogBatch) => Promise<Refusals>;
  /** Whether there is a place for the offenders. */
  readonly canKeep: boolean;
  readonly refuse: (cause: unknown) => LogferryError;
  /** Told how many lines are offenders. */
  readonly found: (lines: number) => void;
}

/**
 * Puts that an object may spend on its offenders: one among 10,000 events takes up to 28. Behind that, whatever stands in a request that was refused counts as
 * an offender: it is kept, like those, and can be sent again from there.
 */
const MAX_PUTS = 64;

/** @returns what was refused; offenders are `invalid`. @throws LogferryError of `refuse` where it is the route, or there is no place to keep a line in. */
export async function narrow(batch: LogBatch, trials: Trials, narrowing: Narrowing): Promise<Refusals> {
  try {
    const refusals = await narrowing.attempt(batch);
    trials.isProven = true;
    return refusals;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    if (!narrowing.canKeep) throw narrowing.refuse(error.cause);
  }
  return await find(batch, trials, narrowing);
}

async function find({ window, order }: LogBatch, trials: Trials, { attempt, refuse, found }: Narrowing): Promise<Refusals> {
  const refusals: Refusals = new Map();
  const put = async (events: Uint32Array): Promise<Invalid | undefined> => {
    trials.puts++;
    try {
      for (const [event, kind] of await attempt(batchOf(window, events))) refusals.set(event, kind);
      trials.isProven = true;
      return undefined;
    } catch (error) {
      if (error instanceof Invalid) return error;
      throw error;
    }
  };
  const sound = trials.isProven ? undefined : soundest(window, order);
  const invalid = sound === undefined ? undefined : await put(Uint32Array.of(sound));
  if (invalid) throw refuse(invalid.cause);
  const offenders = await halve(
    order.filter((event) => event !== sound),
    trials,
    put,
  );
  for (const event of offenders) refusals.set(event, 'invalid');
  if (offenders.length > 0) found(new Set(offenders.map((event) => window.lineOf[event])).size);
  return refusals;
}

/** The largest first, so that as much as possible is delivered before the puts are used up. */
async function halve(all: Uint32Array, trials: Trials, put: (events: Uint32Array) => Promise<Invalid | undefined>): Promise<number[]> {
  const offenders: number[] = [];
  const refused = [all];
  for (let events = refused.shift(); events; events = refused.shift()) {
    if (events.length <= 1 || trials.puts >= MAX_PUTS) {
      offenders.push(...events);
      continue;
    }
    const middle = events.length >> 1;
    for (const half of [events.subarray(0, middle), events.subarray(middle)]) if (await put(half)) refused.push(half);
  }
  return offenders;
}

/** A JSON literal of plain ASCII, with quotes, backslashes, tabs and line ends at most: nothing that anybody could call wrong. */
const SOUND = /^"(?:[ !#-[\]-~]|\\["\\/nt])*"$/;
/** Beyond that, its size may be what is wrong with an event. */
const MAX_SOUND_BYTES = 1024;

/**
 * The shortest sound event: nothing is wrong with it but, perhaps, where it is to go. Its time may be any, since a wrong one is no reason to refuse a request.
 */
function soundest({ literals, offsets, sizes }: Events, order: Uint32Array): number | undefined {
  const short = [...order].filter((event) => (sizes[event] ?? 0) <= MAX_SOUND_BYTES).toSorted((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0));
  return short.find((event) => SOUND.test(literals.toString('latin1', offsets[event], offsets[event + 1])));
}
