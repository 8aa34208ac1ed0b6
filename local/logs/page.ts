/** One page of names in order (pure), as the Describe calls have it: the token is the last name of the page before, so that changes in between do no harm. */
import { invalid } from './error.ts';

export interface NamePage<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * @param key tells an item's place; all different. @param descending largest first.
 * @throws LogsError for a token that no answer gave.
 */
export function pageByKey<T>(
  items: readonly T[],
  key: (item: T) => string,
  { limit, token, descending = false }: { readonly limit: number; readonly token: string | undefined; readonly descending?: boolean },
): NamePage<T> {
  const sign = descending ? -1 : 1;
  const after = token === undefined ? undefined : decode(token);
  const keyed = items.map((item) => ({ item, key: key(item) })).toSorted((one, other) => sign * compare(one.key, other.key));
  const rest = after === undefined ? keyed : keyed.filter((entry) => sign * compare(entry.key, after) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    nextToken: rest.length > limit && last !== undefined ? encode(last.key) : undefined,
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function encode(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64url');
}

function decode(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after:')) throw invalid('The specified nextToken is invalid.');
  return text.slice('after:'.length);
}
