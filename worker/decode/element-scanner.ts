/**
 * Finds the end of one JSON value in bytes that come in pieces, by brackets and quotes alone. It does not check: whether what it found is JSON is for
 * the caller to ask.
 */
import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, isSpace, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';

export class ElementScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;

  reset(): void {
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /**
   * @param from where the value begins, or where the last call stopped for want of bytes.
   * @returns the index after the value, or -1 when it goes on beyond `bytes`. A scalar ends before what follows it.
   */
  find(bytes: Buffer, from: number): number {
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i];
      if (this.#inString) {
        this.#inside(byte);
        if (!this.#inString && this.#depth === 0) return i + 1;
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.#depth === 0) return i;
        if (--this.#depth === 0) return i + 1;
      } else if (this.#depth === 0 && (byte === COMMA || isSpace(byte))) return i;
    }
    return -1;
  }

  #inside(byte: number | undefined): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }
}
