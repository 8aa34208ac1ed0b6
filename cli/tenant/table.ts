/**
 * The tenant table as the operator's command reads and writes it. Each write holds only for what was read: a row that somebody else has changed in between is
 * left alone, and so no update is lost. It deletes nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { ConditionalCheckFailedException, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { paginateQuery, paginateScan, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CliError } from '../error.ts';
import { expressions } from './expressions.ts';

export type Item = Readonly<Record<string, unknown>>;
/** Fields to set; undefined takes one off. */
export type Patch = Readonly<Record<string, unknown>>;

const TYPE = 'cloudwatch';

interface Shape {
  /** Whether `type` is part of the key; in a table of the original system it is not. */
  readonly hasType: boolean;
  /** Whose table it is. */
  readonly account?: string;
}

export class TenantTable {
  readonly #documents: DynamoDBDocumentClient;
  readonly #name: string;
  #shape?: Promise<Shape>;

  constructor(documents: DynamoDBDocumentClient, name: string) {
    this.#documents = documents;
    this.#name = name;
  }

  /** @returns all rows of a tenant, of whatever type; read consistently. */
  async rows(tenant: string): Promise<Item[]> {
    await this.shape();
    const input = {
      TableName: this.#name,
      KeyConditionExpression: 'tenant_id = :tenant',
      ExpressionAttributeValues: { ':tenant': tenant },
      ConsistentRead: true,
    };
    const items: Item[] = [];
    for await (const page of paginateQuery({ client: this.#documents }, input)) items.push(...(page.Items ?? []));
    return items;
  }

  /** @returns the row that says where the tenant's logs go; undefined when there is none. */
  async row(tenant: string): Promise<Item | undefined> {
    return (await this.rows(tenant)).find(isCloudWatch);
  }

  /** Reads the whole table: some thousands of rows of 1 KB each. */
  async all(): Promise<Item[]> {
    await this.shape();
    const items: Item[] = [];
    const input = { TableName: this.#name, ConsistentRead: true };
    for await (const page of paginateScan({ client: this.#documents }, input)) items.push(...(page.Items ?? []));
    return items;
  }

  /**
   * Puts a new row, also over one whose rest is over.
   * @throws CliError when somebody was faster.
   */
  async create(item: Item, now: Date): Promise<Item> {
    const row = { ...item, type: TYPE, updated_at: now.toISOString() };
    const command = new PutCommand({
      TableName: this.#name,
      Item: row,
      ConditionExpression: 'attribute_not_exists(tenant_id) OR (attribute_exists(removed_at) AND expires_at < :now)',
      ExpressionAttributeValues: { ':now': seconds(now) },
    });
    const message = `tenant ${String(item['tenant_id'])} has been added by somebody else meanwhile; nothing was written`;
    await this.#write(() => this.#documents.send(command), row, message);
    return row;
  }

  /**
   * @param before as it was read; its key alone for a row that does not exist and shall be made.
   * @throws CliError when the row is not any more as it was read.
   */
  async update(before: Item, patch: Patch, now: Date, { make = false } = {}): Promise<Item> {
    const { hasType } = await this.shape();
    const tenant = String(before['tenant_id']);
    const change = { ...patch, updated_at: nextStamp(before['updated_at'], now) };
    const command = new UpdateCommand({
      TableName: this.#name,
      Key: { tenant_id: tenant, ...(hasType && { type: before['type'] }) },
      ...expressions(before, change, make),
    });
    const message = `the row of tenant ${tenant} has been changed by somebody else meanwhile; nothing was written. Look at it (show ${tenant}), and repeat`;
    const after = withPatch(before, change);
    await this.#write(() => this.#documents.send(command), after, message);
    return after;
  }

  /** @throws CliError with the message when the condition does not hold. */
  async #write(write: () => Promise<unknown>, after: Item, message: string): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The SDK repeats what got no answer: then the row is not any more as it was read, and it was us who wrote it.
      if (!(await this.#isThere(after))) throw new CliError(message, { cause: error });
    }
  }

  async #isThere(after: Item): Promise<boolean> {
    const rows = await this.rows(String(after['tenant_id']));
    return rows.some((row) => isDeepStrictEqual(row, after));
  }

  /** @throws CliError for a table that is none of tenants. */
  shape(): Promise<Shape> {
    this.#shape ??= this.#describe();
    return this.#shape;
  }

  async #describe(): Promise<Shape> {
    const { Table } = await this.#documents.send(new DescribeTableCommand({ TableName: this.#name }));
    const [hash, range] = ['HASH', 'RANGE'].map((kind) => Table?.KeySchema?.find(({ KeyType }) => KeyType === kind)?.AttributeName);
    if (hash !== 'tenant_id' || (range !== undefined && range !== 'type'))
      throw new CliError(
        `${this.#name} is no tenant table: its key is ${[hash, range].filter(Boolean).join(', ')}; expected tenant_id, and type as sort key or none`,
      );
    return { hasType: range !== undefined, account: Table?.TableArn?.split(':')[4] };
  }
}

/** A row without a type is one too, as the worker reads it. */
export function isCloudWatch({ type }: Item): boolean {
  return type === undefined || type === null || type === '' || type === TYPE;
}

/** @returns the row as it would be. */
export function withPatch(before: Item, patch: Patch): Item {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined));
}

export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

/** Never the one that was read, however fast two changes follow each other or the clocks differ. */
function nextStamp(before: unknown, now: Date): string {
  const then = typeof before === 'string' ? Date.parse(before) : Number.NaN;
  return new Date(then >= now.getTime() ? then + 1 : now).toISOString();
}
