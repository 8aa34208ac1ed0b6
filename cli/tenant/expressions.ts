/** A patch of a row -> the update, and the condition that the row is still as it was read (pure). */
import type { Item, Patch } from './table.ts';

/** Elements of a list that are compared; an expression has 4 KB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_ELEMENTS = 20;

const KEY = new Set(['tenant_id', 'type']);

interface Expressions {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/**
 * The condition is on every field that was read or is written, for a change is judged by the whole row; and not on `updated_at` alone, which nobody writes
 * who changes a row by hand.
 * @param make the row must not exist, and is made.
 */
export function expressions(before: Item, change: Patch, make: boolean): Expressions {
  const read = Object.entries(before).filter(([field]) => !KEY.has(field));
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const set: string[] = [];
  const remove: string[] = [];
  const conditions = [make ? 'attribute_not_exists(tenant_id)' : 'attribute_exists(tenant_id)'];
  for (const [i, field] of Object.keys({ ...Object.fromEntries(read), ...change }).entries()) {
    const isKept = !Object.hasOwn(change, field);
    const still = stillAs(before[field], i, values);
    if (isKept && still.length === 0) continue;
    names[`#f${i}`] = field;
    conditions.push(...still);
    if (isKept) continue;
    if (change[field] === undefined) remove.push(`#f${i}`);
    else {
      set.push(`#f${i} = :to${i}`);
      values[`:to${i}`] = change[field];
    }
  }
  return {
    UpdateExpression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/**
 * dynalite, the emulator, finds no two lists or maps equal: lists are compared by their elements, maps (no field of ours is one) not at all.
 * @param values is given what the conditions name.
 */
function stillAs(value: unknown, i: number, values: Record<string, unknown>): string[] {
  if (value === undefined) return [`attribute_not_exists(#f${i})`];
  if (isPlain(value)) {
    values[`:from${i}`] = value;
    return [`#f${i} = :from${i}`];
  }
  if (!Array.isArray(value)) return [];
  const elements = [...value.slice(0, MAX_ELEMENTS).entries()].filter(([, element]) => isPlain(element));
  values[`:from${i}`] = value.length;
  for (const [at, element] of elements) values[`:from${i}at${at}`] = element;
  return [`size(#f${i}) = :from${i}`, ...elements.map(([at]) => `#f${i}[${at}] = :from${i}at${at}`)];
}

function isPlain(value: unknown): boolean {
  return value === null || value instanceof Set || typeof value !== 'object';
}
