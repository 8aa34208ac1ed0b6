/**
 * Whether bytes are JSON (pure), by the bytes alone: as strict as JSON.parse, and without the strings and objects that it would make of every line only
 * to throw them away. https://www.rfc-editor.org/rfc/rfc8259
 */
import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipSpace } from './json-bytes.ts';

const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];
const [MINUS, PLUS, POINT, ZERO, NINE, UNICODE] = [0x2d, 0x2b, 0x2e, 0x30, 0x39, 0x75];
const FIRST_PRINTABLE = 0x20;
/** What may follow a backslash, `u` apart. */
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
const HEX = new Set(Buffer.from('0123456789abcdefABCDEF'));
const BROKEN = -1;

/** @param bytes of any encoding; what is no ASCII counts as text, which stands in strings only. */
export function isJson(bytes: Buffer): boolean {
  /** The brackets that are open, as the bytes that close them. */
  const closers: number[] = [];
  let i = skipSpace(bytes, 0);
  for (;;) {
    // A value begins here.
    const first = bytes[i];
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      const closer = first === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
      i = skipSpace(bytes, i + 1);
      if (bytes[i] !== closer) {
        closers.push(closer);
        i = closer === CLOSE_BRACE ? endOfKey(bytes, i) : i;
        if (i === BROKEN) return false;
        continue;
      }
      i++;
    } else {
      i = endOfScalar(bytes, i);
      if (i === BROKEN) return false;
    }
    // A value has ended before here: close what closes, up to a comma.
    for (i = skipSpace(bytes, i); closers.length > 0 && bytes[i] === closers.at(-1); i = skipSpace(bytes, i + 1)) closers.pop();
    if (closers.length === 0) return i === bytes.length;
    if (bytes[i] !== COMMA) return false;
    i = skipSpace(bytes, i + 1);
    if (closers.at(-1) === CLOSE_BRACE) i = endOfKey(bytes, i);
    if (i === BROKEN) return false;
  }
}

/** @returns where the value of the key at `at` begins. */
function endOfKey(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return BROKEN;
  const end = endOfString(bytes, at);
  if (end === BROKEN) return BROKEN;
  const colon = skipSpace(bytes, end);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : BROKEN;
}

function endOfScalar(bytes: Buffer, at: number): number {
  if (at >= bytes.length) return BROKEN;
  if (bytes[at] === QUOTE) return endOfString(bytes, at);
  for (const word of WORDS) if (bytes[at] === word[0]) return bytes.subarray(at, at + word.length).equals(word) ? at + word.length : BROKEN;
  return endOfNumber(bytes, at);
}

function endOfString(bytes: Buffer, at: number): number {
  for (let i = at + 1; i < bytes.length;) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) return i + 1;
    if (byte < FIRST_PRINTABLE) return BROKEN;
    if (byte !== BACKSLASH) i++;
    else if (ESCAPES.has(bytes[i + 1] ?? 0)) i += 2;
    else if (bytes[i + 1] === UNICODE && isHex(bytes, i + 2)) i += 6;
    else return BROKEN;
  }
  return BROKEN;
}

function isHex(bytes: Buffer, at: number): boolean {
  for (let i = at; i < at + 4; i++) if (!HEX.has(bytes[i] ?? 0)) return false;
  return true;
}

function endOfNumber(bytes: Buffer, at: number): number {
  const whole = bytes[at] === MINUS ? at + 1 : at;
  let end = endOfDigits(bytes, whole);
  if (end === BROKEN || (bytes[whole] === ZERO && end > whole + 1)) return BROKEN;
  if (bytes[end] === POINT) end = endOfDigits(bytes, end + 1);
  if (end === BROKEN) return BROKEN;
  // E or e
  if (((bytes[end] ?? 0) | 0x20) !== 0x65) return end;
  const sign = bytes[end + 1];
  return endOfDigits(bytes, sign === MINUS || sign === PLUS ? end + 2 : end + 1);
}

/** @returns BROKEN when there is none. */
function endOfDigits(bytes: Buffer, at: number): number {
  let i = at;
  while (i < bytes.length && (bytes[i] ?? 0) >= ZERO && (bytes[i] ?? 0) <= NINE) i++;
  return i === at ? BROKEN : i;
}
