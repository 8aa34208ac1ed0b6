/**
 * The breakers of all tenants, shared by all tasks in the ledger's table. Each task knows the listed ones by a copy that is some seconds old, read as a whole: what
 * that costs does not grow with the number of healthy tenants. Every write is conditional on the revision that it was made from.
 */
import { ROW_VERSION, secondsOf } from '../ledger/row.ts';
import type { LedgerTable } from '../ledger/table.ts';
import type { Observer } from '../observe/events.ts';
import { after, BREAKERS, breakerKey, parseBreaker, stored, type Breaker, type Happening, type ProbeRule } from './breaker.ts';

export interface BreakersOptions {
  readonly table: LedgerTable;
  readonly observer: Observer;
  readonly rule: ProbeRule;
  /** How old the copy may be. */
  readonly cacheMs: number;
  /** How long the row of one that is no longer listed stays. */
  readonly keepMs: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

type Whose = Pick<Breaker, 'tenant' | 'type'>;

/** So many others write the same breaker that one of them has said it. */
const MAX_TRIES = 4;

export class Breakers {
  readonly #options: BreakersOptions;
  #copy: ReadonlyMap<string, Breaker> = new Map();
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(options: BreakersOptions) {
    this.#options = options;
  }

  /** By the copy. @throws LogferryError `dependency-down`, `central-denied`. */
  async look(whose: Whose): Promise<Breaker | undefined> {
    if (this.#options.now() - this.#readAt >= this.#options.cacheMs) await (this.#reading ??= this.#refresh());
    return this.known(whose);
  }

  /** As far as this task knows, without asking. */
  known(whose: Whose): Breaker | undefined {
    return this.#copy.get(nameOf(whose));
  }

  /** As it is in the table. @throws as `look`. */
  async read(whose: Whose): Promise<Breaker | undefined> {
    const breaker = parseBreaker(await this.#options.table.get(breakerKey(whose)));
    this.#note(whose, breaker);
    return breaker;
  }

  /** All that are listed, a page at a time. @throws as `look`. */
  async *listed(): AsyncGenerator<Breaker> {
    for await (const page of this.#options.table.attention(BREAKERS)) {
      for (const item of page) {
        const breaker = parseBreaker(item);
        if (breaker) yield breaker;
      }
    }
  }

  /** @returns the breaker, where that has changed it. @throws as `look`. */
  async tell(whose: Whose, happening: Happening): Promise<Breaker | undefined> {
    const { now, rule } = this.#options;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await this.read(whose);
      const changed = after(before, happening, whose, now(), rule);
      if (!changed) return undefined;
      const written = await this.#write({ ...changed, revision: changed.revision + 1 });
      if (!written) continue;
      this.#report(before, written);
      return written;
    }
    return undefined;
  }

  async #write(breaker: Breaker): Promise<Breaker | undefined> {
    const { table, now, keepMs } = this.#options;
    const { listed, revision, since } = breaker;
    const [set, remove] = listed
      ? [{ attention_shard: BREAKERS, attention_at: since }, ['expires_at']]
      : [{ expires_at: secondsOf(now() + keepMs) }, ['attention_shard', 'attention_at']];
    const answer = await table.update(breakerKey(breaker), {
      set: { v: ROW_VERSION, ...stored(breaker), ...set },
      remove,
      condition: 'attribute_not_exists(#object) OR #revision = :seen',
      values: { ':seen': revision - 1 },
    });
    if ('old' in answer) return undefined;
    this.#note(breaker, breaker);
    return breaker;
  }

  #report(before: Breaker | undefined, { tenant, type, state, reason, detail, failures, nextProbeAt }: Breaker): void {
    const { observer, now } = this.#options;
    if (state === 'open') observer.emit('breaker:open', { tenant, type, reason, detail, failures, nextProbeMs: nextProbeAt - now() });
    if (state === 'half-open') observer.emit('breaker:probe', { tenant, type, reason });
    if (state === 'closed' && before && before.state !== 'closed')
      observer.emit('breaker:close', { tenant, type, reason, openMs: now() - before.since });
  }

  /** The copy as it is known to be by now. */
  #note(whose: Whose, breaker: Breaker | undefined): void {
    const copy = new Map(this.#copy);
    if (breaker?.listed) copy.set(nameOf(whose), breaker);
    else copy.delete(nameOf(whose));
    this.#copy = copy;
  }

  async #refresh(): Promise<void> {
    try {
      const from = this.#options.now();
      const copy = new Map<string, Breaker>();
      for await (const breaker of this.listed()) copy.set(nameOf(breaker), breaker);
      // What this task has read or written since is newer than the index.
      for (const [name, known] of this.#copy) if (known.revision > (copy.get(name)?.revision ?? Infinity)) copy.set(name, known);
      this.#copy = copy;
      this.#readAt = from;
    } finally {
      this.#reading = undefined;
    }
  }
}

function nameOf({ tenant, type }: Whose): string {
  return `${type}/${tenant}`;
}
