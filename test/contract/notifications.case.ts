/** S3's notifications as the worker meets them: by a topic, straight to a queue, encoded keys, filters, one event an object. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createQueue, createTopic, drain, type Queue } from './queues.ts';
import { clientConfig, describeOn, type Target, uniqueName } from './target.ts';

interface S3Record {
  readonly eventName: string;
  readonly eventVersion: string;
  readonly eventTime: string;
  readonly s3: {
    readonly bucket: { readonly name: string };
    readonly object: { readonly key: string; readonly size?: number; readonly eTag?: string; readonly sequencer: string };
  };
}

export function notificationsContract(aws: () => Target): void {
  describeOn(aws, 'notifications', [], () => {
    const [toTopic, toQueue] = [uniqueName('to-topic'), uniqueName('to-queue')];
    let s3: S3Client;
    let sns: SNSClient;
    let sqs: SQSClient;
    let wrapped: Queue;
    let straight: Queue;

    beforeAll(async () => {
      const config = clientConfig(aws());
      [s3, sns, sqs] = [new S3Client({ ...config, forcePathStyle: true }), new SNSClient(config), new SQSClient(config)];
      [wrapped, straight] = [await createQueue(sqs, uniqueName('wrapped')), await createQueue(sqs, uniqueName('straight'))];
      const TopicArn = await createTopic(sns, uniqueName('hub'));
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: wrapped.arn }));
      for (const Bucket of [toTopic, toQueue]) await s3.send(new CreateBucketCommand({ Bucket }));
      const TopicConfigurations = [{ TopicArn, Events: ['s3:ObjectCreated:*' as const] }];
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: toTopic, NotificationConfiguration: { TopicConfigurations } }));
      await s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: toQueue,
          NotificationConfiguration: {
            QueueConfigurations: [
              {
                Id: 'logs-only',
                QueueArn: straight.arn,
                Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
                Filter: {
                  Key: {
                    FilterRules: [
                      { Name: 'prefix', Value: 'in/' },
                      { Name: 'suffix', Value: '.gz' },
                    ],
                  },
                },
              },
            ],
          },
        }),
      );
    });
    afterAll(() => {
      for (const client of [s3, sns, sqs]) client.destroy();
    });

    /** The records of all events that come, the test event apart. */
    async function records(queue: Queue, expected: number): Promise<S3Record[]> {
      const found: S3Record[] = [];
      await drain(sqs, queue, (body) => {
        const outer = JSON.parse(body) as { Message?: string };
        const event = (outer.Message === undefined ? outer : JSON.parse(outer.Message)) as { Records?: S3Record[] };
        found.push(...(event.Records ?? []));
        return found.length >= expected;
      });
      return found;
    }

    it('tries a new destination with a test event', async () => {
      const bodies: string[] = [];
      await drain(sqs, wrapped, (body) => bodies.push(body) > 0);
      expect(JSON.parse((JSON.parse(bodies[0] ?? '{}') as { Message: string }).Message)).toMatchObject({
        Service: 'Amazon S3',
        Event: 's3:TestEvent',
        Bucket: toTopic,
      });
    });

    it('tells of a put by the topic, with an encoded key, size, ETag and sequencer', async () => {
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket: toTopic, Key: 'c1/cl/a b+c/éx.json.gz', Body: 'hello' }));
      const [record, ...more] = await records(wrapped, 1);
      expect(more).toEqual([]);
      expect(record).toMatchObject({
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: toTopic }, object: { key: 'c1/cl/a+b%2Bc/%C3%A9x.json.gz', size: 5, eTag: ETag?.replaceAll('"', '') } },
      });
      expect(record?.eventVersion).toMatch(/^2\.\d$/);
      expect(record?.s3.object.sequencer).toMatch(/^[0-9A-F]+$/);
    });

    it('tells of a multipart upload once, at its end', async () => {
      const object = { Bucket: toTopic, Key: 'multi' };
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object));
      const { ETag } = await s3.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'all of it' }));
      await s3.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
      // The put behind it marks the end: whatever came of the upload is before it.
      await s3.send(new PutObjectCommand({ Bucket: toTopic, Key: 'last', Body: 'x' }));
      const found = await records(wrapped, 2);
      expect(found.map(({ eventName, s3 }) => `${eventName} ${s3.object.key}`).toSorted()).toEqual([
        'ObjectCreated:CompleteMultipartUpload multi',
        'ObjectCreated:Put last',
      ]);
    });

    it('sends straight to a queue what passes prefix and suffix, and nothing else', async () => {
      for (const Key of ['out/a.gz', 'in/a.txt', 'in/a.gz']) await s3.send(new PutObjectCommand({ Bucket: toQueue, Key, Body: 'x' }));
      await s3.send(new CopyObjectCommand({ Bucket: toQueue, Key: 'in/b.gz', CopySource: `${toQueue}/in/a.gz` }));
      await s3.send(new DeleteObjectCommand({ Bucket: toQueue, Key: 'in/a.gz' }));
      const found = await records(straight, 3);
      expect(found.map(({ eventName, s3 }) => `${eventName} ${s3.object.key}`).toSorted()).toEqual([
        'ObjectCreated:Copy in/b.gz',
        'ObjectCreated:Put in/a.gz',
        'ObjectRemoved:Delete in/a.gz',
      ]);
    });

    it('gives later events of one key a greater sequencer', async () => {
      const etags: string[] = [];
      for (const Body of ['1', '2']) {
        const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket: toTopic, Key: 'again', Body }));
        etags.push(ETag.replaceAll('"', ''));
      }
      const found = await records(wrapped, 2);
      const [first = '', second = ''] = etags.map((etag) => found.find(({ s3 }) => s3.object.eTag === etag)?.s3.object.sequencer);
      const width = Math.max(first.length, second.length);
      expect(first.padEnd(width, '0') < second.padEnd(width, '0'), `${first} before ${second}`).toBe(true);
    });

    it('gives the configuration back', async () => {
      const { QueueConfigurations } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: toQueue }));
      expect(QueueConfigurations).toMatchObject([
        { Id: 'logs-only', QueueArn: straight.arn, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] },
      ]);
      const rules = QueueConfigurations?.[0]?.Filter?.Key?.FilterRules?.map(({ Name, Value }) => `${Name?.toLowerCase()} ${Value}`);
      expect(rules).toEqual(['prefix in/', 'suffix .gz']);
    });
  });
}
