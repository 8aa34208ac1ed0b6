/**
 * The ledger's table: claims, and what their holders write. Every write is conditional, so that two workers never both believe that an object is theirs; a claim
 * that nobody disputes costs one write and no read.
 */
import { randomUUID } from 'node:crypto';
import { LogferryError, type ClaimRef, type FaultCode } from '../errors.ts';
import { claim, type Claim, type Claimant } from './claim.ts';
import { Lease, type LeaseTerms } from './lease.ts';
import { PARKED_ATTRIBUTES, parkedAttributes, type Note } from './parked.ts';
import { attention, parseLedgerRow, ROW_VERSION, type LedgerKey, type LedgerRow, type Unknown } from './row.ts';
import { LedgerTable, type TableOptions } from './table.ts';
import type { LedgerWrite } from './write.ts';

export interface LedgerOptions extends LeaseTerms, TableOptions {}

export type Claimed = { readonly action: 'take'; readonly lease: Lease; readonly row: LedgerRow } | Exclude<Claim, { action: 'take' }>;

/** Beyond that, so many others claim the same object that one of them has it. */
const MAX_TRIES = 4;

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #table: LedgerTable;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#table = new LedgerTable(options);
  }

  /**
   * @param tenant noted in the row, for those who look for what is left of one.
   * @throws LogferryError `dependency-down`, `central-denied`.
   */
  async claim(key: LedgerKey, tenant: string, { isHealthy, isRedriven }: Pick<Claimant, 'isHealthy' | 'isRedriven'>): Promise<Claimed> {
    const taken = await this.#contend((seen) => this.#take(key, tenant, seen), { isHealthy, isRedriven });
    return 'row' in taken ? { action: 'take', ...taken } : taken;
  }

  /**
   * Parks what nobody has claimed.
   * @returns what was found instead, where there is no need to park it, or no right.
   * @throws as `claim`.
   */
  async park(key: LedgerKey, note: Note): Promise<'parked' | Exclude<Claim, { action: 'take' }>> {
    const { skewMs, now } = this.#options;
    const parked = await this.#contend(
      async (seen) => {
        const item = await this.#table.update(key, {
          set: { v: ROW_VERSION, state: 'parked', ...parkedAttributes(key, note, now()) },
          add: { generation: 1 },
          remove: ['expires_at', 'lease_until'],
          ...(typeof seen === 'object' ? asSeen(seen) : ifFree(now() - skewMs)),
        });
        return 'old' in item ? { old: item.old && parseLedgerRow(item.old) } : item;
      },
      { isHealthy: false, isRedriven: note.ref.isRedriven ?? false },
    );
    return 'row' in parked ? 'parked' : parked;
  }

  /** Tries until a write goes through, or what stands against it says that it must not. */
  async #contend<T extends { readonly row: unknown }>(
    write: (seen: LedgerRow | Unknown | undefined) => Promise<T | { old?: LedgerRow | Unknown }>,
    claimant: Pick<Claimant, 'isHealthy' | 'isRedriven'>,
  ): Promise<T | Exclude<Claim, { action: 'take' }>> {
    const { skewMs, now } = this.#options;
    let seen: LedgerRow | Unknown | undefined;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const answer = await write(seen);
      if ('row' in answer) return answer;
      seen = answer.old;
      const decision = claim(seen, { now: now(), skewMs, ...claimant });
      if (decision.action !== 'take') return decision;
    }
    return { action: 'return', because: 'leased', delayMs: skewMs };
  }

  /** @param seen the row that may be taken; undefined: none has been seen, and a free one is hoped for. */
  async #take(
    key: LedgerKey,
    tenant: string,
    seen: LedgerRow | Unknown | undefined,
  ): Promise<{ lease: Lease; row: LedgerRow } | { old?: LedgerRow | Unknown }> {
    const { now, leaseMs, skewMs } = this.#options;
    const owner = randomUUID();
    const from = now();
    const item = await this.#table.update(key, {
      set: { v: ROW_VERSION, state: 'open', owner, tenant, lease_until: from + leaseMs },
      add: { generation: 1, attempts: 1 },
      remove: ['expires_at', 'reason', 'attention_shard', 'attention_at', ...PARKED_ATTRIBUTES],
      ...(typeof seen === 'object' ? asSeen(seen) : ifFree(from - skewMs)),
    });
    if ('old' in item) return { old: item.old && parseLedgerRow(item.old) };
    const row = parseLedgerRow(item.row);
    if (typeof row === 'string') throw new LogferryError('unexpected', `the ledger's row of ${key.object} was taken, but cannot be read`);
    const lease = new Lease({ key, owner, generation: row.generation, until: from + leaseMs }, this.#options, (write) =>
      this.#table.update(key, write),
    );
    return { lease, row };
  }

  /**
   * A dead letter of it was sent. Whoever has claimed it since decides anew.
   * @throws LogferryError when the table does not take it: the message must then not be deleted.
   */
  async bury({ key, generation }: ClaimRef, reason: FaultCode): Promise<void> {
    await this.#table.update(key, {
      set: { state: 'dead', reason, attempts: 0, ...attention(key, this.#options.now()) },
      remove: ['lease_until'],
      condition: '#generation = :generation',
      values: { ':generation': generation },
    });
  }
}

/** A renewal by its holder must not be overlooked, so that the lease counts as well. */
function asSeen({ generation, state, leaseUntil }: LedgerRow): Pick<LedgerWrite, 'condition' | 'values'> {
  const lease = leaseUntil === undefined ? 'attribute_not_exists(#lease_until)' : '#lease_until = :seen_lease';
  return {
    condition: `#generation = :seen_generation AND #state = :seen_state AND ${lease}`,
    values: {
      ':seen_generation': generation,
      ':seen_state': state,
      ...(leaseUntil !== undefined && { ':seen_lease': leaseUntil }),
    },
  };
}

/** @param latest end of a lease that no longer counts, in milliseconds since 1970. */
function ifFree(latest: number): Pick<LedgerWrite, 'condition' | 'values'> {
  return {
    condition:
      'attribute_not_exists(#object) OR (#v <= :v AND #state = :state AND (attribute_not_exists(#lease_until) OR #lease_until <= :latest))',
    values: { ':latest': latest },
  };
}
