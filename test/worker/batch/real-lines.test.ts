/** Real objects and real lines go through whole: what Vector wrote, and 16 kinds of log, of which two have nothing but lines that begin with `[`. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { everyBytes } from '../decode/chunked.ts';
import { eventsOf, LAST_MODIFIED, messagesOf, readAll } from './reading.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
beforeEach(({ skip }) => skip(!existsSync(DATA), 'the real lines are not beside the repository (../shared/data)'));

const rawOf = (bytes: Buffer) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);

describe('the objects that a real Vector wrote', () => {
  const files = globSync(`${DATA}vector/**/*.gz`);

  it('are there', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files.map((file) => [basename(file), file]))('%s', async (_, file) => {
    const stored = readFileSync(file);
    const lines = rawOf(stored).toString().split('\n').slice(0, -1);
    const records = lines.map((line) => JSON.parse(line) as { message: string; timestamp: string });
    const { windows, error } = await readAll(everyBytes(stored, 1000));
    expect(error).toBeUndefined();
    expect(windows.flatMap(eventsOf)).toEqual(records.map(({ message, timestamp }) => ({ message, timestamp: Date.parse(timestamp) })));
    expect(windows.every(({ shape, timeFallbacks }) => shape === 'lines' && timeFallbacks === 0)).toBe(true);
    expect((await readAll([stored], { format: 'record' })).windows.flatMap(eventsOf).map(({ message }) => message)).toEqual(lines);
  });
});

describe('real log files as plain text', () => {
  const files = globSync(`${DATA}loghub/*.log`);

  it('are there, 4,000 lines of them with a bracket in front', () => {
    const brackets = files.flatMap((file) => readFileSync(file, 'latin1').split('\n')).filter((line) => line.startsWith('['));
    expect(brackets.length).toBeGreaterThanOrEqual(4000);
  });

  it.each(files.map((file) => [basename(file), file]))('%s', async (_, file) => {
    const bytes = readFileSync(file);
    // A decoder drops a mark at the beginning, as the worker does.
    const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    const { windows, error } = await readAll(everyBytes(bytes, 10_000));
    expect(error).toBeUndefined();
    expect(messagesOf(windows)).toEqual(lines.filter((line) => line !== ''));
    expect(windows.at(-1)).toMatchObject({ endLine: lines.length, endOffset: bytes.length, shape: 'lines' });
    expect(windows.flatMap(({ times }) => [...times]).every((time) => time === LAST_MODIFIED)).toBe(true);
  });
});
