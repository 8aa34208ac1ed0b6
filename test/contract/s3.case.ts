/** The object calls that the worker and its tools make: reads by range, identity and version, uploads of both kinds, deletes. */
import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientConfig, describeOn, type Target, uniqueName } from './target.ts';

const PART_BYTES = 5 * 1024 * 1024;

export function s3Contract(aws: () => Target): void {
  describeOn(aws, 's3', [], () => {
    const Bucket = uniqueName('objects');
    let s3: S3Client;

    beforeAll(async () => {
      s3 = new S3Client({ ...clientConfig(aws()), forcePathStyle: true });
      await s3.send(new CreateBucketCommand({ Bucket }));
    });
    afterAll(() => s3.destroy());

    const read = async (Key: string, more: object = {}): Promise<string> =>
      (await (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString()) ?? '';

    it('gives back what was put, with its type, encoding and metadata', async () => {
      const put = await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'c1/cl/app/pod/20260101-a.json.gz',
          Body: '{"message":"hello"}\n',
          ContentType: 'application/x-ndjson',
          ContentEncoding: 'gzip',
          Metadata: { origin: 'vector' },
        }),
      );
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'c1/cl/app/pod/20260101-a.json.gz' }));
      expect(await got.Body?.transformToString()).toBe('{"message":"hello"}\n');
      expect(got).toMatchObject({
        ETag: put.ETag,
        ContentLength: 20,
        ContentType: 'application/x-ndjson',
        ContentEncoding: 'gzip',
        Metadata: { origin: 'vector' },
      });
      expect(put.ETag).toBe('"ffc5d683752fcb426da294f063fcf58f"');
      expect(got.LastModified).toBeInstanceOf(Date);
    });

    it.each(['a b+c/ü.gz', '100%/x', 'dots/../up', "odd!'()*~&=;:@$,", 'trailing /', ' 007 '])('keeps the key %j as it is', async (Key) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      expect(await read(Key)).toBe(Key);
      const list = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
      expect(list.Contents?.map((one) => one.Key)).toEqual([Key]);
    });

    it('serves ranges: the middle, from an offset on, the end, and 416 past it', async () => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'range', Body: '0123456789' }));
      const middle = await s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=2-4' }));
      expect(await middle.Body?.transformToString()).toBe('234');
      expect(middle).toMatchObject({ ContentRange: 'bytes 2-4/10', ContentLength: 3, $metadata: { httpStatusCode: 206 } });
      expect(await read('range', { Range: 'bytes=7-' })).toBe('789');
      expect(await read('range', { Range: 'bytes=-2' })).toBe('89');
      expect(await read('range', { Range: 'bytes=8-99' })).toBe('89');
      await expect(read('range', { Range: 'bytes=10-' })).rejects.toMatchObject({
        name: 'InvalidRange',
        $metadata: { httpStatusCode: 416 },
      });
    });

    it('reads an object only as what it was claimed to be (If-Match)', async () => {
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'claimed', Body: 'one' }));
      expect(await read('claimed', { IfMatch: ETag })).toBe('one');
      expect(await read('claimed', { IfMatch: ETag?.replaceAll('"', '') })).toBe('one');
      await s3.send(new PutObjectCommand({ Bucket, Key: 'claimed', Body: 'two' }));
      const refused = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };
      await expect(read('claimed', { IfMatch: ETag })).rejects.toMatchObject(refused);
      await expect(read('claimed', { IfMatch: ETag, Range: 'bytes=1-' })).rejects.toMatchObject(refused);
    });

    it('writes only where nothing is yet (If-None-Match)', async () => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: '1', IfNoneMatch: '*' }));
      const again = s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: '2', IfNoneMatch: '*' }));
      await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed' });
      expect(await read('once')).toBe('1');
    });

    it('tells missing objects and buckets apart', async () => {
      await expect(read('nothing')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
      const elsewhere = s3.send(new GetObjectCommand({ Bucket: `${Bucket}-not`, Key: 'nothing' }));
      await expect(elsewhere).rejects.toMatchObject({ name: 'NoSuchBucket' });
      await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'nothing' }))).rejects.toMatchObject({ name: 'NotFound' });
      await expect(s3.send(new HeadBucketCommand({ Bucket: `${Bucket}-not` }))).rejects.toMatchObject({ name: 'NotFound' });
    });

    it('answers HEAD with what GET would', async () => {
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'head', Body: 'x'.repeat(1000), ContentEncoding: 'gzip' }));
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'head' }));
      expect(head).toMatchObject({ ETag, ContentLength: 1000, ContentEncoding: 'gzip' });
    });

    it('joins a multipart upload and marks its ETag', async () => {
      const Key = 'multipart';
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain' }));
      const parts = [randomBytes(PART_BYTES), Buffer.from('the end')];
      const Parts = [];
      for (const [at, Body] of parts.entries()) {
        const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: at + 1, Body }));
        Parts.push({ PartNumber: at + 1, ETag });
      }
      const done = await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
      expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
      const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(got.ContentType).toBe('text/plain');
      expect(Buffer.concat(parts).equals(Buffer.from((await got.Body?.transformToByteArray()) ?? []))).toBe(true);
      expect(await read(Key, { Range: `bytes=${PART_BYTES - 1}-${PART_BYTES + 2}` })).toHaveLength(
        Buffer.concat(parts)
          .subarray(PART_BYTES - 1, PART_BYTES + 3)
          .toString().length,
      );
      expect(await read(Key, { Range: `bytes=${PART_BYTES}-` })).toBe('the end');
    });

    it('leaves nothing of an aborted multipart upload', async () => {
      const Key = 'aborted';
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const part = { Bucket, Key, UploadId, PartNumber: 1, Body: 'x' };
      await s3.send(new UploadPartCommand(part));
      await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      await expect(s3.send(new UploadPartCommand(part))).rejects.toMatchObject({ name: 'NoSuchUpload' });
      await expect(read(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
    });

    it('copies, deletes one by one and many at once', async () => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'from here', Body: 'same', Metadata: { a: 'b' } }));
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'copies/to', CopySource: `${Bucket}/from%20here` }));
      expect(await read('copies/to')).toBe('same');
      expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'copies/to' }))).Metadata).toEqual({ a: 'b' });
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'from here' }));
      const deleted = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'copies/to' }, { Key: 'never' }] } }));
      expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(['copies/to', 'never']);
      await expect(read('copies/to')).rejects.toMatchObject({ name: 'NoSuchKey' });
      await expect(read('from here')).rejects.toMatchObject({ name: 'NoSuchKey' });
    });

    it('lists by prefix, by folder, and page by page', async () => {
      for (const Key of ['list/a/1', 'list/a/2', 'list/b', 'list/c/1', 'list/d'])
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
      const keys: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 2, ContinuationToken }));
        keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expect(keys).toEqual(['list/a/1', 'list/a/2', 'list/b', 'list/c/1', 'list/d']);
      const folders = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', Delimiter: '/' }));
      expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['list/a/', 'list/c/']);
      expect(folders.Contents?.map(({ Key }) => Key)).toEqual(['list/b', 'list/d']);
    });
  });

  s3VersionsContract(aws);
}

function s3VersionsContract(aws: () => Target): void {
  describeOn(aws, 's3 versions', [], () => {
    const Bucket = uniqueName('versions');
    let s3: S3Client;

    beforeAll(async () => {
      s3 = new S3Client({ ...clientConfig(aws()), forcePathStyle: true });
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    });
    afterAll(() => s3.destroy());

    const body = async (Key: string, VersionId?: string): Promise<string | undefined> =>
      (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();

    it('reads an overwritten object by its version', async () => {
      const first = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'first' }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'second' }));
      expect(await body('k', first.VersionId)).toBe('first');
      expect(await body('k')).toBe('second');
      const versions = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'k' }));
      expect(versions.Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false]);
    });

    it('hides a deleted object behind a marker until the marker is deleted', async () => {
      const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'hidden', Body: 'there' }));
      const { DeleteMarker, VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'hidden' }));
      expect(DeleteMarker).toBe(true);
      await expect(body('hidden')).rejects.toMatchObject({ name: 'NoSuchKey' });
      expect(await body('hidden', put.VersionId)).toBe('there');
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'hidden', VersionId }));
      expect(await body('hidden')).toBe('there');
    });
  });
}
