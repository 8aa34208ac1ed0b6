/** Long polls: they wake, they end with their client, and an abandoned one eats nothing. */
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';

let aws: LocalAws;
let sqs: SQSClient;
beforeAll(async () => {
  aws = await startLocalAws();
  sqs = new SQSClient({
    endpoint: aws.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  sqs.destroy();
  await aws.stop();
});

let queues = 0;
async function createQueue(Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `q${queues++}`, Attributes }));
  return QueueUrl;
}
const receive = (QueueUrl: string, WaitTimeSeconds?: number, abortSignal?: AbortSignal) =>
  sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MessageSystemAttributeNames: ['All'] }), { abortSignal });

it('wakes a long poll when a message comes', async () => {
  const QueueUrl = await createQueue();
  const waiting = receive(QueueUrl, 20);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'wake' }));
  expect((await waiting).Messages?.[0]?.Body).toBe('wake');
});

it('waits as long as the queue says where the call says nothing', async () => {
  const QueueUrl = await createQueue({ ReceiveMessageWaitTimeSeconds: '20' });
  const waiting = receive(QueueUrl);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'patience' }));
  expect((await waiting).Messages?.[0]?.Body).toBe('patience');
});

it('lets an abandoned long poll eat nothing', async () => {
  const QueueUrl = await createQueue({ VisibilityTimeout: '600' });
  const elsewhere = await createQueue();
  // Ten at once: with the engine's own long polls, each would take one message with it.
  const abort = new AbortController();
  const ended = Promise.allSettled(Array.from({ length: 10 }, () => receive(QueueUrl, 20, abort.signal)));
  // By the end of a poll that began after them, all have arrived.
  expect((await receive(elsewhere, 1)).Messages).toBeUndefined();
  abort.abort();
  expect((await ended).map(({ status }) => status)).not.toContain('fulfilled');
  for (let at = 0; at < 5; at++) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `${at}` }));
  const received: string[] = [];
  for (let at = 0; at < 5; at++) {
    const [message] = (await receive(QueueUrl, 5)).Messages ?? [];
    received.push(`${message?.Body} for the ${message?.Attributes?.ApproximateReceiveCount}. time`);
  }
  expect(received).toEqual(['0', '1', '2', '3', '4'].map((body) => `${body} for the 1. time`));
});

it('deletes by the latest handle even when the message has become visible, and not by an older one', async () => {
  const QueueUrl = await createQueue({ VisibilityTimeout: '0' });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'again' }));
  const [old, latest] = [(await receive(QueueUrl)).Messages?.[0], (await receive(QueueUrl)).Messages?.[0]];
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: old?.ReceiptHandle }));
  const third = (await receive(QueueUrl)).Messages?.[0];
  expect([latest?.Body, third?.Attributes?.ApproximateReceiveCount]).toEqual(['again', '3']);
  // Makes the engine put it back among the visible ones first, where its own delete would no longer find it.
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'other' }));
  const bodies = [(await receive(QueueUrl)).Messages?.[0]?.Body];
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
  for (let at = 0; at < 3; at++) bodies.push((await receive(QueueUrl)).Messages?.[0]?.Body);
  expect(bodies).toEqual(['other', 'other', 'other', 'other']);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }));
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: '0' });
});

it('refuses a handle of another queue', async () => {
  const [one, two] = [await createQueue(), await createQueue()];
  await sqs.send(new SendMessageCommand({ QueueUrl: one, MessageBody: 'x' }));
  const ReceiptHandle = (await receive(one)).Messages?.[0]?.ReceiptHandle;
  const foreign = sqs.send(new DeleteMessageCommand({ QueueUrl: two, ReceiptHandle }));
  await expect(foreign).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
});

it.each([-1, 21])('refuses a wait of %i s', async (wait) => {
  await expect(receive(await createQueue(), wait)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});
