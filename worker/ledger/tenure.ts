/**
 * One delivery of one object in this worker's hands: claimed where there is a ledger, simply begun where there is none. It says where to begin, keeps the others
 * away, and notes how it ended; it never delivers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Checkpoint } from '../account/progress.ts';
import { LogferryError, type FaultCode } from '../errors.ts';
import type { Route } from '../locate/locate.ts';
import type { Observer } from '../observe/events.ts';
import type { ObjectRef } from '../receive/envelope.ts';
import type { Ledger } from './ledger.ts';
import type { Lease } from './lease.ts';
import type { Note } from './parked.ts';
import { objectId } from './row.ts';

export interface Tenure {
  /** Where an earlier attempt ended; undefined: at the start. */
  readonly from: Checkpoint | undefined;
  /** Aborts with a LogferryError `lease-lost`. */
  readonly lost: AbortSignal | undefined;
  /** Resolves once a put may begin. */
  mayPut(): Promise<void>;
  advance(checkpoint: Checkpoint): void;
  /** @throws LogferryError `lease-lost`, or what the table throws. */
  settle(end: Checkpoint): Promise<void>;
  /** The object waits for its tenant. @throws as `settle`. */
  park(note: Note): Promise<void>;
  /** Never throws: a lease that cannot be given back runs out. @param error why it ended; it is told what was claimed. */
  release(error: LogferryError): Promise<void>;
}

export interface TenureDeps {
  /** Missing: what was delivered is not remembered. */
  readonly ledger?: Ledger;
  readonly observer: Observer;
  /** A put takes that long at most, in milliseconds. */
  readonly putTimeoutMs: number;
  /** Attempts without progress, after which the object is taken for what kills its workers. */
  readonly maxAttempts: number;
}

/** A stop must not wait longer for a table that does not answer: the lease then runs out. */
const RELEASE_MS = 5_000;

/** Faults that are the object's own, or nobody's: their attempts count. */
const ATTEMPTS: ReadonlySet<FaultCode> = new Set(['unexpected', 'balance-open']);

const WITHOUT_LEDGER: Tenure = {
  from: undefined,
  lost: undefined,
  mayPut: async () => undefined,
  advance: () => undefined,
  settle: async () => undefined,
  park: async ({ ref }) => {
    throw new LogferryError('unexpected', `${ref.key}: without a ledger nothing can be parked`);
  },
  release: async () => undefined,
};

/**
 * @returns undefined when the object is settled already, or in other hands for good.
 * @throws LogferryError `leased` when somebody else works on it; `poison`; `object-missing`; `dependency-down`, `central-denied`.
 */
export async function takeUp(ref: ObjectRef, route: Pick<Route, 'type' | 'source'>, deps: TenureDeps): Promise<Tenure | undefined> {
  const { ledger, observer, maxAttempts } = deps;
  if (!ledger) return WITHOUT_LEDGER;
  const key = { object: objectId(ref), delivery: route.type };
  const claimed = await ledger.claim(key, route.source.tenant, { isHealthy: true, isRedriven: ref.isRedriven ?? false });
  const facts = { tenant: route.source.tenant, bucket: ref.bucket, key: ref.key };
  if (claimed.action === 'return')
    throw new LogferryError('leased', `${ref.key}: ${LEASED[claimed.because]}`, { retryAfterMs: claimed.delayMs });
  if (claimed.action === 'acknowledge') {
    observer.emit('object:skip', { ...facts, reason: claimed.because });
    return undefined;
  }
  const { lease, row } = claimed;
  const tenure = underLease(lease, row.checkpoint, deps);
  if (row.attempts <= maxAttempts) return tenure;
  const poison = new LogferryError('poison', `${ref.key}: ${row.attempts - 1} attempts ended without a line of progress`);
  await tenure.release(poison);
  throw poison;
}

const LEASED = {
  leased: 'another attempt holds it',
  newer: 'its row in the ledger is of a newer version of the worker',
  unreadable: 'its row in the ledger is of no version of the worker',
};

function underLease(lease: Lease, from: Checkpoint | undefined, { putTimeoutMs }: TenureDeps): Tenure {
  return {
    from,
    lost: lease.lost,
    mayPut: async () => await lease.ready(putTimeoutMs),
    advance: (checkpoint) => lease.advance(checkpoint),
    settle: async (end) => await lease.settle(end),
    park: async (note) => await lease.park(note),
    release: async (why) => {
      why.claim = lease.claim;
      const released = lease.release(ATTEMPTS.has(why.code)).catch(() => undefined);
      await Promise.race([released, sleep(RELEASE_MS, undefined, { ref: false })]);
    },
  };
}
