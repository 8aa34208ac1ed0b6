import { describe, expect, it, test } from 'vitest';
import { settle, TornLines } from '../../../worker/account/balance.ts';
import type { Window } from '../../../worker/batch/window.ts';
import { everyBytes } from '../decode/chunked.ts';
import { eventsOf, LAST_MODIFIED, messagesOf, readAll } from './reading.ts';

const MIB = 1024 * 1024;
const CHUNK = 256 * 1024;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html, written down again to check worker/batch/limits.ts. */
const [BATCH_BYTES, BATCH_EVENTS, OVERHEAD] = [1_048_576, 10_000, 26];

const numbered = (count: number, bytes: number) => Array.from({ length: count }, (_, i) => `${i} `.padEnd(bytes, 'x'));
const read = (lines: readonly string[], options = {}) =>
  readAll(everyBytes(Buffer.from(lines.map((line) => line + '\n').join('')), CHUNK), options);
const counts = (all: readonly Window[]) => all.map(({ times }) => times.length);

/** What must hold of the windows of any object, whatever is in it. */
function expectWhole(all: readonly Window[], object: Buffer): void {
  let [line, offset] = [0, 0];
  for (const [index, window] of all.entries()) {
    expect(window).toMatchObject({ index, firstLine: line, startOffset: offset });
    [line, offset] = [window.endLine, window.endOffset];
    expect(window.countedBytes).toBe(window.sizes.reduce((sum, size) => sum + size, 0));
    expect(window.countedBytes).toBeLessThanOrEqual(BATCH_BYTES);
    expect(window.times.length).toBeLessThanOrEqual(BATCH_EVENTS);
    expect(eventsOf(window).map(({ message }) => Buffer.byteLength(message) + OVERHEAD)).toEqual([...window.sizes]);
    expect(window.endsAtLineBorder, 'one window ends as the next begins').toBe(all[index + 1]?.beginsAtLineBorder ?? true);
    const covered = object.subarray(window.startOffset, window.endOffset);
    expect(Buffer.concat(window.raw).includes(covered), 'raw holds all that the window covers').toBe(true);
    const raw = window.raw.reduce((sum, { length }) => sum + length, 0);
    expect(window.heldBytes).toBeGreaterThanOrEqual(raw + 2 * window.literals.length);
    expect(window.heldBytes).toBeLessThanOrEqual(raw + 3 * window.literals.length + 2 * MIB);
  }
  expect(offset).toBe(object.length);
}

describe('a window is full', () => {
  it('at 1,048,576 counted bytes: 8,322 lines of 100 bytes', async () => {
    const lines = numbered(20_000, 100);
    const { windows } = await read(lines);
    expect(counts(windows)).toEqual([8322, 8322, 20_000 - 2 * 8322]);
    expect(messagesOf(windows)).toEqual(lines);
    expectWhole(windows, Buffer.from(lines.join('\n') + '\n'));
  });

  it('at 10,000 events', async () => {
    const lines = numbered(25_000, 8);
    const { windows } = await read(lines);
    expect(counts(windows)).toEqual([10_000, 10_000, 5000]);
    expectWhole(windows, Buffer.from(lines.join('\n') + '\n'));
  });

  it('at exactly 1,048,576: one byte more goes into the next', async () => {
    const eighths = numbered(8, BATCH_BYTES / 8 - OVERHEAD);
    expect((await read(eighths)).windows).toMatchObject([{ countedBytes: BATCH_BYTES }]);
    expect(counts((await read([eighths[0] + 'x', ...eighths.slice(1)])).windows)).toEqual([7, 1]);
  });

  it('counts UTF-8 bytes of the message, not those of its JSON', async () => {
    const message = '€\n"\\\u0001'.repeat(1000);
    const record = JSON.stringify({ message });
    const { windows } = await read(Array.from({ length: 200 }, () => record));
    const size = Buffer.byteLength(message) + OVERHEAD;
    expect(counts(windows)).toEqual([Math.floor(BATCH_BYTES / size), 200 - Math.floor(BATCH_BYTES / size)]);
  });

  it('at 16 MiB of the object, however few events it makes', async () => {
    const silent = JSON.stringify({ message: '', padding: 'x'.repeat(MIB - 28) });
    expect(silent.length + 1).toBe(MIB);
    const lines = [...Array.from({ length: 40 }, () => silent), 'the end'];
    const { windows } = await read(lines);
    expect(windows).toMatchObject([
      { filtered: 16, firstLine: 0, endLine: 16, endOffset: 16 * MIB },
      { filtered: 16, endOffset: 32 * MIB },
      { filtered: 8, endLine: 41, endOffset: 40 * MIB + 8 },
    ]);
    expect(counts(windows)).toEqual([0, 0, 1]);
    expectWhole(windows, Buffer.from(lines.join('\n') + '\n'));
  });
});

describe('a line that is more than one event', () => {
  const parts = /^\[part (\d+)\/(\d+)\] /;

  it('goes in parts at one byte above the largest event, and in one at that', async () => {
    const largest = BATCH_BYTES - OVERHEAD;
    expect(messagesOf((await read(['x'.repeat(largest)])).windows)).toEqual(['x'.repeat(largest)]);
    const { windows } = await read(['x'.repeat(largest + 1)]);
    expect(messagesOf(windows).map((message) => parts.exec(message)?.[0])).toEqual(['[part 1/2] ', '[part 2/2] ']);
    expect(windows.map(({ beginsAtLineBorder, endsAtLineBorder }) => [beginsAtLineBorder, endsAtLineBorder])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('is accounted for where it ends, over as many windows as it takes', async () => {
    const long = numbered(1, 3 * MIB + 5)[0]!;
    const lines = ['before', long, 'between', '', long, 'after'];
    const { windows, oversize } = await read(lines);
    expectWhole(windows, Buffer.from(lines.join('\n') + '\n'));
    const messages = messagesOf(windows);
    expect(
      messages
        .filter((message) => parts.test(message))
        .map((message) => message.replace(parts, ''))
        .join(''),
    ).toBe(long + long);
    expect(messages.filter((message) => !parts.test(message))).toEqual(['before', 'between', 'after']);
    const torn = new TornLines();
    const settled = windows.map((window) => settle(window, new Set(), torn));
    expect(settled.reduce((sum, { read }) => sum + read, 0)).toBe(6);
    expect(settled.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(5);
    for (const { read, accepted, filtered } of settled) expect(accepted + filtered).toBe(read);
    expect(oversize, 'it was held whole').toEqual([]);
  });

  it('and is too long to be held goes in numbered parts as it comes', async () => {
    const long = numbered(1, 10 * MIB)[0]!;
    const object = Buffer.from(`before\n${long}\nafter\n`);
    const { windows, oversize } = await readAll(everyBytes(object, CHUNK), { maxLineBytes: 2 * MIB });
    expectWhole(windows, object);
    const messages = messagesOf(windows);
    expect(messages.at(0)).toBe('before');
    expect(messages.at(-1)).toBe('after');
    expect(messages.slice(1, -1).map((message) => /^\[part \d+( end)?\] /.exec(message)?.[0])).toEqual([
      ...Array.from({ length: 10 }, (_, i) => `[part ${i + 1}] `),
      '[part 11 end] ',
    ]);
    expect(
      messages
        .slice(1, -1)
        .map((message) => message.replace(/^\[part \d+( end)?\] /, ''))
        .join(''),
    ).toBe(long);
    expect(oversize).toEqual([11]);
    expect(windows.at(-1)?.endLine).toBe(3);
    expect(
      windows.every(({ heldBytes }) => heldBytes < 6 * MIB),
      'no window holds the line',
    ).toBe(true);
  });
});

test('lines without a message are filtered, lines without a time take the object’s, and both are counted', async () => {
  const { windows } = await read([
    '',
    'text',
    '{"message":""}',
    '{"message":"m","timestamp":"2024-06-01T00:00:00Z"}',
    '{"timestamp":"when"}',
  ]);
  expect(windows).toMatchObject([{ filtered: 2, timeFallbacks: 2, firstLine: 0, endLine: 5 }]);
  expect(eventsOf(windows[0]!)).toEqual([
    { timestamp: LAST_MODIFIED, message: 'text' },
    { timestamp: Date.UTC(2024, 5, 1), message: 'm' },
    { timestamp: LAST_MODIFIED, message: '{"timestamp":"when"}' },
  ]);
  expect([...windows[0]!.lineOf]).toEqual([1, 3, 4]);
});

test('the whole record is the message where that is asked for', async () => {
  const { windows } = await read(['{"message":"m", "n":1.0}', 'text'], { format: 'record' });
  expect(messagesOf(windows)).toEqual(['{"message":"m", "n":1.0}', 'text']);
});

test('a window knows how what follows it is laid out', async () => {
  const elements = Array.from({ length: 12_000 }, (_, i) => JSON.stringify({ message: `m${i}` }));
  const wrong = Buffer.from(`[${elements.join(',')}\nplain\nlines`);
  const { windows } = await readAll([wrong]);
  expect(windows.map(({ shape, times }) => [shape, times.length])).toEqual([
    ['array', 10_000],
    ['lines', 2002],
  ]);
  expectWhole(windows, wrong);
  const array = Buffer.from(`[${elements.join(', ')} ] \n`);
  const whole = (await readAll([array])).windows;
  expect(whole.map(({ shape }) => shape)).toEqual(['array', 'array']);
  expectWhole(whole, array);
});

test.each([
  ['nothing', ''],
  ['a byte order mark', '\ufeff'],
])('an object of %s has no windows', async (_, text) => {
  expect(await readAll([Buffer.from(text)])).toMatchObject({ windows: [], error: undefined });
});
