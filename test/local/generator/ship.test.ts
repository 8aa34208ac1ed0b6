/** Any file's lines, byte for byte as an agent would ship them, whatever is in it and however large it is. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LogObject } from '../../../local/generator/log-object.ts';
import { type ShipOptions, shipFiles } from '../../../local/generator/ship.ts';
import { parseObjectKey } from '../../../worker/locate/object-key.ts';

const MIB = 1024 * 1024;
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'logferry-ship-'))));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function ship(files: string[], options: Partial<ShipOptions> = {}): Promise<LogObject[]> {
  const objects: LogObject[] = [];
  for await (const object of shipFiles({ customerId: 'acme', clusterId: 'prod-1', files, ...options })) objects.push(object);
  return objects;
}

/** From the bytes, not from `messages`: what the worker will see. */
const messagesIn = (objects: LogObject[]): string[] =>
  objects.flatMap(({ body }) =>
    gunzipSync(body)
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { message: string }).message),
  );

const long = 'é'.repeat(MIB / 2);
it.each<[string, string | Buffer, string[]]>([
  ['carriage returns kept, also alone', 'a\r\nb\rc\n\r\n', ['a\r', 'b\rc', '\r']],
  ['tabs, quotes, control characters', '\ta\t"b"\\\u0000\u001b[0m\u2028\n', ['\ta\t"b"\\\u0000\u001b[0m\u2028']],
  ['empty lines and spaces', '\n\na\n \n', ['', '', 'a', ' ']],
  ['no last line end', 'a\nb', ['a', 'b']],
  ['a byte order mark kept', '\uFEFFa\n', ['\uFEFFa']],
  ['JSON lines as text', '{"message":"x", "n":1.0}\n', ['{"message":"x", "n":1.0}']],
  ['text beyond ASCII', 'Zoë 東京 🚚 e\u0301\n', ['Zoë 東京 🚚 e\u0301']],
  // The examples of Rust's String::from_utf8_lossy and of the Unicode Standard, table 3-8: one U+FFFD for each maximal part.
  [
    'bytes that are not UTF-8',
    Buffer.from('48690af0908057ff0aeda0800a61f18080410a', 'hex'),
    ['Hi', '\uFFFDW\uFFFD', '\uFFFD\uFFFD\uFFFD', 'a\uFFFDA'],
  ],
  ['a line of 1 MiB across many reads', `${long}\nb\n`, [long, 'b']],
  ['nothing', '', []],
])('ships %s', async (name, content, lines) => {
  const objects = await ship([await file(`${name}.log`, content)]);
  expect(messagesIn(objects)).toEqual(lines);
  expect(objects.flatMap(({ messages }) => messages)).toEqual(lines);
  expect(objects.reduce((sum, object) => sum + object.lines, 0)).toBe(lines.length);
});

it('fills objects to the batch size, none with lines of two files', async () => {
  const files = [await file('Nginx_access.log.1', '1\n2\n3\n4\n5\n'), await file('söme app.txt', 'x\ny')];
  const objects = await ship(files, { maxBatchSize: 2 });
  expect(objects.map(({ messages }) => messages)).toEqual([['1', '2'], ['3', '4'], ['5'], ['x', 'y']]);
  expect(objects.map(({ key }) => parseObjectKey(key).application)).toEqual(['nginx_access', 'nginx_access', 'nginx_access', 's-me-app']);
  const named = await ship(files, { application: 'shop', podName: 'shop-0' });
  expect(named.map(({ key }) => parseObjectKey(key))).toEqual(
    named.map(() => ({ tenant: 'acme', cluster: 'prod-1', application: 'shop', pod: 'shop-0' })),
  );
});

it('closes an object at 10 MB, so that one of long lines stays small', async () => {
  const objects = await ship([await file('wide.log', `${'x'.repeat(1_000_000)}\n`.repeat(25))]);
  expect(objects.map(({ lines }) => lines)).toEqual([10, 10, 5]);
});

it('gives each line the time of reading, in order; with a seed and a start everything repeats', async () => {
  const path = await file('times.log', 'a\nb\nc\n');
  const before = Date.now();
  const [object] = await ship([path]);
  const times = [...object!.ndjson.toString().matchAll(/"timestamp":"([^"]+)"/g)].map(([, time]) => time!);
  expect(times).toEqual(times.toSorted());
  expect(Date.parse(times[0]!)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(times[2]!)).toBeLessThanOrEqual(Date.now() + 1);
  const fixed = { seed: 'x', startTimeMs: Date.parse('2026-11-24T12:00:00Z') };
  const first = await ship([path], fixed);
  expect(first[0]!.ndjson.toString()).toContain('"timestamp":"2026-11-24T12:00:00Z"');
  expect(await ship([path], fixed)).toEqual(first);
});

it('unpacks a rotated file, and says so of one that is broken', async () => {
  const packed = gzipSync('a\nb\n'.repeat(5000));
  expect(messagesIn(await ship([await file('rotated.log.2.gz', packed)]))).toHaveLength(10_000);
  await expect(ship([await file('cut.log.gz', packed.subarray(0, -20))])).rejects.toThrow(
    /Cannot read .*cut\.log\.gz: it is gzip and ends in the middle/,
  );
});

it('finds out about a file that cannot be read before it ships another', async () => {
  const objects = shipFiles({ customerId: 'acme', clusterId: 'prod-1', files: [await file('good.log', 'a\n'), join(folder, 'none.log')] });
  await expect(objects.next()).rejects.toThrow(`Cannot read ${join(folder, 'none.log')}: there is no such file`);
  await expect(ship([folder])).rejects.toThrow('it is a directory');
});

it('refuses what has no line ends, by the line, instead of filling the memory', async () => {
  const path = await file('binary.log', Buffer.concat([Buffer.from('a\n'), Buffer.alloc(65 * MIB)]));
  await expect(ship([path])).rejects.toThrow(/binary\.log: line 2 has more than 64 MiB without a line end/);
});

it('streams 512 MiB in flat memory', async () => {
  const line = Buffer.from(`${'0123456789abcdef'.repeat(4096)}\n`);
  const path = join(folder, 'huge.log.gz');
  const lines = 8 * 1024;
  const source = Readable.from(
    (function* () {
      for (let i = 0; i < lines; i++) yield line;
    })(),
  );
  await pipeline(source, createGzip({ level: 1 }), createWriteStream(path));
  const before = process.memoryUsage.rss();
  let [seen, peak] = [0, before];
  for await (const object of shipFiles({ customerId: 'acme', clusterId: 'prod-1', files: [path] })) {
    seen += object.lines;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  expect(seen).toBe(lines);
  expect(peak - before).toBeLessThan(200 * MIB);
}, 120_000);
