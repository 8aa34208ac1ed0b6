/** The SDK's clients against a plain HTTP server: where requests go, how often they are tried, and what each time-out cuts. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeClients, type ClientOptions, type Clients } from '../../worker/clients.ts';

const SHORT_MS = 250;
const QUEUE = 'https://sqs.us-east-1.amazonaws.com/000000000000/q';
const CREDENTIALS = { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't' };

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

interface Site {
  readonly clients: Clients;
  readonly requests: IncomingMessage[];
  connections: number;
}

async function site(listener: RequestListener, options: Partial<ClientOptions> = {}): Promise<Site> {
  const requests: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    requests.push(req);
    req.resume();
    listener(req, res);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // By a name: an address would make the SDK ask S3 path style whatever it is told.
  const endpoint = `http://localhost:${(server.address() as AddressInfo).port}`;
  const times = { callTimeoutMs: SHORT_MS, putTimeoutMs: SHORT_MS, receiveWaitMs: 0, maxSockets: 60 };
  const made: Site = { clients: makeClients({ region: 'us-east-1', endpoint, ...times, ...options }), requests, connections: 0 };
  server.on('connection', () => made.connections++);
  return made;
}

const createStream = new CreateLogStreamCommand({ logGroupName: 'g', logStreamName: 's' });
/** One call of each client. */
const CALLS: Readonly<Record<string, (clients: Clients) => Promise<unknown>>> = {
  sqs: ({ sqs }) => sqs.send(new DeleteMessageCommand({ QueueUrl: QUEUE, ReceiptHandle: 'r' })),
  s3: ({ s3 }) => s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' })),
  dynamodb: ({ documents }) => documents.send(new GetCommand({ TableName: 't', Key: { k: 'v' } })),
  sts: ({ sts }) => sts.send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111111111111:role/r', RoleSessionName: 'session' })),
  'sts of a session': (clients) =>
    clients.stsWith(CREDENTIALS).send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111111111111:role/r', RoleSessionName: 'session' })),
  'a tenant’s logs': (clients) => clients.logsWith('eu-west-1', CREDENTIALS).send(createStream),
};

test.each([
  ['sqs', 3],
  ['s3', 3],
  ['dynamodb', 3],
  ['sts', 3],
  ['sts of a session', 3],
  ['a tenant’s logs', 1],
])('%s: a failed call is made %i times', async (name, tries) => {
  const { clients, requests } = await site((_, res) => res.writeHead(500).end(), { callTimeoutMs: 5000 });
  await expect(CALLS[name]!(clients)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500, attempts: tries } });
  expect(requests).toHaveLength(tries);
});

test.each(Object.keys(CALLS))('%s: no answer is a TimeoutError, not a warning', async (name) => {
  const { clients } = await site(() => undefined);
  await expect(CALLS[name]!(clients)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('an answer that stops in the middle is given up, too', async () => {
  const { clients } = await site((_, res) => res.writeHead(200, { 'content-length': '100' }).write('{'));
  await expect(CALLS['dynamodb']!(clients)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a long poll has its own wait on top of the time-out', async () => {
  const { clients } = await site((_, res) => void wait(2 * SHORT_MS).then(() => res.end('{}')), { receiveWaitMs: 10_000 });
  await expect(clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: QUEUE }))).resolves.toBeDefined();
});

describe('an object’s body is never cut by a time-out', () => {
  test('while S3 is slow', async () => {
    const { clients } = await site((_, res) => {
      res.writeHead(200, { 'content-length': '4' }).write('ab');
      void wait(2 * SHORT_MS).then(() => res.end('cd'));
    });
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }));
    expect(await Body?.transformToString()).toBe('abcd');
  });

  test('while nobody reads', async () => {
    const size = 8 * 1024 * 1024;
    const { clients } = await site((_, res) => res.writeHead(200, { 'content-length': size }).end(Buffer.alloc(size)));
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }));
    await wait(3 * SHORT_MS);
    expect((await Body?.transformToByteArray())?.length).toBe(size);
  });
});

test('many tenants share sockets, and none has to wait for another’s slow account', async () => {
  const answers: (() => void)[] = [];
  const made = await site((_, res) => void answers.push(() => res.end('{}')), { putTimeoutMs: 10_000, maxSockets: 1 });
  const call = () => made.clients.logsWith('eu-west-1', CREDENTIALS).send(createStream);
  const calls = Array.from({ length: 100 }, call);
  await vi.waitFor(() => expect(answers).toHaveLength(100), 10_000);
  for (const answer of answers.splice(0)) answer();
  await Promise.all(calls);
  const again = call();
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers[0]!();
  await again;
  expect(made.connections).toBe(100);
});

test('with an endpoint set, S3 is asked path style and SQS there instead of at the queue’s host; no checksums are made up', async () => {
  const { clients, requests } = await site((_, res) => res.end('{}'));
  await CALLS['sqs']!(clients);
  await clients.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x' }));
  await CALLS['s3']!(clients);
  expect(requests.map(({ method, url }) => `${method} ${url?.split('?')[0]}`)).toEqual(['POST /', 'PUT /bucket/k', 'GET /bucket/k']);
  const headers = requests.flatMap(({ headers }) => Object.keys(headers));
  expect(headers.filter((name) => name.includes('checksum'))).toEqual([]);
});

test('without one, each service is asked where AWS has it', async () => {
  const { clients } = await site(() => undefined, { endpoint: undefined });
  expect([clients.s3.config.forcePathStyle, clients.s3.config.isCustomEndpoint]).toEqual([false, false]);
  expect(await clients.logsWith('eu-west-1', CREDENTIALS).config.region()).toBe('eu-west-1');
});
