/**
 * An object's bytes -> its windows, pulled one by one: inflate, shape, lines, events, window. Nothing is read ahead of the window that is asked for
 * but the chunk that completes it, so that memory is bounded by who asks.
 */
import { asLogferryError } from '../errors.ts';
import type { Format } from '../decode/event.ts';
import { inflate } from '../decode/inflate.ts';
import { eventsOfLine, type LineEvent } from '../decode/line-events.ts';
import { decideShape, type Shape } from '../decode/shape.ts';
import { Splitter, type Line } from '../decode/splitter.ts';
import type { Observer } from '../observe/events.ts';
import { WindowBuilder } from './window-builder.ts';
import type { Window } from './window.ts';

export interface WindowSource {
  readonly bucket: string;
  readonly key: string;
  /** The stored bytes from the first on; iterating again reads them anew. */
  readonly chunks: AsyncIterable<Buffer>;
  /** The time of lines that name none, in milliseconds since 1970. */
  readonly lastModifiedMs: number;
  /** Ends a read under way. */
  close(): void;
}

/** Where the lines that are left begin. An object is inflated from its start all the same. */
export interface ReadingPoint {
  /** Decompressed bytes before it. */
  readonly offset: number;
  /** Lines before it. */
  readonly line: number;
  readonly shape: Shape;
}

export interface WindowOptions {
  readonly maxObjectRawBytes: number;
  readonly maxLineBytes: number;
  readonly maxEventBytes: number;
  /** Longest wait of a line for its window to fill, in milliseconds. */
  readonly lingerMs: number;
  readonly format: Format;
  readonly observer: Observer;
  /** Missing: from the first line on. */
  readonly from?: ReadingPoint;
}

export interface WindowReader {
  /**
   * @returns the next window, or undefined after the last.
   * @throws what reading throws, at each further call too; `corrupt-object` and `bomb` only after the whole lines before the break were returned.
   */
  next(): Promise<Window | undefined>;
  /** Ends the reading, also in the middle. */
  close(): Promise<void>;
}

export function windows(source: WindowSource, options: WindowOptions): WindowReader {
  return new ObjectWindows(source, options);
}

/** The line whose events are being added. */
interface OpenLine {
  readonly line: Line;
  readonly events: readonly LineEvent[];
  readonly timeMs: number | undefined;
  added: number;
}

class ObjectWindows implements WindowReader {
  readonly #source: WindowSource;
  readonly #options: WindowOptions;
  readonly #chunks: AsyncGenerator<Buffer, void, undefined>;
  #builder: WindowBuilder;
  #splitter: Splitter | undefined;
  #head: Buffer = Buffer.alloc(0);
  #open: OpenLine | undefined;
  /** Behind the last whole line. The splitter may be further: the next line may have shown that the array is none. */
  #shape: Shape;
  /** Inflated chunks, by the offset after them, as far back as the window that is being built. */
  #raw: { readonly chunk: Buffer; readonly end: number }[] = [];
  #read = 0;
  #reading: Promise<IteratorResult<Buffer, void>> | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #lingerUntil = 0;

  constructor(source: WindowSource, options: WindowOptions) {
    this.#source = source;
    this.#options = options;
    const { bucket, key } = source;
    this.#builder = new WindowBuilder(options.from);
    this.#shape = options.from?.shape ?? 'lines';
    this.#chunks = inflate(source.chunks, { bucket, key, maxRawBytes: options.maxObjectRawBytes, observer: options.observer });
  }

  async next(): Promise<Window | undefined> {
    for (;;) {
      if (this.#build()) return this.#close();
      if (this.#ended || this.#failure) {
        if (!this.#builder.isEmpty) return this.#close();
        if (this.#failure) throw this.#failure.error;
        return undefined;
      }
      if ((await this.#readChunk()) === 'lingered') return this.#close();
    }
  }

  async close(): Promise<void> {
    this.#source.close();
    // A read under way has been ended and has nobody to tell.
    await this.#chunks.return(undefined).catch(() => undefined);
  }

  /** @returns true when a window is full, false when more bytes are needed (or there are none). */
  #build(): boolean {
    const splitter = this.#splitter;
    if (!splitter) return false;
    for (;;) {
      this.#open ??= this.#nextLine(splitter);
      if (!this.#open) return false;
      if (this.#builder.isEmpty) this.#lingerUntil = performance.now() + this.#options.lingerMs;
      if (!this.#addEvents(this.#open)) return true;
      this.#endLine(this.#open.line, this.#open, splitter.offset);
      this.#open = undefined;
      if (this.#builder.isFull) return true;
    }
  }

  #nextLine(splitter: Splitter): OpenLine | undefined {
    const line = splitter.next();
    if (!line) {
      // Whole lines only: behind a break, what is left of a line is none.
      if (this.#ended && splitter.offset > this.#builder.endOffset && !this.#builder.isEmpty) this.#builder.extendTo(splitter.offset);
      return undefined;
    }
    const { format, maxEventBytes } = this.#options;
    return { line, ...eventsOfLine(line, format, maxEventBytes), added: 0 };
  }

  /** @returns false when the window is full before all are added. */
  #addEvents(open: OpenLine): boolean {
    const timeMs = open.timeMs ?? this.#source.lastModifiedMs;
    const { start, bytes, part } = open.line;
    const source = { start, length: bytes.length, tooLong: part > 0 };
    for (; open.added < open.events.length; open.added++) {
      const event = open.events[open.added] as LineEvent;
      if (!this.#builder.fits(event.size)) return false;
      this.#builder.add(event, timeMs, source);
    }
    return true;
  }

  #endLine(line: Line, { events, timeMs }: OpenLine, offset: number): void {
    if (!line.last) return this.#builder.endPart(offset);
    this.#shape = this.#splitter?.shape ?? this.#shape;
    const filtered = events.length === 0;
    this.#builder.endLine(offset, { filtered, timeFallback: !filtered && timeMs === undefined });
    if (line.part > 0)
      this.#options.observer.emit('line:oversize', { bucket: this.#source.bucket, key: this.#source.key, parts: line.part });
  }

  #close(): Window {
    const { startOffset, endOffset } = this.#builder;
    // A line whose events only the next window ends has its source in both.
    const begun = this.#open && this.#open.added > 0 ? this.#open.line : undefined;
    const sourceEnd = begun ? Math.max(endOffset, begun.start + begun.bytes.length) : endOffset;
    const held = this.#raw.filter(({ chunk, end }) => end > startOffset && end - chunk.length < sourceEnd);
    const rawStart = held[0] ? held[0].end - held[0].chunk.length : startOffset;
    this.#raw = this.#raw.filter(({ end }) => end > endOffset);
    return this.#builder.close({ shape: this.#shape, raw: held.map(({ chunk }) => chunk), rawStart });
  }

  async #readChunk(): Promise<'read' | 'lingered'> {
    this.#reading ??= this.#chunks.next();
    try {
      const result = await this.#orLinger(this.#reading);
      if (result === 'lingered') return result;
      this.#reading = undefined;
      if (result.done) this.#end();
      else this.#take(result.value);
    } catch (error) {
      this.#reading = undefined;
      this.#failure = { error };
      if (asLogferryError(error).fault.disposition === 'dead-letter') this.#decide(true);
      else this.#drop();
    }
    return 'read';
  }

  async #orLinger(reading: Promise<IteratorResult<Buffer, void>>): Promise<IteratorResult<Buffer, void> | 'lingered'> {
    if (this.#builder.isEmpty) return await reading;
    let timer: NodeJS.Timeout | undefined;
    const lingered = new Promise<'lingered'>((resolve) => {
      timer = setTimeout(() => resolve('lingered'), Math.max(0, this.#lingerUntil - performance.now()));
    });
    // When it lingers, the next call awaits the same read; its failure must not count as unhandled until then.
    reading.catch(() => undefined);
    return await Promise.race([reading, lingered]).finally(() => clearTimeout(timer));
  }

  #take(bytes: Buffer): void {
    const chunk = this.#unread(bytes);
    if (chunk.length === 0) return;
    this.#raw.push({ chunk, end: this.#read });
    if (this.#splitter) return this.#splitter.push(chunk);
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    this.#decide(false);
  }

  /** @returns what of the next inflated bytes is behind the point where reading begins. */
  #unread(bytes: Buffer): Buffer {
    const before = this.#read;
    this.#read += bytes.length;
    const { from } = this.#options;
    if (!from || before >= from.offset) return bytes;
    const rest = bytes.subarray(Math.min(bytes.length, from.offset - before));
    const behindElement = from.shape !== 'lines';
    this.#splitter ??= new Splitter({ shape: from.shape, start: from.offset, behindElement }, this.#options);
    return rest;
  }

  #decide(ended: boolean): void {
    if (this.#splitter) return;
    const layout = decideShape(this.#head, ended);
    if (!layout) return;
    this.#splitter = new Splitter(layout, this.#options);
    this.#splitter.push(this.#head.subarray(layout.start));
    this.#head = Buffer.alloc(0);
  }

  /** The message returns whole: what is not yet delivered of this object would only be delivered twice. */
  #drop(): void {
    this.#splitter = undefined;
    this.#builder = new WindowBuilder();
  }

  #end(): void {
    this.#ended = true;
    this.#decide(true);
    this.#splitter?.end();
  }
}
