/** An object's bytes, wherever they are: always read as a stream, never held whole. */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';

export interface Body {
  /** Bytes; undefined when nobody knows before the end (some virtual objects). */
  readonly size: number | undefined;
  /** The bytes from `start` up to and without `end`. */
  open(start: number, end: number): Readable;
  /** Frees what holds the bytes once the last reader is done. */
  discard(): void;
}

export interface Segment {
  readonly path: string;
  readonly size: number;
}

/** Read in pieces of this size: large enough for speed, small enough that a hundred readers stay small. */
const READ_BYTES = 128 * 1024;

/** One file, or the parts of a multipart upload one after another. A reader sees it to the end even when the object is overwritten meanwhile. */
export class FileBody implements Body {
  readonly size: number;
  readonly #segments: readonly Segment[];
  #readers = 0;
  #discarded = false;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
    this.size = segments.reduce((sum, { size }) => sum + size, 0);
  }

  open(start: number, end: number): Readable {
    this.#readers++;
    return Readable.from(this.#read(start, end), { objectMode: false, highWaterMark: READ_BYTES }).once('close', () => {
      this.#readers--;
      this.#removeWhenUnused();
    });
  }

  discard(): void {
    this.#discarded = true;
    this.#removeWhenUnused();
  }

  async *#read(start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { path, size } of this.#segments) {
      const [from, to] = [Math.max(start - offset, 0), Math.min(end - offset, size)];
      // A file stream's own `end` is inclusive.
      if (from < to) yield* createReadStream(path, { start: from, end: to - 1, highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
      offset += size;
    }
  }

  #removeWhenUnused(): void {
    if (!this.#discarded || this.#readers > 0) return;
    // At a stop the whole folder may have gone first.
    for (const { path } of this.#segments) void rm(path, { force: true }).catch(() => undefined);
  }
}
