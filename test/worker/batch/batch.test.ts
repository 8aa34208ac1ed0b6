import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { batchesOf, requestBody } from '../../../worker/batch/batch.ts';
import { WindowBuilder } from '../../../worker/batch/window-builder.ts';
import type { Window } from '../../../worker/batch/window.ts';
import { eventsOf, sentOf } from './reading.ts';

const DAY = 86_400_000;
const SOURCE = { start: 0, length: 0, tooLong: false };

/** A window of one line an event. */
function windowOf(events: readonly { readonly message: string; readonly time: number; readonly literal?: boolean }[]): Window {
  const builder = new WindowBuilder();
  for (const { message, time, literal = false } of events) {
    const bytes = Buffer.from(literal ? JSON.stringify(message) : message);
    builder.add({ form: literal ? 'literal' : 'text', bytes, size: Buffer.byteLength(message) + 26 }, time, SOURCE);
    builder.endLine(builder.endOffset + 1, { filtered: false, timeFallback: false });
  }
  return builder.close({ shape: 'lines', raw: [], rawStart: 0 });
}

const at = (...times: readonly number[]) => windowOf(times.map((time, i) => ({ message: `m${i}`, time })));
const timesOf = (window: Window) => sentOf(window).map((batch) => batch.map(({ timestamp }) => timestamp));

describe('a window becomes', () => {
  it.each([
    ['no batch without events', [], []],
    ['one batch, of one event too', [5], [[5]]],
    ['one batch in the order of time', [3, 1, 2], [[1, 2, 3]]],
    ['one batch while the times lie less than 24 hours apart', [0, DAY - 1], [[0, DAY - 1]]],
    ['two batches where they lie exactly 24 hours apart', [0, DAY], [[0], [DAY]]],
    [
      'as many as it takes, each from its own first event',
      [0, DAY, 2 * DAY - 1, 2 * DAY, 9 * DAY],
      [[0], [DAY, 2 * DAY - 1], [2 * DAY], [9 * DAY]],
    ],
    [
      'runs of sorted events, also where old and new lines alternate',
      [9 * DAY, 0, 9 * DAY + 1, 1],
      [
        [0, 1],
        [9 * DAY, 9 * DAY + 1],
      ],
    ],
  ])('%s', (_, times, expected) => {
    expect(timesOf(at(...times))).toEqual(expected);
  });

  it('events of one time in the order of their lines', () => {
    const [batch] = sentOf(at(2, 1, 2, 1, 2, 1));
    expect(batch?.map(({ message }) => message)).toEqual(['m1', 'm3', 'm5', 'm0', 'm2', 'm4']);
  });

  it('batches that know their bytes and which of the window’s events they hold', () => {
    const window = at(DAY, 0, DAY + 1);
    const batches = batchesOf(window);
    expect(batches.map(({ order, countedBytes }) => [[...order], countedBytes])).toEqual([
      [[1], 28],
      [[0, 2], 56],
    ]);
    expect(batches.every((batch) => batch.window === window)).toBe(true);
  });
});

describe('the request', () => {
  it('says where it goes, whatever the names hold', () => {
    const [group, stream] = ['/ROSA/"quoted"\\', 'a/b\u0001é'];
    const body = requestBody(batchesOf(at(1))[0]!, group, stream);
    expect(JSON.parse(body.toString())).toEqual({
      logGroupName: group,
      logStreamName: stream,
      logEvents: [{ timestamp: 1, message: 'm0' }],
    });
  });

  it('holds the longest times there are', () => {
    const last = 8.64e15;
    const window = windowOf([last, last, last].map((time) => ({ message: '', time })));
    expect(timesOf(window)).toEqual([[last, last, last]]);
  });

  it('is written from literals as they came: nothing is printed again', () => {
    const builder = new WindowBuilder();
    builder.add({ form: 'literal', bytes: Buffer.from('"\\u0041\\/"'), size: 28 }, 1, SOURCE);
    builder.endLine(1, { filtered: false, timeFallback: false });
    const body = requestBody(batchesOf(builder.close({ shape: 'lines', raw: [], rawStart: 0 }))[0]!, 'g', 's').toString();
    expect(body).toBe('{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"\\u0041\\/"}]}');
  });
});

const message = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('"', '\\', '\n', '\0', '\x1f', '\x7f', '\u2028'),
  ),
});
const time = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 0, max: 4 }).map((days) => days * DAY),
  fc.nat({ max: 10 * DAY }),
  fc.nat({ max: 8.64e15 }),
);
const windows = fc.array(fc.record({ message: message.filter((text) => text !== ''), time, literal: fc.boolean() }), { maxLength: 40 });

test('of any window each event goes once, in order, in the fewest runs of under 24 hours', () => {
  fc.assert(
    fc.property(windows, (events) => {
      const window = windowOf(events);
      const sorted = events.map(({ message, time }) => ({ timestamp: time, message })).toSorted((a, b) => a.timestamp - b.timestamp);
      expect(eventsOf(window)).toEqual(events.map(({ message, time }) => ({ timestamp: time, message })));
      const sent = sentOf(window);
      expect(sent.flat()).toEqual(sorted);
      const batches = batchesOf(window);
      expect(batches.flatMap(({ order }) => [...order]).toSorted((a, b) => a - b)).toEqual(events.map((_, i) => i));
      expect(batches.reduce((sum, { countedBytes }) => sum + countedBytes, 0)).toBe(window.countedBytes);
      for (const [i, batch] of sent.entries()) {
        expect(batch.at(-1)!.timestamp - batch[0]!.timestamp).toBeLessThan(DAY);
        expect((sent[i + 1]?.[0]!.timestamp ?? Number.POSITIVE_INFINITY) - batch[0]!.timestamp).toBeGreaterThanOrEqual(DAY);
      }
    }),
    { numRuns: 500 },
  );
});
