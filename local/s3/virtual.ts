/** Objects whose bytes a test makes on the fly: gigabytes without a file. Nobody can upload one. */
import { Readable } from 'node:stream';
import type { Body } from './body.ts';

export interface VirtualObject {
  /** Bytes; without it there are no ranges and no Content-Length. */
  readonly size?: number;
  /** Without quotes. */
  readonly etag: string;
  /** The body from byte `start` on. It may go on past the end: it is cut there. */
  readonly body: (start: number) => Readable;
  /** Such as `content-type` and `content-encoding`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class VirtualBody implements Body {
  readonly size: number | undefined;
  readonly #make: (start: number) => Readable;

  constructor({ size, body }: VirtualObject) {
    this.size = size;
    this.#make = body;
  }

  open(start: number, end: number): Readable {
    if (end === Number.POSITIVE_INFINITY) return this.#make(start);
    return Readable.from(cut(this.#make(start), end - start), { objectMode: false });
  }

  discard(): void {
    // Nothing is stored.
  }
}

async function* cut(source: Readable, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  // Leaving the loop destroys the source.
  for await (const chunk of source as AsyncIterable<Buffer>) {
    yield chunk.length <= left ? chunk : chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
