/** What must not pass: sub-resources taken for objects, broken bodies kept, names that become paths. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';

const Bucket = 'refusals';
const AUTHORIZATION = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';

let folder: string;
let aws: LocalAws;
let s3: S3Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-test-'));
  aws = await startLocalAws({ dataDir: folder });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'x' };
  s3 = new S3Client({ endpoint: aws.endpoint, region: 'eu-west-1', credentials, forcePathStyle: true, maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await aws.stop();
  await rm(folder, { recursive: true });
});

const read = async (Key: string): Promise<string | undefined> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const files = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).flatMap((one) => (one.isFile() ? [one.name] : []));
const put = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${aws.endpoint}/${Bucket}/${path}`, { method: 'PUT', body, headers: { authorization: AUTHORIZATION, ...headers } });

it('refuses unknown sub-resources by name and leaves the object alone', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'kept' }));
  const refused = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
  const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
  await expect(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'kept', Tagging }))).rejects.toMatchObject(refused);
  await expect(s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'kept' }))).rejects.toMatchObject(refused);
  await expect(s3.send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' }))).rejects.toMatchObject(refused);
  expect((await put('kept?whatever', 'overwritten')).status).toBe(501);
  expect(await read('kept')).toBe('kept');
});

it.each(['..%2F..%2Fescaped', '../../../escaped', '/etc/passwd', '%2Fetc%2Fpasswd', 'a%00b'])(
  'keeps the name %s out of the file system',
  async (key) => {
    // By hand: fetch would resolve the dots.
    const upload = request(aws.endpoint, { method: 'PUT', path: `/${Bucket}/${key}`, headers: { authorization: AUTHORIZATION } });
    const [answer] = (await once(upload.end('x'), 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    expect(await read(decodeURIComponent(key))).toBe('x');
    for (const name of await files()) expect(name).toMatch(/^[0-9a-f-]{36}$/);
  },
);

it.each([
  ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest'],
  ['content-md5', 'AAAAAAAAAAAAAAAAAAAAAA==', 'BadDigest'],
  ['x-amz-decoded-content-length', '999', 'IncompleteBody'],
])('keeps nothing of a body that does not match its %s', async (header, value, code) => {
  const before = await files();
  const answer = await put('broken', 'hello', { [header]: value });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  await expect(read('broken')).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(await files()).toEqual(before);
});

it('keeps nothing of an upload that breaks off', async () => {
  const before = await files();
  const headers = { authorization: AUTHORIZATION, 'content-length': 1000 };
  const upload = request(`${aws.endpoint}/${Bucket}/half`, { method: 'PUT', headers });
  upload.on('error', () => undefined);
  upload.write('half of it');
  await vi.waitFor(async () => expect((await files()).length).toBe(before.length + 1));
  upload.destroy();
  await vi.waitFor(async () => expect(await files()).toEqual(before));
  await expect(read('half')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

it('answers errors as S3 does, in XML', async () => {
  const answer = await fetch(`${aws.endpoint}/${Bucket}/none%20such`, { headers: { authorization: AUTHORIZATION } });
  expect(answer.status).toBe(404);
  expect(await answer.text()).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist.<\/Message><Resource>\/refusals\/none%20such<\/Resource><RequestId>/,
  );
});

it('denies as a policy would, and hides missing keys from those who may not list', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'open', Body: 'x' }));
  aws.s3.allowOnly(({ operation, key }) => operation === 'GetObject' && !key.startsWith('secret/'));
  try {
    const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
    expect(await read('open')).toBe('x');
    await expect(read('secret/one')).rejects.toMatchObject(denied);
    await expect(read('missing')).rejects.toMatchObject(denied);
    await expect(s3.send(new PutObjectCommand({ Bucket, Key: 'open', Body: 'y' }))).rejects.toMatchObject(denied);
  } finally {
    aws.s3.allowOnly(() => true);
  }
  expect(await read('open')).toBe('x');
  await expect(read('missing')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

it('refuses notifications to what is not there', async () => {
  const TopicConfigurations = [{ TopicArn: 'arn:aws:sns:eu-west-1:000000000000:nobody', Events: ['s3:ObjectCreated:*' as const] }];
  const configure = s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { TopicConfigurations } }));
  await expect(configure).rejects.toMatchObject({ name: 'InvalidArgument', message: expect.stringContaining('nobody') as string });
});

it('refuses bad names, taken names, and to remove a bucket with objects', async () => {
  await expect(s3.send(new CreateBucketCommand({ Bucket: 'UPPER' }))).rejects.toMatchObject({ name: 'InvalidBucketName' });
  await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'inside', Body: 'x' }));
  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
});
