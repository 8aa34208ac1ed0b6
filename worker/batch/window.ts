/**
 * The window: a contiguous run of an object's lines, the unit of progress. It holds bytes and numbers only, so that delivering, halving,
 * naming rejected lines and quarantine need no event objects and no second read.
 */
import type { Shape } from '../decode/shape.ts';

export interface Window {
  /** 0, 1, 2 ... within the object. */
  readonly index: number;
  /** How what follows its last whole line is laid out, as far as that line told: an array may still prove to be none, and goes on as lines then. */
  readonly shape: Shape;
  /** The events' messages as JSON string literals (quotes included), UTF-8, one behind the other, in the order of the lines. */
  readonly literals: Buffer;
  /** Where event i's literal begins in `literals`; one more entry than events, the last is the end. */
  readonly offsets: Uint32Array;
  /** Event i's time in milliseconds since 1970. */
  readonly times: Float64Array;
  /** Event i's size as CloudWatch counts it: UTF-8 bytes of the unescaped message + 26. */
  readonly sizes: Uint32Array;
  /** The number (from 0, within the object) of the line that event i was made of; parts of one line share it. */
  readonly lineOf: Float64Array;
  /** Where the source of event i (its line or, of one longer than MAX_LINE_BYTES, its part) lies: decompressed bytes before it, and its length. */
  readonly starts: Float64Array;
  readonly lengths: Uint32Array;
  /** Lines longer than MAX_LINE_BYTES that have parts here. */
  readonly tooLong: ReadonlySet<number>;
  /** Lines of this window: `firstLine` inclusive, `endLine` exclusive. */
  readonly firstLine: number;
  readonly endLine: number;
  /** The decompressed bytes it covers: start inclusive, end exclusive. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** False when the first line's first events are in the windows before. */
  readonly beginsAtLineBorder: boolean;
  /** False when the window ends inside a line that is longer than MAX_LINE_BYTES: no checkpoint may stand there. */
  readonly endsAtLineBorder: boolean;
  /** Lines that make no event: empty ones, which CloudWatch would refuse. */
  readonly filtered: number;
  /** Lines whose record had no usable time and took the object's. */
  readonly timeFallbacks: number;
  /** The sum of `sizes`. */
  readonly countedBytes: number;
  /** The inflated chunks it was made of (the first and last may hold lines of the neighbours too), for quarantine. */
  readonly raw: readonly Buffer[];
  /** Decompressed bytes before the first of them. */
  readonly rawStart: number;
  /** Bytes of memory it holds, for the byte budget. */
  readonly heldBytes: number;
}

/** What a batch needs of a window. */
export type Events = Pick<Window, 'literals' | 'offsets' | 'times' | 'sizes' | 'lineOf'>;

/** The source bytes of event i, as they stand in the object; of a line of several events each has the whole line. */
export function sourceOf(window: Pick<Window, 'raw' | 'rawStart' | 'starts' | 'lengths'>, event: number): Buffer {
  let from = (window.starts[event] ?? 0) - window.rawStart;
  let left = window.lengths[event] ?? 0;
  const pieces: Buffer[] = [];
  for (const chunk of window.raw) {
    if (from < chunk.length && left > 0) {
      const piece = chunk.subarray(from, from + left);
      pieces.push(piece);
      left -= piece.length;
    }
    from = Math.max(0, from - chunk.length);
  }
  if (left > 0) throw new RangeError(`${left} bytes of an event's source are not in its window`);
  const [first] = pieces;
  return pieces.length === 1 && first ? first : Buffer.concat(pieces);
}
