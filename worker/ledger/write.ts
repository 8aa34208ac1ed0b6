/** A conditional write of the ledger as DynamoDB wants it (pure). Attribute names go by placeholders, since `state` and `owner` are words of DynamoDB's own. */
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';

export interface LedgerWrite {
  readonly set?: Readonly<Record<string, unknown>>;
  /** Numbers, missing ones count from 0. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
  /** Names as `#name`, values as in `values`; what `set` sets is there as `:name`. */
  readonly condition: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

type Expression = Pick<
  UpdateCommandInput,
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
  | 'ReturnValuesOnConditionCheckFailure'
>;

export function expressionOf({ set = {}, add = {}, remove = [], condition, values = {} }: LedgerWrite): Expression {
  const sets = Object.keys(set).map((name) => `#${name} = :${name}`);
  const adds = Object.keys(add).map((name) => `#${name} :add_${name}`);
  const removes = remove.map((name) => `#${name}`);
  const clauses = [clause('SET', sets), clause('ADD', adds), clause('REMOVE', removes)];
  const named = [...condition.matchAll(/#(\w+)/g)].map(([, name = '']) => name);
  const names = new Set([...Object.keys(set), ...Object.keys(add), ...remove, ...named]);
  return {
    UpdateExpression: clauses.filter(Boolean).join(' '),
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
      ...Object.fromEntries(Object.entries(add).map(([name, value]) => [`:add_${name}`, value])),
      ...values,
    },
  };
}

function clause(keyword: string, parts: readonly string[]): string {
  return parts.length > 0 ? `${keyword} ${parts.join(', ')}` : '';
}
