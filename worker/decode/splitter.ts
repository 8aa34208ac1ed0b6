/**
 * Inflated chunks -> lines (or the elements of an array), pulled one by one. A line is a view of its chunk wherever it lies in one; a line longer than
 * MAX_LINE_BYTES is never held whole but handed on in parts. Every byte is consumed exactly once, and `offset` says up to where.
 */
import { EVENT_OVERHEAD_BYTES } from '../batch/limits.ts';
import { ElementScanner } from './element-scanner.ts';
import { isJson } from './event.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, isSpace } from './json-bytes.ts';
import { LongLine } from './long-line.ts';
import type { Layout, Shape } from './shape.ts';

/** A line, or a part of one. */
export interface Line {
  /** Without its line end. */
  readonly bytes: Buffer;
  /** 0: the line is whole; 1, 2 ...: the part of a line that is too long to be held. */
  readonly part: number;
  /** Whether the line ends here. */
  readonly last: boolean;
}

export interface SplitterOptions {
  readonly maxLineBytes: number;
  /** Of one event with its overhead: what a part may take. */
  readonly maxEventBytes: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const EMPTY = Buffer.alloc(0);

/** `next`: a line or element may begin. `comma`: an element has ended. `rest`: the array is closed. `over`: so is what held it. */
type State = 'next' | 'comma' | 'rest' | 'over';

export class Splitter {
  readonly #options: SplitterOptions;
  readonly #scanner = new ElementScanner();
  #shape: Shape;
  #state: State = 'next';
  #chunk: Buffer = EMPTY;
  #at = 0;
  /** What is before `#at` and belongs to the line that has begun. */
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #long: LongLine | undefined;
  #ended = false;
  #offset: number;
  /** Of the keys beside `Records`: the value that is being skipped. */
  #skipping = false;

  constructor({ shape, start }: Layout, options: SplitterOptions) {
    this.#shape = shape;
    this.#options = options;
    this.#offset = start;
  }

  /** Bytes of the object that are consumed: all lines before are handed on. */
  get offset(): number {
    return this.#offset;
  }

  get shape(): Shape {
    return this.#shape;
  }

  /** Only when `next` has said that it needs more. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** No more chunks: what is left is the last line. */
  end(): void {
    this.#ended = true;
  }

  /** @returns undefined when it needs another chunk, or after `end` when there is no further line. */
  next(): Line | undefined {
    if (this.#long) return this.#nextPart(this.#long);
    if (this.#shape === 'lines') return this.#nextLine();
    if (!this.#between()) return undefined;
    return this.#isLines() ? this.#nextLine() : this.#nextElement();
  }

  /** A method, since the compiler believes that `#shape` cannot change between two looks. */
  #isLines(): boolean {
    return this.#shape === 'lines';
  }

  #nextLine(): Line | undefined {
    const end = this.#chunk.indexOf(NEWLINE, this.#at);
    if (end === -1) return this.#unfinished();
    const line = this.#take(end, 1);
    const bytes = line[line.length - 1] === RETURN ? line.subarray(0, -1) : line;
    return this.#handOn(bytes, line.length + 1);
  }

  #nextElement(): Line | undefined {
    const end = this.#scanner.find(this.#chunk, this.#at);
    if (end === -1) return this.#unfinished();
    const element = this.#take(end, 0);
    this.#scanner.reset();
    if (!isJson(element)) return this.#guessedWrong(element);
    this.#state = 'comma';
    return this.#handOn(element, element.length);
  }

  /** The chunk is used up in the middle of a line. */
  #unfinished(): Line | undefined {
    if (this.#ended) return this.#lastLine();
    const rest = this.#chunk.subarray(this.#at);
    this.#carry.push(rest);
    this.#carryBytes += rest.length;
    this.#at = this.#chunk.length;
    if (this.#carryBytes <= this.#options.maxLineBytes) return undefined;
    const bytes = this.#take(this.#at, 0);
    this.#long = new LongLine(bytes, this.#options.maxEventBytes - EVENT_OVERHEAD_BYTES);
    return this.#nextPart(this.#long);
  }

  #lastLine(): Line | undefined {
    const bytes = this.#take(this.#chunk.length, 0);
    if (bytes.length === 0) return undefined;
    // An element that never ended: what there is of it is delivered as the text that it is.
    if (this.#shape !== 'lines') return this.#guessedWrong(bytes);
    return this.#handOn(bytes, bytes.length);
  }

  /** @returns the line up to `end`; `#at` then is behind its line end of `endBytes`. */
  #take(end: number, endBytes: number): Buffer {
    const here = this.#chunk.subarray(this.#at, end);
    this.#at = end + endBytes;
    if (this.#carry.length === 0) return here;
    const whole = Buffer.concat([...this.#carry, here]);
    this.#carry = [];
    this.#carryBytes = 0;
    return whole;
  }

  #handOn(bytes: Buffer, consumed: number): Line {
    if (bytes.length <= this.#options.maxLineBytes) {
      this.#offset += consumed;
      return { bytes, part: 0, last: true };
    }
    this.#long = new LongLine(bytes, this.#options.maxEventBytes - EVENT_OVERHEAD_BYTES);
    this.#long.end(consumed - bytes.length);
    return this.#nextPart(this.#long) as Line;
  }

  #nextPart(long: LongLine): Line | undefined {
    for (;;) {
      const part = long.next();
      if (part) {
        this.#offset += part.consumed;
        if (part.last) this.#long = undefined;
        return part;
      }
      if (!this.#feed(long)) return undefined;
    }
  }

  /** @returns whether anything was added. */
  #feed(long: LongLine): boolean {
    const lines = this.#shape === 'lines';
    const end = lines ? this.#chunk.indexOf(NEWLINE, this.#at) : this.#scanner.find(this.#chunk, this.#at);
    if (end === -1) {
      const rest = this.#take(this.#chunk.length, 0);
      if (this.#ended) long.end(0);
      long.add(rest);
      return this.#ended || rest.length > 0;
    }
    long.add(this.#take(end, lines ? 1 : 0));
    long.end(lines ? 1 : 0);
    if (!lines) {
      this.#scanner.reset();
      this.#state = 'comma';
    }
    return true;
  }

  /** Passes over what stands between elements. @returns false when it needs more. */
  #between(): boolean {
    if (this.#carryBytes > 0) return true;
    for (; this.#at < this.#chunk.length; this.#consume()) {
      const byte = this.#chunk[this.#at];
      if (this.#state === 'rest' && this.#shape === 'records') {
        this.#passRest(byte);
        continue;
      }
      if (isSpace(byte)) continue;
      if (this.#state === 'comma' && byte === COMMA) this.#state = 'next';
      else if (this.#state !== 'rest' && this.#state !== 'over' && byte === CLOSE_BRACKET) this.#state = 'rest';
      else if (this.#state === 'next' && byte !== COMMA) return true;
      else {
        this.#shape = 'lines';
        return true;
      }
    }
    return false;
  }

  #consume(): void {
    this.#at++;
    this.#offset++;
  }

  /** The other keys of the object that held `Records`: no lines, they are passed over with their values. */
  #passRest(byte: number | undefined): void {
    if (this.#skipping) {
      const end = this.#scan();
      if (end === -1) return;
      this.#scanner.reset();
      this.#skipping = false;
      // 0: a number or a word ended before this byte, which is still to be looked at.
      if (end > 0) return;
    }
    if (byte === CLOSE_BRACE) this.#state = 'over';
    else if (!isSpace(byte) && byte !== COMMA && byte !== COLON) this.#skipping = this.#scan() === -1;
  }

  #scan(): number {
    return this.#scanner.find(this.#chunk.subarray(this.#at, this.#at + 1), 0);
  }

  /** It was no array after all: what was taken for an element goes on as lines, from where it began. */
  #guessedWrong(element: Buffer): Line | undefined {
    this.#chunk = Buffer.concat([element, this.#chunk.subarray(this.#at)]);
    this.#at = 0;
    this.#shape = 'lines';
    return this.#nextLine();
  }
}
