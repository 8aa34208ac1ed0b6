/** Text -> the JSON string literal of it, by bytes (pure). Valid UTF-8 in, valid JSON out; it never decodes, and never drops a byte. */
import { BACKSLASH, QUOTE } from './json-bytes.ts';

/** What each byte costs more as JSON writes it: 0 as it stands, 1 for `\n` and its kin, 5 for `\u0000` and its kin. */
const EXTRA = new Uint8Array(256).fill(5, 0, 0x20);
/** The letter after the backslash, for the bytes that have a short form. */
const SHORT = new Uint8Array(256);
for (const [byte, letter] of [
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
] as const) {
  EXTRA[byte] = 1;
  SHORT[byte] = letter.charCodeAt(0);
}
const HEX = Buffer.from('0123456789abcdef');

/** The length in bytes of the literal of `text`, quotes included. */
export function literalBytes(text: Buffer): number {
  let extra = 0;
  for (let i = 0; i < text.length; i++) extra += EXTRA[text[i] ?? 0] ?? 0;
  return text.length + extra + 2;
}

/**
 * Writes the literal of `text` at `at`, where `length` bytes must be free.
 * @param length what `literalBytes(text)` says.
 * @returns the index after it.
 */
export function writeLiteral(target: Buffer, at: number, text: Buffer, length: number): number {
  target[at] = QUOTE;
  if (length === text.length + 2) text.copy(target, at + 1);
  else writeEscaped(target, at + 1, text);
  target[at + length - 1] = QUOTE;
  return at + length;
}

function writeEscaped(target: Buffer, at: number, text: Buffer): void {
  let to = at;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] ?? 0;
    const extra = EXTRA[byte] ?? 0;
    if (extra === 0) {
      target[to++] = byte;
    } else if (extra === 1) {
      target[to++] = BACKSLASH;
      target[to++] = SHORT[byte] ?? 0;
    } else {
      to += target.write('\\u00', to, 'latin1');
      target[to++] = HEX[byte >> 4] ?? 0;
      target[to++] = HEX[byte & 15] ?? 0;
    }
  }
}
