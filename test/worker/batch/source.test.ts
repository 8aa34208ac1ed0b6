/** Line -> its source bytes, without a second read: what quarantine keeps is what stands in the object, wherever chunks and windows end. */
import { expect, test } from 'vitest';
import { sourceOf, type Window } from '../../../worker/batch/window.ts';
import { everyBytes } from '../decode/chunked.ts';
import { readAll } from './reading.ts';

const MAX_LINE = 3_000_000;
const record = (i: number, bytes = 400_000) => JSON.stringify({ message: `${i} `.padEnd(bytes, 'x'), n: 1.0 });
/** The second is of several events and lies in several windows. */
const records = ['{"message":"first"}', record(1, 2_500_000), ...Array.from({ length: 7 }, (_, i) => record(i + 2))];

/** By line: the sources of its events, each once for each window. */
function sourcesOf(windows: readonly Window[]): Map<number, string[]> {
  const sources = new Map<number, string[]>();
  for (const window of windows) {
    const seen = new Set<number>();
    for (const [event, line] of window.lineOf.entries()) {
      if (seen.has(line) && !window.tooLong.has(line)) continue;
      seen.add(line);
      sources.set(line, [...(sources.get(line) ?? []), sourceOf(window, event).toString()]);
    }
  }
  return sources;
}

test.each<[string, (lines: readonly string[]) => string]>([
  ['lines', (lines) => lines.join('\n')],
  ['lines that end in a carriage return too, with empty ones between', (lines) => lines.map((line) => `${line}\r\n\r\n`).join('')],
  ['an array', (lines) => `[ ${lines.join(' ,\n ')} ]\n`],
  ['Records, and keys beside them', (lines) => `{"Records":[${lines.join(',')}], "more": {"a": [1, 2]}}`],
  ['an array that was none', (lines) => `[${lines.slice(0, 5).join(',')}\n${lines.slice(5).join('\n')}`],
])('%s', async (_, objectOf) => {
  for (const chunk of [65_536, 777_777, 1e9]) {
    const { windows } = await readAll(everyBytes(Buffer.from(objectOf(records)), chunk), { maxLineBytes: MAX_LINE });
    expect(windows.length).toBeGreaterThan(3);
    const sources = [...sourcesOf(windows).values()];
    for (const [i, line] of records.entries()) expect(new Set(sources[i])).toEqual(new Set([line]));
    expect(sources[1]!.length).toBeGreaterThan(1);
  }
});

test('of a line too long to be held, each part has its own bytes; together they are the line', async () => {
  const long = 'y\u00fcz'.repeat(MAX_LINE / 2);
  const object = everyBytes(Buffer.from([records[0], long, records[2]].join('\n')), 65_536);
  const { windows } = await readAll(object, { maxLineBytes: MAX_LINE });
  const sources = sourcesOf(windows);
  expect(sources.get(1)!.length).toBeGreaterThan(4);
  expect(sources.get(1)!.join('') === long).toBe(true);
  expect(windows.flatMap(({ tooLong }) => [...tooLong])).toEqual(sources.get(1)!.map(() => 1));
  expect(sources.get(2)).toEqual([records[2]]);
});
