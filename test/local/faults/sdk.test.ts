/** What the SDK's clients make of each fault: its own error classes, its own idea of what may be tried again, and a real object store behind it. */
import { createHash, randomBytes } from 'node:crypto';
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { RequestThrottled, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Faults, startFaults } from '../../../local/faults/faults.ts';
import { type LocalS3, startLocalS3 } from './local-s3.ts';

let store: LocalS3;
let faults: Faults;
beforeAll(async () => {
  store = await startLocalS3();
  faults = await startFaults({ target: store.endpoint });
});
afterAll(async () => {
  await faults.stop();
  await store.stop();
});
beforeEach(() => faults.rules.clear());

const config = (maxAttempts = 1) => ({
  endpoint: faults.endpoint,
  region: 'eu-west-1',
  maxAttempts,
  credentials: { accessKeyId: '111111111111', secretAccessKey: 'x' },
});
const s3Client = (maxAttempts = 1): S3Client => new S3Client({ ...config(maxAttempts), forcePathStyle: true });

/** One call of each service; none of them gets as far as a target. */
const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  s3: () => s3Client().send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
  sqs: () =>
    new SQSClient({ ...config(), useQueueUrlAsEndpoint: false }).send(
      new SendMessageCommand({ QueueUrl: `${faults.endpoint}/1/q`, MessageBody: 'b' }),
    ),
  sns: () => new SNSClient(config()).send(new PublishCommand({ TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: 'm' })),
  dynamodb: () => new DynamoDBClient(config()).send(new GetItemCommand({ TableName: 't', Key: { k: { S: 'v' } } })),
  sts: () =>
    new STSClient(config()).send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111111111111:role/r', RoleSessionName: 'session' })),
  iam: () => new IAMClient(config()).send(new ListRolesCommand({})),
  logs: () => new CloudWatchLogsClient(config()).send(new PutLogEventsCommand({ logGroupName: 'g', logStreamName: 's', logEvents: [] })),
};
const ACTIONS: Readonly<Record<string, string>> = {
  s3: 'GetObject',
  sqs: 'SendMessage',
  sns: 'Publish',
  dynamodb: 'GetItem',
  sts: 'AssumeRole',
  iam: 'ListRoles',
  logs: 'PutLogEvents',
};

async function errorOf(service: string): Promise<unknown> {
  return CALLS[service]!().then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('each service’s SDK client', () => {
  it.each([
    ['s3', 'SlowDown', 503],
    ['sqs', 'RequestThrottled', 400],
    ['sns', 'Throttling', 400],
    ['dynamodb', 'ProvisionedThroughputExceededException', 400],
    ['sts', 'Throttling', 400],
    ['iam', 'Throttling', 400],
    ['logs', 'ThrottlingException', 400],
  ])('takes a throttled %s call for %s', async (service, name, httpStatusCode) => {
    faults.rules.set([{ name: `throttle ${service}`, service, action: ACTIONS[service]!, effect: 'throttle' }]);
    expect(await errorOf(service)).toMatchObject({ name, $metadata: { httpStatusCode } });
    expect(faults.hits()).toMatchObject({ [`throttle ${service}`]: 1 });
    expect(faults.requests()).toHaveProperty([`${service}:${ACTIONS[service]}`]);
  });

  it.each([
    ['sqs', RequestThrottled],
    ['dynamodb', ProvisionedThroughputExceededException],
  ])('makes its own class of a throttled %s call', async (service, expected) => {
    faults.rules.set([{ service, effect: 'throttle' }]);
    expect(await errorOf(service)).toBeInstanceOf(expected);
  });

  it.each(Object.keys(CALLS))('takes a 500 of %s for a server’s fault', async (service) => {
    faults.rules.set([{ service, effect: 'error' }]);
    expect(await errorOf(service)).toMatchObject({
      $fault: expect.stringMatching(service === 's3' ? /./ : /^server$/) as string,
      $metadata: { httpStatusCode: 500 },
    });
  });

  it.each(Object.keys(CALLS))('takes the refusal of %s as it is worded', async (service) => {
    faults.rules.set([{ account: '111111111111', effect: { kind: 'refuse', code: 'AccessDenied', status: 403, message: 'Not <you>' } }]);
    expect(await errorOf(service)).toMatchObject({ name: 'AccessDenied', message: 'Not <you>', $metadata: { httpStatusCode: 403 } });
  });

  it.each(Object.keys(CALLS))('meets a reset of %s as a connection error', async (service) => {
    faults.rules.set([{ service, effect: 'reset' }]);
    expect(await errorOf(service)).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a real object store behind the proxy', () => {
  const Bucket = 'bucket';
  const body = randomBytes(3 * 1024 * 1024);
  beforeAll(() => s3Client().send(new CreateBucketCommand({ Bucket })));

  it('keeps an object whose answer was lost, and the SDK’s next attempt goes through', async () => {
    faults.rules.set([{ name: 'lost', action: 'PutObject', limit: 1, effect: 'reset-after' }]);
    const put = await s3Client(2).send(new PutObjectCommand({ Bucket, Key: 'lost', Body: body }));
    expect(put.$metadata.attempts).toBe(2);
    faults.rules.set([{ action: 'PutObject', effect: 'error-after' }]);
    await expect(s3Client().send(new PutObjectCommand({ Bucket, Key: 'told 500', Body: body }))).rejects.toMatchObject({
      name: 'InternalError',
    });
    const head = await s3Client().send(new HeadObjectCommand({ Bucket, Key: 'told 500' }));
    expect(head.ContentLength).toBe(body.length);
  });

  it('is read back whole by ranges after a cut', async () => {
    await s3Client().send(new PutObjectCommand({ Bucket, Key: 'cut', Body: body }));
    faults.rules.set([{ action: 'GetObject', limit: 1, effect: { kind: 'cut', fraction: 0.4 } }]);
    const got: Buffer[] = [];
    const first = await s3Client().send(new GetObjectCommand({ Bucket, Key: 'cut' }));
    await expect(async () => {
      for await (const chunk of first.Body as AsyncIterable<Buffer>) got.push(chunk);
    }).rejects.toMatchObject({ code: 'ECONNRESET' });
    const had = Buffer.concat(got).length;
    expect(had).toBe(Math.floor(body.length * 0.4));
    const rest = await s3Client().send(new GetObjectCommand({ Bucket, Key: 'cut', Range: `bytes=${had}-` }));
    const whole = Buffer.concat([...got, (await rest.Body?.transformToByteArray()) ?? Buffer.alloc(0)]);
    expect(sha256(whole)).toBe(sha256(body));
  });

  it('is told "slow down" to a HEAD, which has no body, by its status alone', async () => {
    faults.rules.set([{ action: 'HeadObject', effect: 'throttle' }]);
    const head = s3Client().send(new HeadObjectCommand({ Bucket, Key: 'cut' }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  });
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
