/**
 * The right to work on an object, for a while: renewed while the work goes on, and gone at once when somebody else has it. Whoever holds it writes nothing
 * without it, and begins no put that may end after it.
 */
import { LogferryError, type ClaimRef } from '../errors.ts';
import { pause } from '../run/backoff.ts';
import type { Checkpoint } from '../account/progress.ts';
import { parkedAttributes, type Note } from './parked.ts';
import { secondsOf, type LedgerKey, type LedgerState } from './row.ts';
import type { LedgerWrite } from './write.ts';

export interface LeaseTerms {
  readonly leaseMs: number;
  /** How far clocks may be apart. */
  readonly skewMs: number;
  /** How often a checkpoint may be written, which renews the lease as well. */
  readonly checkpointMs: number;
  /** How long a row of a delivered object stays. */
  readonly keepMs: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

export interface Grant {
  readonly key: LedgerKey;
  readonly owner: string;
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}

type Write = (write: LedgerWrite) => Promise<{ readonly row: Attributes } | { readonly old: Attributes | undefined }>;
type Attributes = Readonly<Record<string, unknown>>;

/** Between tries of a renewal that is needed at once. */
const RENEW_PAUSE_MS = 200;
/** A lease is renewed when so much of it has passed. */
const RENEW_AFTER = 1 / 3;

export class Lease {
  readonly #grant: Grant;
  readonly #terms: LeaseTerms;
  readonly #write: Write;
  readonly #lost = new AbortController();
  #until: number;
  #writtenAt: number;
  #reached: Checkpoint | undefined;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  /** Writes go one after the other: the later must not overtake the earlier. */
  #writing: Promise<void> = Promise.resolve();

  constructor(grant: Grant, terms: LeaseTerms, write: Write) {
    this.#grant = grant;
    this.#terms = terms;
    this.#write = write;
    this.#until = grant.until;
    this.#writtenAt = terms.now();
    this.#schedule();
  }

  get claim(): ClaimRef {
    return this.#grant;
  }

  /** Aborts with a LogferryError `lease-lost`. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** @returns whether a call of this length ends before anybody else may begin. */
  covers(durationMs: number): boolean {
    return !this.#lost.signal.aborted && this.#until - this.#terms.now() > durationMs + this.#terms.skewMs;
  }

  /** Resolves once it covers a call of this length. @throws LogferryError `lease-lost`. */
  async ready(durationMs: number): Promise<void> {
    while (!this.covers(durationMs)) {
      this.#lost.signal.throwIfAborted();
      await this.#renew();
      if (!this.covers(durationMs)) await pause(RENEW_PAUSE_MS, this.#lost.signal);
    }
  }

  /** Notes how far the object is settled. It is written at a bounded rate; `release` and `settle` write the last. */
  advance(checkpoint: Checkpoint): void {
    this.#reached = checkpoint;
    if (this.#terms.now() - this.#writtenAt >= this.#terms.checkpointMs) void this.#renew();
  }

  /**
   * Each line of the object has left the worker for good.
   * @throws LogferryError `lease-lost`, or what the table throws: the object then counts as not settled.
   */
  async settle(end: Checkpoint): Promise<void> {
    const expires_at = secondsOf(this.#terms.now() + this.#terms.keepMs);
    await this.#end({ set: { state: 'delivered', checkpoint: end, attempts: 0, expires_at }, remove: ['lease_until'] }, 'delivered');
  }

  /**
   * Lets others go on where this one ends. A lease that cannot be given back runs out by itself.
   * @param isAttempt whether it counts as one without progress: not where a stop, the tenant or AWS was the reason.
   */
  async release(isAttempt: boolean): Promise<void> {
    await this.#giveBack('open', isAttempt);
  }

  /**
   * It waits for its tenant from here on, and goes on at the checkpoint.
   * @throws as `settle`: the message must then not be deleted.
   */
  async park(note: Note): Promise<void> {
    await this.#giveBack('parked', false, parkedAttributes(this.#grant.key, note, this.#terms.now()));
  }

  /** Stops the renewals; nothing is written. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ended = true;
  }

  async #giveBack(state: LedgerState, isAttempt: boolean, more: Attributes = {}): Promise<void> {
    const progress = this.#progress();
    const attempts = 'attempts' in progress || isAttempt ? {} : { add: { attempts: -1 } };
    await this.#end({ set: { state, ...progress, ...more }, ...attempts, remove: ['lease_until'] }, state);
  }

  /** The checkpoint where it has moved; from there on, attempts are counted anew. */
  #progress(): { readonly checkpoint: Checkpoint; readonly attempts: 0 } | Record<string, never> {
    return this.#reached === undefined ? {} : { checkpoint: this.#reached, attempts: 0 };
  }

  async #end(write: Omit<LedgerWrite, 'condition'>, state: LedgerState): Promise<void> {
    this.drop();
    await this.#writing;
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
    const answer = await this.#write({ ...write, ...this.#ours() });
    if ('row' in answer || this.#isDone(answer.old, state)) return;
    throw this.#lose('somebody else has it');
  }

  /** The write has been done by a try whose answer was lost. */
  #isDone(old: Readonly<Record<string, unknown>> | undefined, state: LedgerState): boolean {
    const { owner, generation } = this.#grant;
    return old?.['owner'] === owner && old['generation'] === generation && old['state'] === state && old['lease_until'] === undefined;
  }

  async #renew(): Promise<void> {
    this.#writing = this.#writing.then(async () => await this.#renewOnce());
    await this.#writing;
  }

  async #renewOnce(): Promise<void> {
    if (this.#ended || this.#lost.signal.aborted) return;
    const from = this.#terms.now();
    const until = from + this.#terms.leaseMs;
    try {
      const answer = await this.#write({ set: { lease_until: until, ...this.#progress() }, ...this.#ours() });
      if ('old' in answer) return void this.#lose('somebody else has it');
      this.#until = until;
      this.#writtenAt = from;
    } catch {
      // The table is down: whoever needs it next says so. What is held lasts to its end.
      if (this.#terms.now() >= this.#until) this.#lose('the ledger does not answer');
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#renew().finally(() => !this.#ended && this.#schedule()), this.#terms.leaseMs * RENEW_AFTER);
  }

  #ours(): Pick<LedgerWrite, 'condition' | 'values'> {
    const { owner, generation } = this.#grant;
    return {
      condition: '#owner = :owner AND #generation = :generation AND attribute_exists(#lease_until)',
      values: { ':owner': owner, ':generation': generation },
    };
  }

  #lose(why: string): LogferryError {
    this.drop();
    const error = new LogferryError(
      'lease-lost',
      `${this.#grant.key.object}: the lease is lost, ${why}; whoever has it goes on at the checkpoint`,
    );
    this.#lost.abort(error);
    return error;
  }
}
