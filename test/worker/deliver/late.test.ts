/** Late events made anew: the present time, their own time in the message, nothing else changed, and within the limits of a batch. */
import { expect, test } from 'vitest';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../../../worker/batch/limits.ts';
import { WindowBuilder } from '../../../worker/batch/window-builder.ts';
import type { Window } from '../../../worker/batch/window.ts';
import { redated, type Redated } from '../../../worker/deliver/late.ts';

const NOW = Date.UTC(2026, 5, 1);
const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const OPTIONS = { format: 'message', maxEventBytes: 1024 * 1024 } as const;

function windowOf(messages: readonly string[]): Window {
  const builder = new WindowBuilder();
  for (const message of messages) {
    const bytes = Buffer.from(message);
    builder.add({ form: 'text', bytes, size: bytes.length + 26 }, TIME, { start: 0, length: 0, tooLong: false });
    builder.endLine(builder.endOffset + 1, { filtered: false, timeFallback: false });
  }
  return builder.close({ shape: 'lines', raw: [], rawStart: 0 });
}

const messagesOf = ({ literals, offsets }: Redated): string[] =>
  Array.from({ length: offsets.length - 1 }, (_, i) => JSON.parse(literals.toString('utf8', offsets[i], offsets[i + 1])) as string);

test('a message begins with the time that its line named', () => {
  const window = windowOf(['first', 'not late', 'ünd "quotes"\n\\']);
  const [table, ...more] = redated(window, [2, 0], NOW, OPTIONS);
  expect(more).toEqual([]);
  expect(messagesOf(table!)).toEqual(['[2026-01-02T03:04:05.678Z] first', '[2026-01-02T03:04:05.678Z] ünd "quotes"\n\\']);
  expect([...table!.times]).toEqual([NOW, NOW]);
  expect([...table!.lineOf]).toEqual([0, 2]);
  expect([...table!.eventOf]).toEqual([0, 2]);
  expect([...table!.sizes]).toEqual(messagesOf(table!).map((text) => Buffer.byteLength(text) + 26));
});

test('a whole record holds its time already, a line that is none does not', () => {
  const window = windowOf(['{"timestamp":1,"message":"m"}', 'no record']);
  const [table] = redated(window, [0, 1], NOW, { ...OPTIONS, format: 'record' });
  expect(messagesOf(table!)).toEqual(['{"timestamp":1,"message":"m"}', '[2026-01-02T03:04:05.678Z] no record']);
});

test('an event without room for its time is left as it is refused', () => {
  const window = windowOf(['x'.repeat(100), 'y'.repeat(50)]);
  const [table] = redated(window, [0, 1], NOW, { ...OPTIONS, maxEventBytes: 150 });
  expect([...table!.eventOf]).toEqual([1]);
});

test('a full window becomes several batches, each within the limits', () => {
  const window = windowOf(Array.from({ length: 9_000 }, () => 'z'.repeat(85)));
  const tables = redated(window, [...window.times.keys()], NOW, OPTIONS);
  expect(tables.flatMap(({ eventOf }) => [...eventOf])).toEqual([...window.times.keys()]);
  expect(tables.length).toBe(2);
  for (const { sizes } of tables) {
    expect(sizes.length).toBeLessThanOrEqual(MAX_BATCH_EVENTS);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  }
});
