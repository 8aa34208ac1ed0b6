/**
 * How an object's lines are laid out, decided once an object from its first bytes (pure). Many text logs begin with `[`: it is an array only when
 * what follows proves it, and whatever is no proof means lines, which every object can be read as.
 */
import { isJson } from './json-check.ts';
import { ElementScanner } from './element-scanner.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipSpace } from './json-bytes.ts';

/** NDJSON and plain text alike are `lines`; `records` is an object whose first key is a `Records` array. */
export type Shape = 'lines' | 'array' | 'records';

export interface Layout {
  readonly shape: Shape;
  /** Where the first line or element may begin: after a byte order mark, and after the bracket of an array. */
  readonly start: number;
  /** True where reading goes on behind an element of an array, at a checkpoint. */
  readonly behindElement?: boolean;
}

/** How far an object is looked into before it is taken for lines. */
export const SHAPE_BYTES = 64 * 1024;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const RECORDS_KEY = Buffer.from('"Records"');

/**
 * The answer does not depend on how the bytes came in: it looks at the first SHAPE_BYTES, however many are at hand.
 * @param bytes the object's first bytes.
 * @param ended whether they are the whole object.
 * @returns undefined when more bytes are needed to tell.
 */
export function decideShape(bytes: Buffer, ended: boolean): Layout | undefined {
  const head = bytes.subarray(0, SHAPE_BYTES);
  const whole = ended && bytes.length < SHAPE_BYTES;
  const short = !whole && head.length < SHAPE_BYTES;
  if (short && head.equals(BYTE_ORDER_MARK.subarray(0, head.length))) return undefined;
  const start = head.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  const lines: Layout = { shape: 'lines', start };
  const bracket = openingBracket(head, start);
  if (bracket === undefined) return lines;
  if (bracket.at === -1) return short ? undefined : lines;
  const proof = proveArray(head, bracket.at + 1, bracket.shape, whole);
  if (proof === 'lines') return lines;
  if (short) return undefined;
  return proof === 'array' ? { shape: bracket.shape, start: bracket.at + 1 } : lines;
}

/** @returns undefined when there is none; `at` -1 when there may be one after the bytes at hand. */
function openingBracket(head: Buffer, start: number): { readonly shape: 'array' | 'records'; readonly at: number } | undefined {
  let at = skipSpace(head, start);
  if (head[at] === OPEN_BRACKET) return { shape: 'array', at };
  if (at === head.length) return { shape: 'array', at: -1 };
  if (head[at] !== OPEN_BRACE) return undefined;
  at = skipSpace(head, at + 1);
  const key = head.subarray(at, at + RECORDS_KEY.length);
  if (!key.equals(RECORDS_KEY.subarray(0, key.length))) return undefined;
  at = skipSpace(head, at + RECORDS_KEY.length);
  if (at < head.length && head[at] !== COLON) return undefined;
  at = skipSpace(head, at + 1);
  if (at < head.length && head[at] !== OPEN_BRACKET) return undefined;
  return { shape: 'records', at: at < head.length ? at : -1 };
}

/**
 * An array is proved by a whole element that parses and is followed by `,` or `]`. Where its end is in sight, nothing but white space may follow:
 * lines that are arrays each, and lines such as `[42] started`, are lines.
 */
function proveArray(head: Buffer, from: number, shape: 'array' | 'records', whole: boolean): 'array' | 'lines' | 'more' {
  let proved = false;
  for (let at = skipSpace(head, from); ;) {
    const next = afterValue(head, at);
    if (next === -1) return 'lines';
    if (next === head.length) return proved ? 'array' : whole ? 'lines' : 'more';
    if (head[next] === CLOSE_BRACKET) return closes(head, next + 1, shape) ? 'array' : 'lines';
    if (head[next] !== COMMA) return 'lines';
    proved = true;
    at = skipSpace(head, next + 1);
  }
}

/** @returns the index of what follows the value at `at` and white space, `head.length` when that is not at hand, -1 when there is no such value. */
function afterValue(head: Buffer, at: number): number {
  const end = new ElementScanner().find(head, at);
  if (end === -1) return head.length;
  return end > at && isJson(head.subarray(at, end)) ? skipSpace(head, end) : -1;
}

/** Whether what follows the closing bracket may be the end of the object; bytes that are not at hand may. */
function closes(head: Buffer, from: number, shape: 'array' | 'records'): boolean {
  const end = shape === 'records' ? endOfRest(head, from) : from;
  return end !== -1 && skipSpace(head, end) === head.length;
}

/** @returns the index after the brace that closes the object around `Records`, `head.length` when it is not at hand, -1 when this is no object. */
function endOfRest(head: Buffer, from: number): number {
  for (let at = skipSpace(head, from); at < head.length;) {
    if (head[at] === CLOSE_BRACE) return at + 1;
    if (head[at] !== COMMA) return -1;
    const key = skipSpace(head, at + 1);
    if (key < head.length && head[key] !== QUOTE) return -1;
    const colon = afterValue(head, key);
    if (colon === -1 || (colon < head.length && head[colon] !== COLON)) return -1;
    at = afterValue(head, skipSpace(head, colon + 1));
    if (at === -1) return -1;
  }
  return head.length;
}
