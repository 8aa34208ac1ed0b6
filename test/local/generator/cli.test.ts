/** The command as a process: where its objects go, how it ends, and what it says of mistakes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseObjectKey } from '../../../worker/locate/object-key.ts';
import { type LocalS3, startLocalS3 } from '../faults/local-s3.ts';

const MAIN = fileURLToPath(new URL('../../../local/generator/main.ts', import.meta.url));
const QUICK = ['--max-sleep', '0', '--seed', 'test', '--start-time', '2026-11-24T12:00:00Z'];

let folder: string;
let running: ChildProcess[] = [];
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'logferry-generate-'))));
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
  await rm(folder, { recursive: true });
});

function start(flags: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  running.push(child);
  return { child, stderr: text(child.stderr), code: once(child, 'close').then(([code]) => code as unknown) };
}

async function run(flags: string[], env?: Record<string, string>) {
  const { child, stderr, code } = start(flags, env);
  return { stdout: await text(child.stdout), stderr: await stderr, code: await code };
}

async function objectsBelow(path: string): Promise<{ key: string; messages: string[] }[]> {
  const files = (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.gz')).toSorted();
  return Promise.all(files.map(async (key) => ({ key, messages: messagesOf(gunzipSync(await readFile(join(path, key))).toString()) })));
}

function messagesOf(ndjson: string): string[] {
  expect(ndjson.endsWith('\n')).toBe(true);
  return ndjson
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: string }).message);
}

it('writes NDJSON to standard output, and nothing else; the seed that it tells repeats the run', async () => {
  const flags = ['--total-batches', '5', '--max-sleep', '0', '--start-time', '2026-11-24T12:00:00Z'];
  const { stdout, stderr, code } = await run(flags);
  expect(code).toBe(0);
  const [, objects, lines, seed] = /^(\d+) objects, (\d+) lines, .* to standard output \(--seed (\S+)\)\n$/.exec(stderr) ?? [];
  expect([objects, Number(lines)]).toEqual(['5', messagesOf(stdout).length]);
  expect((await run([...flags, '--seed', seed!])).stdout).toBe(stdout);
});

it('writes the same objects to a folder, by their keys', async () => {
  const tenant = [
    '--customer-id',
    'acme',
    '--cluster-id',
    'prod-1',
    '--application',
    'orders',
    '--pod-name',
    'orders-0',
    '--environment',
    'dev',
  ];
  const flags = [...QUICK, ...tenant, '--total-batches', '3', '--min-batch-size', '4', '--max-batch-size', '4'];
  expect(await run([...flags, '--folder', folder])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('3 objects, 12 lines') as string,
  });
  const objects = await objectsBelow(folder);
  for (const { key } of objects) {
    expect(parseObjectKey(key)).toEqual({ tenant: 'acme', cluster: 'prod-1', application: 'orders', pod: 'orders-0' });
  }
  const printed = messagesOf((await run(flags)).stdout);
  expect(objects.flatMap(({ messages }) => messages).toSorted()).toEqual(printed.toSorted());
});

it('ships files as they are, to as many objects as they need, or are asked for', async () => {
  await writeFile(join(folder, 'app.log'), 'eins\r\nzwei\t½\n\nvier');
  const flags = ['--from', join(folder, 'app.log'), '--max-batch-size', '3', ...QUICK];
  expect(messagesOf((await run(flags)).stdout)).toEqual(['eins\r', 'zwei\t½', '', 'vier']);
  expect(messagesOf((await run([...flags, '--total-batches', '1'])).stdout)).toEqual(['eins\r', 'zwei\t½', '']);
});

it.each(['SIGINT', 'SIGTERM'] as const)('ends a run without end on %s, with whole objects only and exit code 0', async (signal) => {
  const { child, stderr, code } = start(['--min-sleep', '3600', '--max-sleep', '3600', '--min-batch-size', '40', '--max-batch-size', '40']);
  let output = '';
  const first = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.endsWith('\n')) first.resolve();
  });
  await first.promise;
  // Twice, as npm and the terminal both send it; the second comes while the process is on its way out.
  const summary = once(child.stderr, 'readable');
  child.kill(signal);
  await summary;
  child.kill(signal);
  expect(await code).toBe(0);
  expect(messagesOf(output)).toHaveLength(40);
  expect(await stderr).toContain('1 object, 40 lines');
});

it('ends quietly when its reader has had enough', async () => {
  const { child, stderr, code } = start(['--max-sleep', '0', '--min-batch-size', '1000']);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await code).toBe(0);
  expect(await stderr).toBe('');
});

it.each<[string[], string]>([
  [['--no-such'], "unknown option '--no-such'"],
  [['stray'], 'too many arguments'],
  [['--max-batch-size', '0'], 'Expected a whole number from 1 to 100000'],
  [['--total-batches', '-1'], 'Expected a whole number from 0'],
  [['--min-sleep', 'soon'], 'Expected seconds from 0 to 86400'],
  [['--start-time', '2026-11-24'], 'Expected a time with its zone, such as 2026-11-24T12:00:00Z'],
  [['--min-batch-size', '9', '--max-batch-size', '3'], '--min-batch-size 9 is more than --max-batch-size 3'],
  [['--min-sleep', '2', '--max-sleep', '1'], '--min-sleep 2 is more than --max-sleep 1'],
  [['--bucket', 'b', '--folder', 'f'], "'--bucket <name>' cannot be used with option '--folder <path>'"],
  [['--customer-id', 'a/b'], 'customer id "a/b" cannot stand in an object key'],
  [['--pod-name', 'p'], 'pod name "p" needs one application'],
  [['--from', '/no/such.log'], 'Cannot read /no/such.log: there is no such file'],
  [['--from', 'package.json', '--min-batch-size', '2'], '--min-batch-size has no meaning with --from'],
  [['--from', 'package.json', '--application', 'a', 'b'], 'With --from there is one --application'],
  [['--folder', '/dev/null/x', '--total-batches', '1'], 'Cannot write /dev/null/x/test-customer/'],
])('refuses %j with one line and a non-zero exit code', async (flags, message) => {
  const { stdout, stderr, code } = await run(flags);
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^.+\n$/);
});

let aws: LocalS3;
let s3: S3Client;
const ENV = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'x' };
beforeAll(async () => {
  aws = await startLocalS3();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'x' };
  s3 = new S3Client({ endpoint: aws.endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
});
afterAll(async () => {
  s3.destroy();
  await aws.stop();
});

it('uploads to S3 at AWS_ENDPOINT_URL, with the headers of an agent', async () => {
  const flags = [...QUICK, '--total-batches', '4'];
  const env = { ...ENV, AWS_ENDPOINT_URL: aws.endpoint };
  expect(await run([...flags, '--bucket', 'logs'], env)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('to s3://logs') as string,
  });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'logs' }));
  expect(Contents).toHaveLength(4);
  const messages: string[] = [];
  for (const { Key } of Contents) {
    const { Body, ContentEncoding, ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key }));
    expect({ ContentEncoding, ContentType }).toEqual({ ContentEncoding: 'gzip', ContentType: 'text/x-log' });
    messages.push(...messagesOf(gunzipSync((await Body?.transformToByteArray()) ?? '').toString()));
  }
  expect(messages.toSorted()).toEqual(messagesOf((await run(flags)).stdout).toSorted());
});

it('says what to do about a bucket that is not there, and about nobody at the endpoint', async () => {
  const flags = [...QUICK, '--bucket', 'none'];
  const missing = await run(flags, { ...ENV, AWS_ENDPOINT_URL: aws.endpoint });
  expect(missing).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^generate: Cannot write s3:\/\/none\/.*: there is no such bucket\. Create it first.*\n$/) as string,
  });
  const nobody = await run(flags, { ...ENV, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
  expect(nobody).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^generate: .*nobody listens there\. Start the local AWS.*\n$/) as string,
  });
});
