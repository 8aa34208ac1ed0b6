/** Bytes as they may come in: cut anywhere, as often as a reader wants to read them. */
import * as fc from 'fast-check';
import { decideShape } from '../../../worker/decode/shape.ts';
import { Splitter, type Line } from '../../../worker/decode/splitter.ts';

/** Pieces of `size` bytes each. */
export function everyBytes(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** Cut before each of these places; a place beyond the end, or twice the same, cuts an empty piece off. */
export function cutBefore(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.toSorted((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

/** Any way to cut `bytes`, mostly a few pieces, sometimes many: one byte each, if that are not too many to be quick. */
export function anyChunks(bytes: Buffer): fc.Arbitrary<Buffer[]> {
  const places = fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }).map((places) => cutBefore(bytes, places));
  const small = fc.integer({ min: 1, max: 9 }).map((size) => everyBytes(bytes, size + Math.floor(bytes.length / 400)));
  return fc.oneof({ weight: 3, arbitrary: places }, { weight: 1, arbitrary: small });
}

/** May be iterated again, as an object may be read again. `reads` counts. */
export function stored(chunks: readonly Buffer[]): AsyncIterable<Buffer> & { reads: number } {
  return {
    reads: 0,
    async *[Symbol.asyncIterator]() {
      this.reads++;
      // As a stream hands them out: one by one, not all in one turn.
      for (const chunk of chunks) yield await Promise.resolve(chunk);
    },
  };
}

export interface SplitLine extends Omit<Line, 'bytes' | 'start'> {
  readonly text: string;
  /** Bytes of the object up to its end. */
  readonly offset: number;
}

export interface Split {
  readonly lines: readonly SplitLine[];
  /** Consumed when nothing more came. */
  readonly offset: number;
  readonly shape: string;
}

/** All lines of an object that comes in these chunks, inflated already. */
export function split(chunks: readonly Buffer[], maxLineBytes = 1024, maxEventBytes = 512): Split {
  const lines: SplitLine[] = [];
  let head = Buffer.alloc(0);
  let splitter: Splitter | undefined;
  const drain = () => {
    for (let line = splitter?.next(); line; line = splitter?.next())
      lines.push({ text: line.bytes.toString(), part: line.part, last: line.last, offset: splitter!.offset });
  };
  const decide = (ended: boolean) => {
    const layout = decideShape(head, ended);
    if (!layout) return;
    splitter = new Splitter(layout, { maxLineBytes, maxEventBytes });
    splitter.push(head.subarray(layout.start));
    drain();
  };
  for (const chunk of chunks) {
    if (splitter) {
      splitter.push(chunk);
      drain();
    } else {
      head = Buffer.concat([head, chunk]);
      decide(false);
    }
  }
  if (!splitter) decide(true);
  splitter!.end();
  drain();
  return { lines, offset: splitter!.offset, shape: splitter!.shape };
}

export const textsOf = (chunks: readonly Buffer[], maxLineBytes?: number): string[] =>
  split(chunks, maxLineBytes).lines.map(({ text }) => text);
