/** Made-up objects: what the seed repeats, the layout and shape that the worker reads, times that CloudWatch takes, and lines as real logs have them. */
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { DEFAULT_APPLICATIONS, type GenerateOptions, generateObjects } from '../../../local/generator/generate.ts';
import type { LogObject } from '../../../local/generator/log-object.ts';
import { parseObjectKey } from '../../../worker/locate/object-key.ts';

const NOON = Date.parse('2026-11-24T12:00:00Z');
const ACME = { customerId: 'acme', clusterId: 'prod-1', seed: 7 };

async function collect(options: Partial<GenerateOptions> & { totalBatches: number }): Promise<LogObject[]> {
  const objects: LogObject[] = [];
  for await (const object of generateObjects({ ...ACME, ...options })) objects.push(object);
  return objects;
}

type Json = Record<string, unknown>;
const recordsOf = ({ body }: LogObject): Json[] =>
  gunzipSync(body)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Json);
const messagesOf = (objects: LogObject[]): string[] => objects.flatMap(({ messages }) => messages);

it('repeats every byte under the same seed and start time, and not under another seed', async () => {
  const fixed = { totalBatches: 20, startTimeMs: NOON, minPauseMs: 100, maxPauseMs: 5000 };
  const first = await collect(fixed);
  expect(await collect(fixed)).toEqual(first);
  expect(messagesOf(await collect({ ...fixed, seed: 8 }))).not.toEqual(messagesOf(first));
});

it('gives two tenants under one seed different lines, so that a mix-up would show', async () => {
  const [ours, theirs] = [await collect({ totalBatches: 7 }), await collect({ totalBatches: 7, customerId: 'globex' })];
  const known = new Set(messagesOf(ours).filter((message) => /\d{6}/.test(message)));
  expect(messagesOf(theirs).filter((message) => known.has(message))).toEqual([]);
});

it('names objects as the worker reads them, a pod per application, in turn', async () => {
  const objects = await collect({ totalBatches: 2 * DEFAULT_APPLICATIONS.length, startTimeMs: NOON });
  const sources = objects.map(({ key }) => parseObjectKey(key));
  expect(sources.map(({ application }) => application)).toEqual([...DEFAULT_APPLICATIONS, ...DEFAULT_APPLICATIONS]);
  expect(new Set(sources.map(({ pod }) => pod)).size).toBe(DEFAULT_APPLICATIONS.length);
  for (const [at, { key }] of objects.entries()) {
    expect(sources[at]).toMatchObject({ tenant: 'acme', cluster: 'prod-1' });
    expect(key).toMatch(/\/20261124120\d{3}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.json\.gz$/);
  }
  expect(new Set(objects.map(({ key }) => key)).size).toBe(objects.length);
});

it('writes records whose fields stand in alphabetical order and agree with the key', async () => {
  const [object] = await collect({
    totalBatches: 1,
    applications: ['orders'],
    podName: 'orders-0',
    environment: 'staging',
    minBatchSize: 5,
  });
  const records = recordsOf(object!);
  expect(records).toHaveLength(object!.lines);
  for (const [at, record] of records.entries()) {
    expect(Object.keys(record)).toEqual(Object.keys(record).toSorted());
    expect(Object.keys(record.kubernetes as Json)).toEqual(['container_name', 'namespace', 'node_name', 'pod_name']);
    expect(record).toMatchObject({
      customer_id: 'acme',
      cluster_id: 'prod-1',
      application: 'orders',
      pod_name: 'orders-0',
      environment: 'staging',
    });
    expect(record).toMatchObject({ source_type: 'kubernetes_logs', message: object!.messages[at], kubernetes: { pod_name: 'orders-0' } });
    expect(record.file).toMatch(/^\/var\/log\/pods\/team-orders_orders-0_[0-9a-f-]{36}\/orders\/0\.log$/);
    expect(record.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6}|\.\d{9})?Z$/);
  }
});

it('keeps times in order, near now and never past it, however fast the objects come', async () => {
  let now = NOON;
  const objects = await collect({ totalBatches: 30, applications: ['web'], minBatchSize: 40, now: () => (now += 10) });
  const times = objects.flatMap((object) => recordsOf(object).map(({ timestamp }) => String(timestamp).slice(0, 23)));
  expect(times).toEqual(times.toSorted());
  expect(Date.parse(`${times[0]}Z`)).toBeGreaterThan(NOON - 1000);
  expect(Date.parse(`${times.at(-1)}Z`)).toBeLessThanOrEqual(now);
});

it('lets time go on by the pauses when it is given a start', async () => {
  const [first, second] = await collect({ totalBatches: 2, startTimeMs: NOON, minPauseMs: 3_600_000, applications: ['web'] });
  expect(first).toMatchObject({ pauseMs: 3_600_000 });
  const [before, after] = [recordsOf(first!).at(-1), recordsOf(second!)[0]].map((record) => Date.parse(String(record?.timestamp)));
  expect(after! - before!).toBeGreaterThanOrEqual(3_600_000);
});

it('holds to the batch sizes, and cuts an entry of many lines without losing one', async () => {
  const options = { totalBatches: 400, applications: ['recommender'], minBatchSize: 1, maxBatchSize: 3, startTimeMs: NOON };
  const objects = await collect(options);
  expect(new Set(objects.map(({ lines }) => lines))).toEqual(new Set([1, 2, 3]));
  const text = messagesOf(objects).join('\n');
  expect(text).toContain(
    '\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File',
  );
});

it('writes what makes real logs hard: stack traces, tabs, carriage returns, text beyond ASCII, JSON, empty lines', async () => {
  const messages = messagesOf(await collect({ totalBatches: 70, minBatchSize: 50, maxBatchSize: 50 }));
  const kinds = [
    /^[IWE]\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ \w+\.go:\d+\] /,
    /^\tat com\./,
    /^goroutine \d+ \[running\]:$/,
    /^Traceback/,
    /\r$/,
    /.\r./,
    /.\t./,
  ];
  for (const kind of [...kinds, /東京|佐藤/, /🧾/, /" (200|404) \d+ "/, /^$/])
    expect(messages.some((message) => kind.test(message))).toBe(true);
  const json = messages.filter((message) => message.startsWith('{"ts"'));
  expect(json.length).toBeGreaterThan(100);
  for (const message of json) expect(JSON.parse(message)).toHaveProperty('traceId');
  expect(messages.filter((message) => message.includes('\n'))).toEqual([]);
});

it('takes the level that a line names first, in capitals, wherever it stands, and INFO where there is none', async () => {
  const [object] = await collect({ totalBatches: 1, applications: ['orders'], minBatchSize: 300, startTimeMs: NOON });
  const levels = recordsOf(object!).map(({ log_level, message }) => [log_level, String(message).split(' ')[2]]);
  for (const level of ['INFO', 'DEBUG', 'WARN', 'ERROR']) expect(levels).toContainEqual([level, level]);
  const frames = recordsOf(object!).filter(({ message }) => String(message).startsWith('\tat '));
  expect(new Set(frames.map(({ log_level }) => log_level))).toEqual(new Set(['INFO']));
});

it.each([
  [{ customerId: 'a/b' }, 'customer id "a/b"'],
  [{ clusterId: '..' }, 'cluster id ".."'],
  [{ applications: ['käse'] }, 'application "käse"'],
  [{ applications: ['a'.repeat(129)] }, 'application "aaa'],
  [{ applications: ['a'], podName: '' }, 'pod name ""'],
  [{ podName: 'p' }, 'pod name "p" needs one application'],
  [{ applications: [] }, 'No application'],
])('refuses %j', async (options, message) => {
  await expect(collect({ ...options, totalBatches: 1 })).rejects.toMatchObject({
    name: 'GeneratorError',
    message: expect.stringContaining(message) as string,
  });
});
