/**
 * Inflated chunks -> lines (or the elements of an array), pulled one by one. A line is a view of its chunk wherever it lies in one; a line longer than
 * MAX_LINE_BYTES is never held whole but handed on in parts. Every byte is consumed exactly once, and `offset` says up to where.
 */
import { EVENT_OVERHEAD_BYTES } from '../batch/limits.ts';
import { ElementScanner } from './element-scanner.ts';
import { isJson } from './json-check.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, isSpace, QUOTE } from './json-bytes.ts';
import { LongLine } from './long-line.ts';
import type { Layout, Shape } from './shape.ts';

/** A line, or a part of one. */
export interface Line {
  /** Without its line end. */
  readonly bytes: Buffer;
  /** The object's byte (decompressed) that it begins at. */
  readonly start: number;
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

/**
 * `next`: a line or element may begin. `comma`: an element has ended. `rest`: `Records` is closed, and `key`, `colon`, `value` are of the keys beside
 * it, which are no lines and are passed over. `over`: the outermost bracket is closed.
 */
type State = 'next' | 'comma' | 'rest' | 'key' | 'colon' | 'value' | 'over';

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

  constructor({ shape, start, behindElement = false }: Layout, options: SplitterOptions) {
    this.#shape = shape;
    if (behindElement) this.#state = 'comma';
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
    while (this.#between()) {
      if (this.#isLines()) return this.#nextLine();
      const line = this.#nextElement();
      if (line !== 'passed over') return line;
    }
    return undefined;
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

  #nextElement(): Line | 'passed over' | undefined {
    const end = this.#scanner.find(this.#chunk, this.#at);
    if (end === -1) return this.#unfinished();
    const element = this.#take(end, 0);
    this.#scanner.reset();
    // Too long a one is handed on unchecked, whatever it is, since most of those are not held whole.
    const isLong = element.length > this.#options.maxLineBytes;
    if (!isLong && !isJson(element)) return this.#guessedWrong(element);
    const isElement = this.#endElement();
    return isElement || isLong ? this.#handOn(element, element.length) : this.#passOver(element);
  }

  /** @returns whether it was an element, not a key beside `Records` or its value. */
  #endElement(): boolean {
    const was = this.#state;
    this.#state = was === 'key' ? 'colon' : was === 'value' ? 'rest' : 'comma';
    return was === 'next';
  }

  #passOver(element: Buffer): 'passed over' {
    this.#offset += element.length;
    return 'passed over';
  }

  /** The chunk is used up in the middle of a line. */
  #unfinished(): Line | undefined {
    if (this.#ended) return this.#lastLine();
    const rest = this.#chunk.subarray(this.#at);
    this.#carry.push(rest);
    this.#carryBytes += rest.length;
    this.#at = this.#chunk.length;
    // One more may be the carriage return of a line end.
    if (this.#carryBytes <= this.#options.maxLineBytes + 1) return undefined;
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
      const start = this.#offset;
      this.#offset += consumed;
      return { bytes, start, part: 0, last: true };
    }
    this.#long = new LongLine(bytes, this.#options.maxEventBytes - EVENT_OVERHEAD_BYTES);
    this.#long.end(consumed - bytes.length);
    return this.#nextPart(this.#long) as Line;
  }

  #nextPart(long: LongLine): Line | undefined {
    for (;;) {
      const part = long.next();
      if (part) {
        const start = this.#offset;
        this.#offset += part.consumed;
        if (part.last) this.#long = undefined;
        return { ...part, start };
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
    if (lines) {
      long.endAtNewline();
    } else {
      long.end(0);
      this.#scanner.reset();
      this.#endElement();
    }
    return true;
  }

  /** Passes over what stands between elements. @returns false when it needs more. */
  #between(): boolean {
    if (this.#carryBytes > 0) return true;
    for (; this.#at < this.#chunk.length; this.#at++, this.#offset++) {
      const byte = this.#chunk[this.#at];
      if (isSpace(byte)) continue;
      const next = after(this.#state, byte, this.#shape);
      if (next === 'begins') return true;
      if (next === 'wrong') {
        this.#shape = 'lines';
        return true;
      }
      this.#state = next;
    }
    return false;
  }

  /** It was no array after all: what was taken for an element goes on as lines, from where it began. */
  #guessedWrong(element: Buffer): Line | undefined {
    this.#chunk = Buffer.concat([element, this.#chunk.subarray(this.#at)]);
    this.#at = 0;
    this.#shape = 'lines';
    return this.#nextLine();
  }
}

/** What a byte that is no white space leads to; `begins`: with it begins what the state expects, `wrong`: this is no array. */
function after(state: State, byte: number | undefined, shape: Shape): State | 'begins' | 'wrong' {
  const closed = shape === 'records' ? 'rest' : 'over';
  switch (state) {
    case 'next':
      return byte === CLOSE_BRACKET ? closed : byte === COMMA ? 'wrong' : 'begins';
    case 'comma':
      return byte === CLOSE_BRACKET ? closed : byte === COMMA ? 'next' : 'wrong';
    case 'rest':
      return byte === CLOSE_BRACE ? 'over' : byte === COMMA ? 'key' : 'wrong';
    case 'key':
      return byte === QUOTE ? 'begins' : 'wrong';
    case 'colon':
      return byte === COLON ? 'value' : 'wrong';
    case 'value':
      return 'begins';
    case 'over':
      return 'wrong';
    default:
      return state satisfies never;
  }
}
