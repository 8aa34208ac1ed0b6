/** One page of a listing (pure): prefix, delimiter and page size over sorted names, as all of S3's listings have them. */

export interface PageOptions {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** The last name or common prefix on the page: the next page begins after it. */
  readonly last: string | undefined;
}

/**
 * @param entries sorted by key, from where the page begins. @param after a name that the page begins after; where it is a common prefix, all keys
 *   under it are skipped too.
 */
export function pageOf<T extends { readonly key: string }>(
  entries: Iterable<T>,
  { prefix, delimiter, maxKeys }: PageOptions,
  after = '',
): Page<T> {
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  for (const entry of entries) {
    if (!entry.key.startsWith(prefix)) {
      if (entry.key > prefix) break;
      continue;
    }
    const common = commonPrefix(entry.key, prefix, delimiter);
    if (common !== undefined && (common === last || common === after)) continue;
    if (items.length + commonPrefixes.length >= maxKeys) return { items, commonPrefixes, truncated: maxKeys > 0, last };
    if (common === undefined) items.push(entry);
    else commonPrefixes.push(common);
    last = common ?? entry.key;
  }
  return { items, commonPrefixes, truncated: false, last };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** The first index in sorted `keys` that is greater than `after`, and not less than `from`. */
export function startOf(keys: readonly string[], after: string, from: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const key = keys[middle] ?? '';
    if (key <= after || key < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
