/**
 * Finding one's way in the bytes of JSON that is known to be valid (pure): where values begin and end, so that they can be handed on as they
 * stand. It never checks; on bytes that are not JSON its answers mean nothing.
 */

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** @returns the index of the first byte at or after `at` that is no JSON white space, or `bytes.length`. */
export function skipSpace(bytes: Buffer, at: number): number {
  let i = at;
  while (i < bytes.length && isSpace(bytes[i])) i++;
  return i;
}

/** Where a value stands: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The values of two keys of an object, as spans. Of a key that occurs twice the last counts, as with JSON.parse.
 * @param object a valid JSON object, white space around it allowed.
 */
export function findFields(object: Buffer, first: string, second: string): [Span | undefined, Span | undefined] {
  const found: [Span | undefined, Span | undefined] = [undefined, undefined];
  let i = skipSpace(object, skipSpace(object, 0) + 1);
  while (i < object.length && object[i] !== CLOSE_BRACE) {
    const keyEnd = endOfString(object, i);
    const start = skipSpace(object, skipSpace(object, keyEnd) + 1);
    const end = endOfValue(object, start);
    if (isKey(object, i, keyEnd, first)) found[0] = { start, end };
    else if (isKey(object, i, keyEnd, second)) found[1] = { start, end };
    i = skipSpace(object, end);
    if (object[i] === COMMA) i = skipSpace(object, i + 1);
  }
  return found;
}

/** Keys may be written with escapes, which then hold six bytes for one. */
function isKey(bytes: Buffer, start: number, end: number, name: string): boolean {
  const length = end - start - 2;
  if (length < name.length) return false;
  if (length === name.length) {
    for (let i = 0; i < length; i++) if (bytes[start + 1 + i] !== name.charCodeAt(i)) return false;
    return true;
  }
  const key = bytes.subarray(start, end);
  return key.includes(BACKSLASH) && JSON.parse(key.toString()) === name;
}

/** @returns the index after the closing quote of the string that opens at `at`. */
function endOfString(bytes: Buffer, at: number): number {
  let i = at + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}

function endOfValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return endOfString(bytes, at);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return endOfScalar(bytes, at);
  let depth = 0;
  let i = at;
  while (i < bytes.length) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = endOfString(bytes, i);
      continue;
    }
    i++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) break;
  }
  return i;
}

function endOfScalar(bytes: Buffer, at: number): number {
  let i = at;
  for (; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)) break;
  }
  return i;
}
