/**
 * The ledger's table: claims, and what their holders write. Every write is conditional, so that two workers never both believe that an object is theirs; a claim
 * that nobody disputes costs one write and no read.
 */
import { randomUUID } from 'node:crypto';
import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, isUnanswered, LogferryError, type ClaimRef, type FaultCode } from '../errors.ts';
import { claim, type Claim, type Claimant } from './claim.ts';
import { Lease, type LeaseTerms } from './lease.ts';
import { expressionOf, type LedgerWrite } from './write.ts';
import { attention, parseLedgerRow, ROW_VERSION, type LedgerKey, type LedgerRow, type Unknown } from './row.ts';

export interface LedgerOptions extends LeaseTerms {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
}

export type Claimed = { readonly action: 'take'; readonly lease: Lease; readonly row: LedgerRow } | Exclude<Claim, { action: 'take' }>;

/** Beyond that, so many others claim the same object that one of them has it. */
const MAX_TRIES = 4;

type Values = Readonly<Record<string, unknown>>;

export class Ledger {
  readonly #options: LedgerOptions;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /**
   * @param tenant noted in the row, for those who look for what is left of one.
   * @throws LogferryError `dependency-down`, `central-denied`.
   */
  async claim(key: LedgerKey, tenant: string, { isHealthy, isRedriven }: Pick<Claimant, 'isHealthy' | 'isRedriven'>): Promise<Claimed> {
    const { skewMs, now } = this.#options;
    let seen: LedgerRow | Unknown | undefined;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const taken = await this.#take(key, tenant, seen);
      if ('row' in taken) return { action: 'take', ...taken };
      seen = taken.old;
      const decision = claim(seen, { now: now(), skewMs, isHealthy, isRedriven });
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
    const item = await this.#update(key, {
      set: { v: ROW_VERSION, state: 'open', owner, tenant, lease_until: from + leaseMs },
      add: { generation: 1, attempts: 1 },
      remove: ['expires_at', 'reason', 'attention_shard', 'attention_at'],
      ...(typeof seen === 'object' ? asSeen(seen) : ifFree(from - skewMs)),
    });
    if ('old' in item) return { old: item.old && parseLedgerRow(item.old) };
    const row = parseLedgerRow(item.row);
    if (typeof row === 'string') throw new LogferryError('unexpected', `the ledger's row of ${key.object} was taken, but cannot be read`);
    const lease = new Lease({ key, owner, generation: row.generation, until: from + leaseMs }, this.#options, (write) =>
      this.#update(key, write),
    );
    return { lease, row };
  }

  /**
   * A dead letter of it was sent. Whoever has claimed it since decides anew.
   * @throws LogferryError when the table does not take it: the message must then not be deleted.
   */
  async bury({ key, generation }: ClaimRef, reason: FaultCode): Promise<void> {
    await this.#update(key, {
      set: { state: 'dead', reason, attempts: 0, ...attention(key, this.#options.now()) },
      remove: ['lease_until'],
      condition: '#generation = :generation',
      values: { ':generation': generation },
    });
  }

  /** @returns the row as it is now; or, where the condition does not hold, as it was. */
  async #update(key: LedgerKey, write: LedgerWrite): Promise<{ row: Values } | { old: Values | undefined }> {
    const { documents, table: TableName } = this.#options;
    try {
      const { Attributes = {} } = await documents.send(
        new UpdateCommand({ TableName, Key: key, ReturnValues: 'ALL_NEW', ...expressionOf(write) }),
      );
      return { row: Attributes };
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw ledgerFault(error, TableName);
      // Read apart, as not every emulator answers a failed condition with the row. It may have changed again: what is done by it is conditional, too.
      return { old: await this.#read(key) };
    }
  }

  async #read(Key: LedgerKey): Promise<Values | undefined> {
    const { documents, table: TableName } = this.#options;
    try {
      return (await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
    } catch (error) {
      throw ledgerFault(error, TableName);
    }
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

function ledgerFault(error: unknown, table: string): LogferryError {
  const code = isUnanswered(error) || THROTTLES.has((error as Error).name) ? 'dependency-down' : 'central-denied';
  return new LogferryError(code, `the ledger ${table} refuses or does not answer: ${describe(error)}`, { cause: error });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const THROTTLES = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']);
