/** What only our own S3 can show: whole events to the letter, under a clock set by the test, and those meant for EventBridge. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { parseEnvelope } from '../../../worker/receive/envelope.ts';
import { createQueue, receive, type Queue } from '../../contract/queues.ts';

const Bucket = 'events';
const NOON = Date.parse('2026-03-01T12:00:00.000Z');

let aws: LocalAws;
let s3: S3Client;
let sqs: SQSClient;
let queue: Queue;
const bridged: unknown[] = [];
beforeAll(async () => {
  aws = await startLocalAws();
  const config = { endpoint: aws.endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'x' } };
  [s3, sqs] = [new S3Client({ ...config, forcePathStyle: true }), new SQSClient(config)];
  queue = await createQueue(sqs, 'events');
  aws.s3.onEventBridge(async (event) => void bridged.push(event));
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const QueueConfigurations = [{ Id: 'all', QueueArn: queue.arn, Events: ['s3:ObjectCreated:*' as const, 's3:ObjectRemoved:*' as const] }];
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { QueueConfigurations, EventBridgeConfiguration: {} },
    }),
  );
  await receive(sqs, queue);
});
afterAll(async () => {
  s3.destroy();
  sqs.destroy();
  await aws.stop();
});

const nextEvent = async (): Promise<string> => (await receive(sqs, queue))[0]?.Body ?? '';

it('writes the whole record, the time by its own clock', async () => {
  aws.clock.set(NOON);
  const { ETag, VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'a b.gz', Body: 'hello' }));
  const body = await nextEvent();
  expect(JSON.parse(body)).toEqual({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-central-1',
        eventTime: expect.stringMatching(/^2026-03-01T12:00:/) as string,
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:LOCAL' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': expect.any(String) as string, 'x-amz-id-2': expect.any(String) as string },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'all',
          bucket: { name: Bucket, ownerIdentity: { principalId: 'LOCAL' }, arn: `arn:aws:s3:::${Bucket}` },
          object: {
            key: 'a+b.gz',
            size: 5,
            eTag: ETag?.replaceAll('"', ''),
            versionId: VersionId,
            sequencer: expect.any(String) as string,
          },
        },
      },
    ],
  });
  expect(parseEnvelope(body)).toMatchObject({
    kind: 'objects',
    objects: [{ bucket: Bucket, key: 'a b.gz', versionId: VersionId, size: 5 }],
  });
});

it('tells EventBridge in its own shape, the key as it is', async () => {
  bridged.length = 0;
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'c+d e.gz', Body: 'hello' }));
  await nextEvent();
  expect(bridged).toMatchObject([
    {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      region: 'eu-central-1',
      detail: { object: { key: 'c+d e.gz' }, reason: 'PutObject' },
    },
  ]);
  expect(parseEnvelope(JSON.stringify(bridged[0]))).toMatchObject({ objects: [{ key: 'c+d e.gz', versionId: VersionId, size: 5 }] });
});

it('tells a delete marker from a removal for good', async () => {
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'gone', Body: 'x' }));
  await nextEvent();
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
  expect(JSON.parse(await nextEvent())).toMatchObject({ Records: [{ eventName: 'ObjectRemoved:DeleteMarkerCreated' }] });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone', VersionId }));
  expect(JSON.parse(await nextEvent())).toMatchObject({
    Records: [{ eventName: 'ObjectRemoved:Delete', s3: { object: { versionId: VersionId } } }],
  });
});

it('tells of objects made on the fly like of any other', async () => {
  await aws.s3.putVirtual(Bucket, 'virtual.gz', { size: 3, etag: 'e', body: () => Readable.from([Buffer.from('abc')]) });
  expect(parseEnvelope(await nextEvent())).toMatchObject({ objects: [{ key: 'virtual.gz', size: 3, etag: 'e' }] });
});
