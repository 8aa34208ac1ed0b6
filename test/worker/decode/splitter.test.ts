import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { EVENT_OVERHEAD_BYTES } from '../../../worker/batch/limits.ts';
import { partPrefix } from '../../../worker/decode/parts.ts';
import { decideShape } from '../../../worker/decode/shape.ts';
import { Splitter } from '../../../worker/decode/splitter.ts';
import { anyChunks, cutBefore, everyBytes, split, type SplitLine, textsOf } from './chunked.ts';

const MAX_LINE = 1024;
const MAX_EVENT = 512;
const of = (text: string | Buffer): Buffer => Buffer.from(text as string);
const lines = (text: string | Buffer) => textsOf([of(text)]);

describe('lines', () => {
  it.each([
    ['end with a newline, the last one too', 'a\nb\n', ['a', 'b']],
    ['the last one also without', 'a\nb', ['a', 'b']],
    ['end with CRLF, mixed with newlines', 'a\r\nb\nc\r\n', ['a', 'b', 'c']],
    ['a carriage return elsewhere belongs to the line', '\ra\rb\r\r\nc\r', ['\ra\rb\r', 'c\r']],
    ['empty ones are lines', '\n\r\n\na\n\n', ['', '', '', 'a', '']],
    ['NUL is a character', 'a\0b\n\0', ['a\0b', '\0']],
    ['white space is kept', '  a \t\n b', ['  a \t', ' b']],
    ['other line ends of Unicode are none', 'a\u2028b\u0085c\u000bd', ['a\u2028b\u0085c\u000bd']],
  ])('%s', (_, text, expected) => {
    expect(lines(text)).toEqual(expected);
  });

  it('bytes that are no UTF-8 stay as they are', () => {
    const bytes = Buffer.from([0xff, 0x0a, 0xc3, 0x28, 0x0a, 0xe2, 0x82]);
    const splitter = new Splitter({ shape: 'lines', start: 0 }, { maxLineBytes: MAX_LINE, maxEventBytes: MAX_EVENT });
    splitter.push(bytes);
    splitter.end();
    expect([splitter.next()?.bytes, splitter.next()?.bytes, splitter.next()?.bytes, splitter.next()]).toEqual([
      Buffer.from([0xff]),
      Buffer.from([0xc3, 0x28]),
      Buffer.from([0xe2, 0x82]),
      undefined,
    ]);
  });

  it('each consumes its line end, and the offset says up to where', () => {
    expect(split([of('ab\r\n\ncd')]).lines.map(({ offset }) => offset)).toEqual([4, 5, 7]);
    expect(split([of('\ufeffab\n')]).lines.map(({ offset }) => offset)).toEqual([6]);
  });
});

describe('elements', () => {
  it('each ends with its last byte; what stands between belongs to the next, what is behind to the object', () => {
    const result = split([of(' [ 1 , {"a":2}\n, "3" ] \n')]);
    expect(result.lines.map(({ offset }) => offset)).toEqual([4, 14, 20]);
    expect(result.offset).toBe(24);
  });

  it('after a wrong guess each consumes its line end again', () => {
    const elements = `[${'{"n":1},'.repeat(9000)}\n`;
    const { lines, offset } = split([of(`${elements}x y\nz\n`)]);
    expect(lines.slice(-2).map(({ text, offset }) => [text, offset])).toEqual([
      ['x y', elements.length + 4],
      ['z', elements.length + 6],
    ]);
    expect(offset).toBe(elements.length + 6);
  });
});

/** The parts of the one long line that is to be among them. */
const partsOf = (all: readonly SplitLine[]) => all.filter(({ part }) => part > 0);

describe('a line above MAX_LINE_BYTES', () => {
  it.each([['\n'], ['\r\n'], ['']])('is handed on in parts, one of just that length whole (line end %j)', (end) => {
    const [fits, over] = ['x'.repeat(MAX_LINE), 'y'.repeat(MAX_LINE + 1)];
    for (const size of [7, MAX_LINE, MAX_LINE + 1, MAX_LINE + 2, 10_000]) {
      expect(split(everyBytes(of(fits + end), size)).lines).toEqual([{ text: fits, part: 0, last: true, offset: MAX_LINE + end.length }]);
      const parts = split(everyBytes(of(over + end), size)).lines;
      expect(parts.map(({ part, last }) => [part, last])).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
      expect(parts.map(({ text }) => text).join('')).toBe(over);
      expect(parts.at(-1)?.offset).toBe(MAX_LINE + 1 + end.length);
    }
  });

  it('is an element likewise, whatever it is: its end is found, and the next one is whole again', () => {
    const long = `{"a":"${'x],'.repeat(1000)}"}`;
    const { lines, offset } = split(everyBytes(of(`[1,${long}, 2]`), 100));
    expect(lines.filter(({ part }) => part === 0).map(({ text }) => text)).toEqual(['1', '2']);
    expect(
      partsOf(lines)
        .map(({ text }) => text)
        .join(''),
    ).toBe(long);
    expect(offset).toBe(long.length + 7);
  });

  it('breaks off where the object does', () => {
    const { lines, offset } = split(everyBytes(of(`[1,"${'x'.repeat(5000)}`), 100));
    expect(
      partsOf(lines)
        .map(({ text }) => text)
        .join(''),
    ).toBe(`"${'x'.repeat(5000)}`);
    expect(lines.at(-1)).toMatchObject({ last: true, offset: 5004 });
    expect(offset).toBe(5004);
  });

  test('its parts are the line, whole code points each, no part with its prefix above an event', () => {
    const char = fc.constantFrom('x', 'é', '€', '😀', '\r', '\0');
    const long = fc.array(fc.tuple(char, fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 8 });
    const line = long.map((runs) => runs.map(([char, times]) => char.repeat(times)).join('') + 'end'.repeat(MAX_LINE));
    fc.assert(
      fc.property(
        fc.tuple(line, fc.constantFrom('\n', '\r\n', '')).chain(([line, end]) => fc.tuple(fc.constant(line), anyChunks(of(line + end)))),
        ([line, chunks]) => {
          const parts = split(chunks).lines;
          expect(parts.map(({ text }) => text).join('')).toBe(line);
          expect(parts.map(({ part }) => part)).toEqual(parts.map((_, i) => i + 1));
          for (const { text, part, last } of parts)
            expect(Buffer.byteLength(partPrefix(part, last) + text) + EVENT_OVERHEAD_BYTES).toBeLessThanOrEqual(MAX_EVENT);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('no part outgrows an event where each byte becomes a character of three', () => {
    const bytes = fc
      .uint8Array({ minLength: MAX_LINE + 1, maxLength: 4000 })
      .map((bytes) => Buffer.from(bytes.map((b) => (b === 10 ? 11 : b))));
    fc.assert(
      fc.property(
        bytes.chain((line) => fc.tuple(fc.constant(line), anyChunks(line))),
        ([line, chunks]) => {
          const { lines, offset } = split(chunks);
          expect(offset).toBe(line.length);
          expect(lines).toEqual(split([line]).lines);
          for (const { text, part, last } of lines)
            expect(Buffer.byteLength(partPrefix(part, last) + text) + EVENT_OVERHEAD_BYTES).toBeLessThanOrEqual(MAX_EVENT);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Lines around every limit, and pieces of JSON, in all three shapes. */
const objects = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r\n', '\r', '', '{"a":1}', '[1,2]', '12', ',', ']', '}', '"k"', ':', ' ', '\0', 'é', '{"x', '"y"}'),
      fc.integer({ min: MAX_LINE - 3, max: MAX_LINE + 3 }).map((n) => 'x'.repeat(n)),
      fc.integer({ min: MAX_LINE - 3, max: MAX_LINE + 3 }).map((n) => `"${'s'.repeat(n - 2)}"`),
      fc.integer({ min: 2 * MAX_LINE, max: 3 * MAX_LINE }).map((n) => `["${'€'.repeat(n / 3)}"]`),
    ),
    { maxLength: 14 },
  )
  .chain((tokens) =>
    fc.constantFrom('', '\ufeff', '[{"b":2},', '{"Records":[1,', '{"Records":[1],').map((begin) => of(begin + tokens.join(''))),
  );

test('the lines of an object are the same however it is cut, every byte is consumed, and offsets only grow', () => {
  fc.assert(
    fc.property(
      objects.chain((bytes) => fc.tuple(fc.constant(bytes), anyChunks(bytes))),
      ([bytes, chunks]) => {
        const result = split(chunks);
        expect(result).toEqual(split([bytes]));
        expect(result.offset).toBe(bytes.length);
        const offsets = result.lines.map(({ offset }) => offset);
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      },
    ),
    { numRuns: 1000 },
  );
});

test('who reads from the start and leaves out the bytes and lines up to a border has the rest', () => {
  const text = of(`{"a":1}\r\n\nplain\n${'x'.repeat(3000)}\nlast`);
  const all = split([text]).lines;
  const borders = all.filter(({ last }) => last);
  for (const border of borders) {
    const rest = all.filter(({ offset }) => offset > border.offset);
    const again = split(cutBefore(text, [border.offset])).lines.filter(({ offset }) => offset > border.offset);
    expect(again).toEqual(rest);
    expect(textsOf([text.subarray(border.offset)]), 'lines begin at the very byte').toEqual(rest.map(({ text }) => text));
  }
});

test('it is decided once: lines that look like an array later on are lines', () => {
  expect(decideShape(of('a\n[1,2]'), true)?.shape).toBe('lines');
  expect(lines('a\n[1,2]\n')).toEqual(['a', '[1,2]']);
});
