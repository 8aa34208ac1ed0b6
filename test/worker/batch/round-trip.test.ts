/** What goes in comes out: any lines, packed and cut in any way, against the plainest reading of them that can be written. */
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle, TornLines } from '../../../worker/account/balance.ts';
import { anyChunks } from '../decode/chunked.ts';
import { LAST_MODIFIED, readAll, type SentEvent, sentOf } from './reading.ts';

const DAY = 86_400_000;

/** The reference: no bytes, no streams, no windows. `undefined`: filtered. */
function eventOf(line: string): SentEvent | undefined {
  const record = parsed(line);
  const isRecord = typeof record === 'object' && record !== null && !Array.isArray(record);
  const { message, timestamp } = (isRecord ? record : {}) as { message?: unknown; timestamp?: unknown };
  // Values are printed by JSON.stringify here, so that printing them again is their source.
  const source = message === undefined ? line : typeof message === 'string' ? message.toWellFormed() : JSON.stringify(message);
  return source === '' ? undefined : { message: source, timestamp: typeof timestamp === 'string' ? Date.parse(timestamp) : LAST_MODIFIED };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

const char = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('"', '\\', '{', '}', '[', ']', '\n', '\r', '\t', '\0', '\x1f', '\x7f', '\u2028', '\ufeff', '😀'),
  },
);
const halfPair = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));
/** As a record may hold it: halves of surrogate pairs too, which JSON.stringify escapes. */
const message = fc.string({ unit: fc.oneof({ weight: 20, arbitrary: char }, { weight: 1, arbitrary: halfPair }), maxLength: 60 });
const time = fc.date({ min: new Date(0), max: new Date(12 * DAY), noInvalidDate: true }).map((date) => date.toISOString());
const value = fc.oneof({ weight: 6, arbitrary: message }, fc.jsonValue({ maxDepth: 2 }));
const record = fc
  .record({ timestamp: time, message: value, stream: fc.constantFrom('stdout', 'stderr'), n: fc.integer() }, { requiredKeys: [] })
  .map((record) => JSON.stringify(record));

/** A line as an application prints it: anything but a newline; a carriage return at its end would be part of the line end. */
const text = fc.string({ unit: char, maxLength: 80 }).map((line) => line.replaceAll('\n', ' ').replace(/\r+$/, ''));
const line = fc.oneof({ weight: 3, arbitrary: record }, { weight: 2, arbitrary: text });

/** Member by member, or as it is. */
const packed = (bytes: Buffer) =>
  fc.oneof(
    fc.constant(bytes),
    fc
      .tuple(fc.nat({ max: bytes.length }), fc.constantFrom(0, 1, 6))
      .map(([at, level]) => Buffer.concat([gzipSync(bytes.subarray(0, at), { level }), gzipSync(bytes.subarray(at), { level })])),
  );

const packedAndCut = (bytes: Buffer) => packed(bytes).chain(anyChunks);

async function sentOfObject(chunks: readonly Buffer[]): Promise<SentEvent[]> {
  const { windows, error } = await readAll(chunks);
  expect(error).toBeUndefined();
  const torn = new TornLines();
  for (const window of windows) {
    const { read, accepted, filtered } = settle(window, new Set(), torn);
    expect(accepted + filtered).toBe(read);
  }
  return windows.flatMap((window) => sentOf(window).flat());
}

/** The objects of these tests are one window each, which is sent in the order of time. */
const expected = (lines: readonly string[]) =>
  lines
    .map(eventOf)
    .filter((event) => event !== undefined)
    .toSorted((a, b) => a.timestamp - b.timestamp);

test('lines', async () => {
  // What begins like an array may be one, and a byte order mark is none of the line: then the reference would have to know both.
  const object = fc
    .array(line, { maxLength: 25 })
    .filter((lines) => !/^(\ufeff|\s*\[)/.test(lines.join('\n')))
    .chain((lines) => {
      const end = fc.constantFrom('\n', '\r\n');
      return fc.tuple(fc.constant(lines), end, fc.boolean(), fc.boolean());
    })
    .chain(([lines, end, isEnded, hasMark]) => {
      const body = lines.join(end) + (isEnded ? end : '');
      return fc.tuple(fc.constant(lines), packedAndCut(Buffer.from((hasMark ? '\ufeff' : '') + body)));
    });
  await fc.assert(
    fc.asyncProperty(object, async ([lines, chunks]) => {
      expect(await sentOfObject(chunks)).toEqual(expected(lines));
    }),
    { numRuns: 300 },
  );
});

test('arrays and `Records`, of records and of anything else', async () => {
  const element = fc.oneof(
    { weight: 3, arbitrary: record },
    fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  );
  const object = fc.array(element, { minLength: 1, maxLength: 25 }).chain((elements) => {
    const comma = fc.constantFrom(',', ' ,\n\t', '\r\n,');
    const around = fc.constantFrom<[string, string]>(
      ['[', ']'],
      ['\ufeff[ ', ' ]\n'],
      ['{"Records":[', ']}'],
      [' { "Records" : [\n', '], "next": [1, "]"]} '],
    );
    const bytes = fc.tuple(comma, around).map(([comma, [open, close]]) => Buffer.from(open + elements.join(comma) + close));
    return fc.tuple(fc.constant(elements), bytes.chain(packedAndCut));
  });
  await fc.assert(
    fc.asyncProperty(object, async ([elements, chunks]) => {
      expect(await sentOfObject(chunks)).toEqual(expected(elements));
    }),
    { numRuns: 300 },
  );
});

test('bytes that are anything at all: the same events however they are cut, and as many lines as there are', async () => {
  const bytes = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 30 }),
        line.map((line) => Buffer.from(line)),
        fc.constant(Buffer.from('\n')),
      ),
      { maxLength: 20 },
    )
    .map((pieces) => Buffer.concat(pieces))
    .filter((bytes) => bytes[0] !== 0x1f);
  await fc.assert(
    fc.asyncProperty(
      bytes.chain((bytes) => fc.tuple(fc.constant(bytes), packedAndCut(bytes))),
      async ([bytes, chunks]) => {
        const whole = await readAll([bytes], { maxLineBytes: 64, maxEventBytes: 256 });
        const cut = await readAll(chunks, { maxLineBytes: 64, maxEventBytes: 256 });
        expect(cut.windows.flatMap(sentOf)).toEqual(whole.windows.flatMap(sentOf));
        expect(cut.windows.at(-1)?.endLine).toBe(whole.windows.at(-1)?.endLine);
        expect(cut.oversize).toEqual(whole.oversize);
      },
    ),
    { numRuns: 300 },
  );
});
