/**
 * The tenant table, looked up by tenant and cached: rows are believed for a minute, and while the table does not answer a while longer, but never for
 * ever. An absent tenant is remembered just as long, so that its objects do not become reads.
 */
import { paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LRUCache } from 'lru-cache';
import { describe, isUnanswered, LogferryError } from '../errors.ts';
import type { Observer } from '../observe/events.ts';
import { FLEET, parseRow, pauseOf, type TenantRow } from './tenant-row.ts';

export interface DirectoryOptions {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly observer: Observer;
  /** How long rows are believed. */
  readonly cacheMs: number;
  /** How old rows may be that serve because the table does not answer. */
  readonly staleMs: number;
  /** Tenants remembered; a row takes about 1 KB. */
  readonly max?: number;
  /** In milliseconds; any start. */
  readonly now?: () => number;
}

type Item = Readonly<Record<string, unknown>>;

interface Entry {
  readonly rows: readonly TenantRow[];
  /** Of the fleet's row only: why all is paused. */
  readonly pause?: string;
  readonly readAt: number;
  /** Served past its time, since the table did not answer. */
  readonly stale: boolean;
}

const MAX_TENANTS = 10_000;

export class TenantDirectory {
  readonly #options: DirectoryOptions;
  readonly #now: () => number;
  readonly #entries: LRUCache<string, Entry>;
  readonly #ttl: number;
  /** Tenants warned of, so that it is said once. */
  readonly #warned: LRUCache<string, true>;

  constructor(options: DirectoryOptions) {
    const { cacheMs, max = MAX_TENANTS, now = () => performance.now() } = options;
    this.#options = options;
    this.#now = now;
    // 0 would mean "for ever" there.
    this.#ttl = Math.max(1, cacheMs);
    this.#warned = new LRUCache({ max });
    this.#entries = new LRUCache({
      max,
      ttl: this.#ttl,
      ttlResolution: 0,
      perf: { now },
      // An entry pushed out while it is read still serves those who wait for it.
      ignoreFetchAbort: true,
      fetchMethod: async (tenant, before, { options }) => {
        try {
          return await this.#read(tenant);
        } catch (error) {
          const leftMs = before ? before.readAt + this.#options.staleMs - this.#now() : 0;
          if (!before || leftMs <= 0) throw this.#fault(error);
          options.ttl = Math.min(this.#ttl, leftMs);
          return { ...before, stale: true };
        }
      },
    });
  }

  /**
   * The tenant's rows, one for each of its deliveries; empty when the table does not know it. Callers at the same time share one read.
   * @throws LogferryError `central-denied`, `dependency-down`.
   */
  async rows(tenant: string): Promise<readonly TenantRow[]> {
    const { observer } = this.#options;
    const status: LRUCache.Status<string, Entry> = {};
    try {
      const { rows, stale } = await this.#entry(tenant, status);
      const shared = status.fetch === 'hit' || status.fetch === 'inflight';
      observer.emit('tenant:lookup', { outcome: stale ? 'stale' : shared ? 'hit' : 'miss' });
      return rows;
    } catch (error) {
      observer.emit('tenant:lookup', { outcome: 'error' });
      throw error;
    }
  }

  /**
   * Why nothing may be delivered to anybody at present; undefined when it may.
   * @throws as `rows`.
   */
  async pause(): Promise<string | undefined> {
    return (await this.#entry(FLEET)).pause;
  }

  async #entry(tenant: string, status?: LRUCache.Status<string, Entry>): Promise<Entry> {
    // fetchMethod always answers or throws.
    return (await this.#entries.fetch(tenant, { status })) as Entry;
  }

  async #read(tenant: string): Promise<Entry> {
    const readAt = this.#now();
    const items = await this.#query(tenant);
    if (tenant === FLEET) return { rows: [], pause: pauseOf(items), readAt, stale: false };
    const rows = items.map(parseRow);
    for (const row of rows) this.#warn(tenant, row);
    return { rows, readAt, stale: false };
  }

  async #query(tenant: string): Promise<Item[]> {
    const { documents: client, table: TableName } = this.#options;
    const input = { TableName, KeyConditionExpression: 'tenant_id = :tenant', ExpressionAttributeValues: { ':tenant': tenant } };
    const items: Item[] = [];
    for await (const page of paginateQuery({ client }, input)) items.push(...(page.Items ?? []));
    return items;
  }

  #warn(tenant: string, row: TenantRow): void {
    if (row.kind !== 'cloudwatch' || row.row.external_id !== undefined || this.#warned.has(tenant)) return;
    this.#warned.set(tenant, true);
    const advice =
      'its row has no external_id: whoever may write rows can point us at any role that trusts us; set one, and require it in the trust policy';
    this.#options.observer.emit('tenant:warn', { tenant, advice });
  }

  /** A refusal is about us, whatever its name: the query is the same for every tenant. */
  #fault(error: unknown): LogferryError {
    const { table } = this.#options;
    const { name, retryable } = retryability(error);
    if (retryable)
      return new LogferryError('dependency-down', `DynamoDB does not answer for ${table}: ${describe(error)}`, { cause: error });
    const advice =
      name === 'ResourceNotFoundException'
        ? 'check TENANT_CONFIG_TABLE and AWS_REGION'
        : 'check that our role may dynamodb:Query it and use its key, and that its partition key is tenant_id';
    return new LogferryError('central-denied', `the tenant table ${table} cannot be read; ${advice}: ${describe(error)}`, { cause: error });
  }
}

/** DynamoDB answers its throttling with 400: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
]);

function retryability(error: unknown): { readonly name: string; readonly retryable: boolean } {
  const { name } = error as Error;
  return { name, retryable: THROTTLES.has(name) || isUnanswered(error) };
}
