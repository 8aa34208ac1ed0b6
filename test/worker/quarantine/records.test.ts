/** What the quarantine bucket holds: one record a line, from which the line can be had again, under a key that only a repetition has too. */
import { expect, test } from 'vitest';
import { sourceOf } from '../../../worker/batch/window.ts';
import { quarantineKey, recordsOf, type QuarantineRecord } from '../../../worker/quarantine/records.ts';
import { readAll } from '../batch/reading.ts';

const REF = { bucket: 'central', key: 'acme/prod/web/pod/1.json.gz', etag: 'e1' };
const recordsIn = (pieces: Iterable<string>): QuarantineRecord[] => {
  const lines = [...pieces].join('').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as QuarantineRecord);
};
const WINDOW = { startOffset: 0, endOffset: 4096 };

test('a line of several events is one record, with its own bytes', async () => {
  const long = JSON.stringify({ message: 'x'.repeat(5_000), timestamp: 1 });
  const { windows } = await readAll([Buffer.from(`fine\n${long}\nfine too\n`)], { maxEventBytes: 1024 });
  expect(windows[0]!.lineOf.filter((line) => line === 1).length).toBeGreaterThan(1);
  const records = recordsIn(recordsOf(windows[0]!, new Map([[1, 'expired']]), REF));
  expect(records).toEqual([{ ...REF, line: 1, offset: 5, reason: 'expired', time: '1970-01-01T00:00:01.000Z', raw: long }]);
});

test.each([
  ['UTF-8 as text', Buffer.from('ü "\u2028\u0000'), 'raw'],
  ['UTF-8 whose characters lie across the pieces', Buffer.from(`a${'😀'.repeat(10_000)}`), 'raw'],
  ['anything else as base64', Buffer.from([0x61, 0xe9, 0x62]), 'base64'],
  ['much of anything else', Buffer.alloc(40_000, Buffer.from([0x61, 0xe9, 0x62])), 'base64'],
] as const)('%s', async (_, bytes, field) => {
  const { windows } = await readAll([bytes]);
  const [record] = recordsIn(recordsOf(windows[0]!, new Map([[0, 'invalid']]), REF));
  expect(Buffer.from(record![field]!, field === 'raw' ? 'utf8' : 'base64')).toEqual(bytes);
  expect(sourceOf(windows[0]!, 0)).toEqual(bytes);
});

test('the key lies below the tenant’s prefix, and is of this window, this object and this delivery', () => {
  const key = quarantineKey(REF, 'cloudwatch', WINDOW);
  expect(key).toMatch(/^acme\/prod\/web\/pod\/1\.json\.gz\/[0-9a-f]{16}\/000000000000-000000004096\.ndjson\.gz$/);
  expect(quarantineKey({ ...REF }, 'cloudwatch', { ...WINDOW })).toBe(key);
  const others = [
    quarantineKey({ ...REF, etag: 'e2' }, 'cloudwatch', WINDOW),
    quarantineKey({ ...REF, bucket: 'other' }, 'cloudwatch', WINDOW),
    quarantineKey(REF, 's3', WINDOW),
    quarantineKey(REF, 'cloudwatch', { ...WINDOW, endOffset: 4097 }),
  ];
  expect(new Set([key, ...others]).size).toBe(5);
});

test('the key of an object with the longest key is one that S3 takes', () => {
  const prefix = 'acme/prod/web/pod/';
  const longest = (last: string) => ({ ...REF, key: `${prefix}${'ü'.repeat((1024 - prefix.length - 2) / 2)}${last}` });
  const keys = [longest('a'), longest('b')].map((ref) => quarantineKey(ref, 'cloudwatch', WINDOW));
  for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
  expect(keys[0]!.isWellFormed() && !keys[0]!.includes('\uFFFD')).toBe(true);
  expect(keys[0]).not.toBe(keys[1]);
});
