/** Large objects: made on the fly, read at any offset, and never held whole, in either direction. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { createGunzip, createGzip } from 'node:zlib';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** Sockets' and streams' buffers and what the collector has not yet taken; far below the objects' sizes. */
const FLAT_BYTES = 150 * MIB;
/** Chunks: a few MiB each time, as a look at the memory costs a system call. */
const SAMPLE_EVERY = 64;
const Bucket = 'streams';

let aws: LocalAws;
let s3: S3Client;
beforeAll(async () => {
  aws = await startLocalAws();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'x' };
  s3 = new S3Client({ endpoint: aws.endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await aws.stop();
});

/** A pattern that repeats every MiB, from any offset on; it never ends by itself. */
const pattern = Buffer.from(Array.from({ length: MIB }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
function* endless(start: number): Generator<Buffer> {
  yield pattern.subarray(start % MIB);
  for (;;) yield pattern;
}

const bodyOf = async (Key: string, more: object = {}): Promise<Readable> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body as Readable;

/** By how much the process, which is server and client at once, grew at most while it worked; `sample` is called on the way. */
async function growthOf(work: (sample: () => void) => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  await work(() => (peak = Math.max(peak, process.memoryUsage.rss())));
  return Math.max(peak, process.memoryUsage.rss()) - before;
}

/** Reads to the end and holds nothing. @returns the bytes read. */
async function consume(body: Readable, sample: () => void = () => undefined): Promise<number> {
  let [bytes, chunks] = [0, 0];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (chunks++ % SAMPLE_EVERY === 0) sample();
  }
  return bytes;
}

it('serves 2 GiB made on the fly in flat memory', async () => {
  await aws.s3.putVirtual(Bucket, 'virtual', { size: 2 * GIB, etag: 'abc', body: (start) => Readable.from(endless(start)) });
  const growth = await growthOf(async (sample) => expect(await consume(await bodyOf('virtual'), sample)).toBe(2 * GIB));
  expect(growth).toBeLessThan(FLAT_BYTES);
}, 120_000);

it('makes the same bytes from any offset, with the identity of the whole', async () => {
  await aws.s3.putVirtual(Bucket, 'ranges', { size: 10 * GIB, etag: 'abc', body: (start) => Readable.from(endless(start)) });
  const start = 9 * GIB + 123;
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranges', Range: `bytes=${start}-${start + 9}`, IfMatch: '"abc"' }));
  expect(got).toMatchObject({ ContentRange: `bytes ${start}-${start + 9}/${10 * GIB}`, ETag: '"abc"' });
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(pattern.subarray(123, 133));
  await expect(bodyOf('ranges', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'ranges' }))).toMatchObject({ ContentLength: 10 * GIB });
});

it('serves a body whose length nobody knows before its end', async () => {
  const lines = Array.from({ length: 1000 }, (_, at) => `{"message":"line ${at}"}\n`).join('');
  const body = (): Readable => Readable.from([lines]).pipe(createGzip());
  await aws.s3.putVirtual(Bucket, 'unknown', { etag: 'abc', body, headers: { 'content-encoding': 'gzip' } });
  const chunks: Buffer[] = [];
  for await (const chunk of (await bodyOf('unknown')).pipe(createGunzip()) as AsyncIterable<Buffer>) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe(lines);
});

it('stops making the bytes when the reader leaves', async () => {
  const left = Promise.withResolvers<string>();
  const body = (start: number): Readable => Readable.from(endless(start)).once('close', () => left.resolve('closed'));
  await aws.s3.putVirtual(Bucket, 'left', { size: GIB, etag: 'abc', body });
  const reader = await bodyOf('left');
  for await (const chunk of reader as AsyncIterable<Buffer>) if (chunk.length > 0) break;
  reader.destroy();
  expect(await left.promise).toBe('closed');
});

it('takes and gives back a large upload in flat memory', async () => {
  const size = 512 * MIB;
  const upload = await growthOf(async (sample) => {
    const chunks = function* (): Generator<Buffer> {
      for (let at = 0; at < size; at += MIB) {
        sample();
        yield pattern;
      }
    };
    await s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body: Readable.from(chunks()), ContentLength: size }));
  });
  expect(upload).toBeLessThan(FLAT_BYTES);
  const download = await growthOf(async (sample) => expect(await consume(await bodyOf('large'), sample)).toBe(size));
  expect(download).toBeLessThan(FLAT_BYTES);
}, 120_000);

it('shows a reader the object as it was when the read began, though it is overwritten meanwhile', async () => {
  // Two files, the first larger than what sockets hold: the second is opened long after the overwriting.
  const parts = [randomBytes(32 * MIB), randomBytes(MIB)];
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'changing' }));
  const Parts: CompletedPart[] = [];
  for (const [at, Body] of parts.entries()) {
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: 'changing', UploadId, PartNumber: at + 1, Body }));
    Parts.push({ PartNumber: at + 1, ETag });
  }
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'changing', UploadId, MultipartUpload: { Parts } }));
  const reader = await bodyOf('changing');
  await s3.send(new PutObjectCommand({ Bucket, Key: 'changing', Body: 'new' }));
  expect((await buffer(reader)).equals(Buffer.concat(parts))).toBe(true);
  expect(await text(await bodyOf('changing'))).toBe('new');
});
