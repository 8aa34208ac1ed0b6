/** Events -> one window after the other, each up to the limits of a batch. It copies a message once, as the JSON literal that the request will hold. */
import type { LineEvent } from '../decode/line-events.ts';
import { literalBytes, writeLiteral } from '../decode/literal.ts';
import type { Shape } from '../decode/shape.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from './limits.ts';
import type { Window } from './window.ts';

/** A window is closed, however few events it has, once it covers so much of the object: its source bytes are held until it is settled. */
const MAX_RAW_BYTES = 16 * 1024 * 1024;
const FIRST_EVENTS = 256;
const FIRST_LITERAL_BYTES = 16 * 1024;

/** Where a window was closed, and what of the object it was made of. */
export interface WindowEnd {
  readonly shape: Shape;
  readonly raw: readonly Buffer[];
  readonly rawStart: number;
}

/** Where the source of an event lies. */
export interface EventSource {
  readonly start: number;
  readonly length: number;
  /** Whether it is part of a line longer than MAX_LINE_BYTES. */
  readonly tooLong: boolean;
}

export class WindowBuilder {
  #index = 0;
  #line = 0;
  #firstLine = 0;
  #startOffset = 0;
  #endOffset = 0;
  #midLine = false;
  #begunMidLine = false;
  #events = 0;
  #filtered = 0;
  #timeFallbacks = 0;
  #countedBytes = 0;
  #written = 0;
  #literals = Buffer.allocUnsafe(FIRST_LITERAL_BYTES);
  #offsets = new Uint32Array(FIRST_EVENTS + 1);
  #times = new Float64Array(FIRST_EVENTS);
  #sizes = new Uint32Array(FIRST_EVENTS);
  #lineOf = new Float64Array(FIRST_EVENTS);
  #starts = new Float64Array(FIRST_EVENTS);
  #lengths = new Uint32Array(FIRST_EVENTS);
  #tooLong = new Set<number>();

  /** @param from the line, and the decompressed bytes before it, that the first window begins at. */
  constructor({ line, offset }: { readonly line: number; readonly offset: number } = { line: 0, offset: 0 }) {
    this.#line = line;
    this.#firstLine = line;
    this.#startOffset = offset;
    this.#endOffset = offset;
  }

  /** Whether one more event of `size` counted bytes goes into this window. */
  fits(size: number): boolean {
    return this.#events < MAX_BATCH_EVENTS && this.#countedBytes + size <= MAX_BATCH_BYTES;
  }

  /** Whether it covers as much of the object as it may. */
  get isFull(): boolean {
    return this.#endOffset - this.#startOffset >= MAX_RAW_BYTES;
  }

  /** Whether nothing at all has gone in since the last window: no event, no line, no part of one. */
  get isEmpty(): boolean {
    return this.#events === 0 && this.#line === this.#firstLine;
  }

  get startOffset(): number {
    return this.#startOffset;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  /** Adds an event of the current line. @param timeMs milliseconds since 1970. */
  add(event: LineEvent, timeMs: number, source: EventSource): void {
    const length = event.form === 'literal' ? event.bytes.length : literalBytes(event.bytes);
    this.#reserve(length);
    const i = this.#events++;
    this.#offsets[i] = this.#written;
    if (event.form === 'literal') event.bytes.copy(this.#literals, this.#written);
    else writeLiteral(this.#literals, this.#written, event.bytes, length);
    this.#written += length;
    this.#offsets[i + 1] = this.#written;
    this.#times[i] = timeMs;
    this.#sizes[i] = event.size;
    this.#lineOf[i] = this.#line;
    this.#starts[i] = source.start;
    this.#lengths[i] = source.length;
    if (source.tooLong) this.#tooLong.add(this.#line);
    this.#countedBytes += event.size;
    this.#midLine = true;
  }

  /** The current line is complete. @param offset decompressed bytes up to its end. */
  endLine(offset: number, facts: { readonly filtered: boolean; readonly timeFallback: boolean }): void {
    this.#line++;
    this.#midLine = false;
    this.#endOffset = offset;
    if (facts.filtered) this.#filtered++;
    if (facts.timeFallback) this.#timeFallbacks++;
  }

  /** Part of the current line is complete: the part ends at `offset`. */
  endPart(offset: number): void {
    this.#endOffset = offset;
  }

  /** What follows the last line and is none, such as the end of an array, belongs to it. */
  extendTo(offset: number): void {
    this.#endOffset = offset;
  }

  /** The window so far; the next event goes into another. */
  close({ shape, raw, rawStart }: WindowEnd): Window {
    const literals = this.#literals.subarray(0, this.#written);
    const window: Window = {
      index: this.#index++,
      shape,
      literals,
      offsets: this.#offsets.subarray(0, this.#events + 1),
      times: this.#times.subarray(0, this.#events),
      sizes: this.#sizes.subarray(0, this.#events),
      lineOf: this.#lineOf.subarray(0, this.#events),
      starts: this.#starts.subarray(0, this.#events),
      lengths: this.#lengths.subarray(0, this.#events),
      tooLong: this.#tooLong,
      firstLine: this.#firstLine,
      endLine: this.#line,
      startOffset: this.#startOffset,
      endOffset: this.#endOffset,
      beginsAtLineBorder: !this.#begunMidLine,
      endsAtLineBorder: !this.#midLine,
      filtered: this.#filtered,
      timeFallbacks: this.#timeFallbacks,
      countedBytes: this.#countedBytes,
      raw,
      rawStart,
      heldBytes: this.#heldBytes(raw),
    };
    this.#begin();
    return window;
  }

  /** The request is a second copy of the literals. */
  #heldBytes(raw: readonly Buffer[]): number {
    const arrays = [this.#times, this.#sizes, this.#lineOf, this.#offsets, this.#starts, this.#lengths];
    const numbers = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return raw.reduce((sum, chunk) => sum + chunk.length, 0) + this.#literals.length + this.#written + numbers;
  }

  /** The arrays went with the window; the next one is likely to be of the same size. */
  #begin(): void {
    this.#firstLine = this.#line;
    this.#begunMidLine = this.#midLine;
    this.#startOffset = this.#endOffset;
    this.#filtered = 0;
    this.#timeFallbacks = 0;
    this.#countedBytes = 0;
    this.#tooLong = new Set();
    this.#literals = Buffer.allocUnsafe(Math.max(FIRST_LITERAL_BYTES, this.#written));
    this.#resize(Math.max(FIRST_EVENTS, this.#events), 0);
    this.#events = 0;
    this.#written = 0;
  }

  #reserve(length: number): void {
    if (this.#events === this.#times.length) this.#resize(Math.min(2 * this.#events, MAX_BATCH_EVENTS), this.#events);
    if (this.#written + length <= this.#literals.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#literals.length, this.#written + length));
    this.#literals.copy(larger, 0, 0, this.#written);
    this.#literals = larger;
  }

  /** @param keep how many events' numbers are carried over. */
  #resize(events: number, keep: number): void {
    const [offsets, times, sizes, lineOf] = [this.#offsets, this.#times, this.#sizes, this.#lineOf];
    const [starts, lengths] = [this.#starts, this.#lengths];
    this.#offsets = new Uint32Array(events + 1);
    this.#times = new Float64Array(events);
    this.#sizes = new Uint32Array(events);
    this.#lineOf = new Float64Array(events);
    this.#starts = new Float64Array(events);
    this.#lengths = new Uint32Array(events);
    this.#offsets.set(offsets.subarray(0, keep > 0 ? keep + 1 : 0));
    this.#times.set(times.subarray(0, keep));
    this.#sizes.set(sizes.subarray(0, keep));
    this.#lineOf.set(lineOf.subarray(0, keep));
    this.#starts.set(starts.subarray(0, keep));
    this.#lengths.set(lengths.subarray(0, keep));
  }
}
