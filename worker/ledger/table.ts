/** Reads and conditional writes of the ledger's table, whatever a row is about. What DynamoDB throws becomes one of our own faults: the table is the same for every tenant. */
import { GetCommand, paginateQuery, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, isUnanswered, LogferryError } from '../errors.ts';
import type { LedgerKey } from './row.ts';
import { expressionOf, type LedgerWrite } from './write.ts';

export interface TableOptions {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
}

export type Values = Readonly<Record<string, unknown>>;

/** The sparse index of the rows that somebody must look after. */
const ATTENTION_INDEX = 'attention';
/** Rows in a page: what a reader of thousands holds at a time. */
const PAGE = 100;

export class LedgerTable {
  readonly #options: TableOptions;

  constructor(options: TableOptions) {
    this.#options = options;
  }

  /**
   * @returns the row as it is now; or, where the condition does not hold, as it was.
   * @throws LogferryError `dependency-down`, `central-denied`.
   */
  async update(key: LedgerKey, write: LedgerWrite): Promise<{ row: Values } | { old: Values | undefined }> {
    const { documents, table: TableName } = this.#options;
    try {
      const command = new UpdateCommand({ TableName, Key: key, ReturnValues: 'ALL_NEW', ...expressionOf(write) });
      const { Attributes = {} } = await documents.send(command);
      return { row: Attributes };
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw ledgerFault(error, TableName);
      // Read apart, as not every emulator answers a failed condition with the row. It may have changed again: what is done by it is conditional, too.
      return { old: await this.get(key) };
    }
  }

  /** @throws as `update`. */
  async get(Key: LedgerKey): Promise<Values | undefined> {
    const { documents, table: TableName } = this.#options;
    try {
      return (await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
    } catch (error) {
      throw ledgerFault(error, TableName);
    }
  }

  /**
   * The rows of one shard that need attention, those with the lowest `attention_at` first, a page at a time. The index is a moment behind the table.
   * @throws as `update`.
   */
  async *attention(shard: string): AsyncGenerator<readonly Values[]> {
    const { documents: client, table: TableName } = this.#options;
    const input = {
      TableName,
      IndexName: ATTENTION_INDEX,
      KeyConditionExpression: 'attention_shard = :shard',
      ExpressionAttributeValues: { ':shard': shard },
    };
    try {
      for await (const { Items = [] } of paginateQuery({ client, pageSize: PAGE }, input)) yield Items;
    } catch (error) {
      throw ledgerFault(error, TableName);
    }
  }
}

function ledgerFault(error: unknown, table: string): LogferryError {
  // What the reader of a page threw comes through here as well.
  if (error instanceof LogferryError) return error;
  const code = isUnanswered(error) || THROTTLES.has((error as Error).name) ? 'dependency-down' : 'central-denied';
  return new LogferryError(code, `the ledger ${table} refuses or does not answer: ${describe(error)}`, { cause: error });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const THROTTLES = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']);
