/** Reading that goes on at a checkpoint: what follows is what would have followed, for every shape and wherever a window ended at a line border. */
import { expect, test } from 'vitest';
import type { Window } from '../../../worker/batch/window.ts';
import { everyBytes } from '../decode/chunked.ts';
import { eventsOf, readAll } from './reading.ts';

const CHUNK = 1000;
/** Small, so that windows end often: each holds two or three events. */
const record = (i: number) => JSON.stringify({ message: `${i} `.padEnd(400_000, 'x'), timestamp: 1_700_000_000 + i });
/** The first is small: an array is proved by a whole element within the first 64 KiB. */
const records = ['{"message":"first"}', ...Array.from({ length: 9 }, (_, i) => record(i))];

const factsOf = ({ firstLine, endLine, startOffset, endOffset, filtered, shape }: Window) => ({
  firstLine,
  endLine,
  startOffset,
  endOffset,
  filtered,
  shape,
});

test.each<[string, string, number]>([
  ['lines', records.join('\n'), CHUNK],
  ['lines that end in a line end, with empty ones between', records.map((one) => `${one}\n\n`).join(''), CHUNK],
  ['lines in one chunk', records.join('\n'), 1e9],
  ['an array', `[ ${records.join(' ,\n ')} ]\n`, CHUNK],
  ['Records, and keys beside them', `{"Records":[${records.join(',')}], "more": {"a": [1, 2]}}`, CHUNK],
  ['an array that was none', `[${records.slice(0, 5).join(',')}\n${records.slice(5).join('\n')}`, CHUNK],
  ['lines too long to be held, which end inside windows', [records[0], 'y'.repeat(3_000_000), records[1], records[2]].join('\n'), CHUNK],
])('%s', async (_, text, chunk) => {
  const object = everyBytes(Buffer.from(text), chunk);
  const options = { maxLineBytes: 1_000_000 };
  const { windows: whole } = await readAll(object, options);
  const borders = whole.filter(({ endsAtLineBorder }) => endsAtLineBorder);
  expect(borders.length).toBeGreaterThan(2);
  for (const { endLine: line, endOffset: offset, shape, index } of borders) {
    const { windows: rest, error } = await readAll(object, { ...options, from: { line, offset, shape } });
    expect(error).toBeUndefined();
    expect(rest.map(factsOf)).toEqual(whole.slice(index + 1).map(factsOf));
    expect(rest.flatMap(eventsOf)).toEqual(whole.slice(index + 1).flatMap(eventsOf));
  }
});
