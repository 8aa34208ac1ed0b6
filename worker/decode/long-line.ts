/** A line too long to be held, handed on in numbered parts as its bytes come. No part ends inside a code point, and none outgrows an event. */
import { isUtf8 } from 'node:buffer';
import { cutPart, partRoom } from './parts.ts';

/** What a cut may need to see beyond it: the rest of a code point. */
const LOOK_AHEAD_BYTES = 4;
const RETURN = 0x0d;

export interface LinePart {
  readonly bytes: Buffer;
  /** From 1. */
  readonly part: number;
  readonly last: boolean;
  /** Bytes of the object that it took, a line end included. */
  readonly consumed: number;
}

export class LongLine {
  readonly #maxMessageBytes: number;
  #pending: Buffer;
  /** What has come since, put behind `#pending` only when it is needed: a copy for each chunk would cost more than the line. */
  #added: Buffer[] = [];
  #length: number;
  #part = 1;
  /** Bytes of the line end, once it was seen. */
  #endBytes: number | undefined;

  /** @param maxMessageBytes of one part with its prefix. */
  constructor(begun: Buffer, maxMessageBytes: number) {
    this.#pending = begun;
    this.#length = begun.length;
    this.#maxMessageBytes = maxMessageBytes;
  }

  add(bytes: Buffer): void {
    this.#added.push(bytes);
    this.#length += bytes.length;
  }

  #gather(): void {
    if (this.#added.length > 0) this.#pending = Buffer.concat([this.#pending, ...this.#added]);
    this.#added = [];
  }

  /** @param endBytes how many bytes of line end follow the last byte that was added. */
  end(endBytes: number): void {
    this.#endBytes = endBytes;
  }

  /** A newline follows the last byte that was added; a carriage return before it belongs to it. No part has taken that yet: see LOOK_AHEAD_BYTES. */
  endAtNewline(): void {
    this.#gather();
    const isReturn = this.#pending[this.#pending.length - 1] === RETURN;
    if (isReturn) {
      this.#pending = this.#pending.subarray(0, -1);
      this.#length--;
    }
    this.#endBytes = isReturn ? 2 : 1;
  }

  /** @returns undefined when more bytes are needed. */
  next(): LinePart | undefined {
    const room = partRoom(this.#part, this.#maxMessageBytes, 0);
    if (this.#endBytes === undefined && this.#length < room + LOOK_AHEAD_BYTES) return undefined;
    this.#gather();
    if (this.#endBytes !== undefined && this.#fits(room)) {
      return { bytes: this.#pending, part: this.#part, last: true, consumed: this.#pending.length + this.#endBytes };
    }
    const cut = cutPart(this.#pending, 0, Math.min(room, this.#pending.length - 1));
    const bytes = this.#pending.subarray(0, cut);
    this.#pending = this.#pending.subarray(cut);
    this.#length -= cut;
    return { bytes, part: this.#part++, last: false, consumed: cut };
  }

  #fits(room: number): boolean {
    return this.#pending.length <= (isUtf8(this.#pending.subarray(0, room)) ? room : Math.floor(room / 3));
  }
}
