/** The front: who may come in, and how each protocol is told no. */
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListRolesCommand, IAMClient } from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, ListQueuesCommand, CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const config = (accessKeyId: string) => ({
  endpoint: aws.endpoint,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'x', ...(accessKeyId.startsWith('ASIA') ? { sessionToken: 'unknown' } : {}) },
});

/** One harmless call of each service. */
const CALLS: readonly (readonly [string, (key: string) => Promise<unknown>])[] = [
  ['s3', (key) => new S3Client(config(key)).send(new ListBucketsCommand({}))],
  ['sqs', (key) => new SQSClient(config(key)).send(new ListQueuesCommand({}))],
  ['sns', (key) => new SNSClient(config(key)).send(new ListTopicsCommand({}))],
  ['dynamodb', (key) => new DynamoDBClient(config(key)).send(new ListTablesCommand({}))],
  ['sts', (key) => new STSClient(config(key)).send(new GetCallerIdentityCommand({}))],
  ['iam', (key) => new IAMClient(config(key)).send(new ListRolesCommand({}))],
  ['logs', (key) => new CloudWatchLogsClient(config(key)).send(new DescribeLogGroupsCommand({}))],
];

describe('credentials', () => {
  it.each(CALLS.filter(([service]) => service !== 'iam'))('lets static keys call %s', async (_, call) => {
    await expect(call('test')).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  it.each(CALLS)('refuses a session of %s that nobody issued', async (service, call) => {
    const name = {
      s3: 'InvalidAccessKeyId',
      sqs: 'UnrecognizedClientException',
      dynamodb: 'UnrecognizedClientException',
      logs: 'UnrecognizedClientException',
    }[service];
    await expect(call('ASIAUNKNOWN')).rejects.toMatchObject({ name: name ?? 'InvalidClientTokenId' });
  });
});

describe('requests that are not signed', () => {
  it('answers the health check', async () => {
    const answer = await fetch(`${aws.endpoint}/_logferry/health`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok', services: ['s3', 'sqs', 'sns', 'dynamodb', 'sts', 'iam', 'logs'] });
  });

  it.each(['/', '/bucket/key', '/_logferry/other', '/?X-Amz-Credential=nonsense'])('refuses %s and says why', async (path) => {
    const answer = await fetch(`${aws.endpoint}${path}`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('tells services apart by the AWS signature');
  });
});

it('names the services that it has when asked for another', async () => {
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await fetch(aws.endpoint, { headers: { authorization } });
  expect(answer.status).toBe(501);
  expect(await answer.text()).toContain('No service &quot;ec2&quot; here; there are: s3, sqs, sns');
});

it('gives out queue addresses that lead back to itself, whatever it was called', async () => {
  const sqs = new SQSClient({ ...config('test'), endpoint: `http://localhost:${aws.port}` });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'mine' }));
  expect(QueueUrl).toBe(`http://localhost:${aws.port}/000000000000/mine`);
  expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl]);
  const here = await new SQSClient(config('test')).send(new GetQueueUrlCommand({ QueueName: 'mine' }));
  expect(here.QueueUrl).toBe(`${aws.endpoint}/000000000000/mine`);
});

it('starts twice in one process, and leaves a taken port with Node’s own error', async () => {
  const second = await startLocalAws();
  expect(second.port).not.toBe(aws.port);
  await second.stop();
  await expect(fetch(`${second.endpoint}/_logferry/health`)).rejects.toThrow('fetch failed');
  await expect(startLocalAws({ port: aws.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
