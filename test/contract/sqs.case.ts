/** Queues as the worker uses them: receive, extend, give back, delete by tens, redrive, and handles that are refused. */
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createQueue, type Queue, receive } from './queues.ts';
import { clientConfig, describeOn, type Target, uniqueName } from './target.ts';

export function sqsContract(aws: () => Target): void {
  describeOn(aws, 'sqs', [], () => {
    let sqs: SQSClient;

    beforeAll(() => {
      sqs = new SQSClient(clientConfig(aws()));
    });
    afterAll(() => sqs.destroy());

    const send = async ({ url }: Queue, ...bodies: string[]): Promise<void> => {
      const Entries = bodies.map((MessageBody, at) => ({ Id: `m${at}`, MessageBody }));
      const { Successful } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      expect(Successful).toHaveLength(bodies.length);
    };
    const receiveOne = async (queue: Queue): Promise<{ handle: string; count: string | undefined; body: string | undefined }> => {
      const message = await vi.waitFor(async () => {
        const [first] = await receive(sqs, queue, { MaxNumberOfMessages: 1 });
        if (first === undefined) throw new Error(`nothing to receive at ${queue.url}`);
        return first;
      }, WAIT);
      return { handle: message.ReceiptHandle ?? '', count: message.Attributes?.ApproximateReceiveCount, body: message.Body };
    };

    it('hands a message out with its attributes, and not again while it is in flight', async () => {
      const queue = await createQueue(sqs, uniqueName('q'));
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queue.url,
          MessageBody: 'hello',
          MessageAttributes: { reason: { DataType: 'String', StringValue: 'bad-key' } },
        }),
      );
      const [message] = await receive(sqs, queue);
      expect(message).toMatchObject({
        Body: 'hello',
        Attributes: { ApproximateReceiveCount: '1' },
        MessageAttributes: { reason: { StringValue: 'bad-key' } },
      });
      expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThan(0);
      expect(await receive(sqs, queue)).toEqual([]);
    });

    it('receives ten at most and deletes them in one call', async () => {
      const queue = await createQueue(sqs, uniqueName('q'), { VisibilityTimeout: '600' });
      await send(queue, ...Array.from({ length: 10 }, (_, at) => `${at}`));
      await send(queue, '10');
      const handles: string[] = [];
      while (handles.length < 11) {
        const messages = await receive(sqs, queue);
        expect(messages.length).toBeLessThanOrEqual(10);
        handles.push(...messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
      }
      const Entries = handles.slice(0, 10).map((ReceiptHandle, at) => ({ Id: `d${at}`, ReceiptHandle }));
      const { Successful } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      expect(Successful?.map(({ Id }) => Id).toSorted()).toEqual(Entries.map(({ Id }) => Id).toSorted());
      await vi.waitFor(async () => expect(await counts(queue)).toMatchObject({ visible: 0, inFlight: 1 }), WAIT);
    });

    const counts = async ({ url }: Queue): Promise<{ visible: number; inFlight: number }> => {
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
      return {
        visible: Number(Attributes['ApproximateNumberOfMessages']),
        inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
      };
    };

    it('tells a queue by its name, its attributes and its counts', async () => {
      const name = uniqueName('q');
      const queue = await createQueue(sqs, name, { VisibilityTimeout: '77' });
      expect((await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl).toBe(queue.url);
      await send(queue, 'a', 'b');
      await receiveOne(queue);
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['VisibilityTimeout', 'QueueArn'] }),
      );
      expect(Attributes).toMatchObject({ VisibilityTimeout: '77', QueueArn: expect.stringMatching(new RegExp(`:${name}$`)) as string });
      await vi.waitFor(async () => expect(await counts(queue)).toEqual({ visible: 1, inFlight: 1 }), WAIT);
    });

    it('gives a message back at once with visibility 0, one by one and by tens', async () => {
      const queue = await createQueue(sqs, uniqueName('q'), { VisibilityTimeout: '600' });
      await send(queue, 'back');
      const first = await receiveOne(queue);
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: first.handle, VisibilityTimeout: 0 }));
      const second = await receiveOne(queue);
      expect(second).toMatchObject({ count: '2', body: 'back' });
      const Entries = [{ Id: 'v', ReceiptHandle: second.handle, VisibilityTimeout: 0 }];
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries }));
      expect(await receiveOne(queue)).toMatchObject({ count: '3' });
    });

    it('hands a message out again when its visibility runs out', async () => {
      const queue = await createQueue(sqs, uniqueName('q'), { VisibilityTimeout: '1' });
      await send(queue, 'slow');
      expect(await receiveOne(queue)).toMatchObject({ count: '1' });
      expect(await receiveOne(queue)).toMatchObject({ count: '2' });
    });

    it('moves a message to the dead-letter queue after maxReceiveCount receives', async () => {
      const dead = await createQueue(sqs, uniqueName('dead'));
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
      const queue = await createQueue(sqs, uniqueName('q'), { RedrivePolicy, VisibilityTimeout: '0' });
      await send(queue, 'poison');
      for (const count of ['1', '2']) expect(await receiveOne(queue)).toMatchObject({ count });
      expect(await receive(sqs, queue)).toEqual([]);
      expect(await receiveOne(dead)).toMatchObject({ body: 'poison' });
    });

    it('refuses a receipt handle that nobody issued', async () => {
      const queue = await createQueue(sqs, uniqueName('q'));
      const bogus = { QueueUrl: queue.url, ReceiptHandle: 'bogus' };
      await expect(sqs.send(new DeleteMessageCommand(bogus))).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
      const change = new ChangeMessageVisibilityCommand({ ...bogus, VisibilityTimeout: 5 });
      await expect(sqs.send(change)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
    });

    it('refuses the bad entries of a batch and takes the good ones', async () => {
      const queue = await createQueue(sqs, uniqueName('q'), { VisibilityTimeout: '600' });
      await send(queue, 'good');
      const { handle } = await receiveOne(queue);
      const entries = [
        { Id: 'good', ReceiptHandle: handle },
        { Id: 'bad', ReceiptHandle: 'bogus' },
      ];
      const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 60 }));
      const changed = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries }));
      expect(changed.Successful?.map(({ Id }) => Id)).toEqual(['good']);
      expect(changed.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid', SenderFault: true }]);
      const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries: entries }));
      expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(['good']);
      expect(deleted.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]);
    });

    it('cannot change the visibility of a deleted message; deleting it again succeeds', async () => {
      const queue = await createQueue(sqs, uniqueName('q'), { VisibilityTimeout: '600' });
      await send(queue, 'gone');
      const { handle } = await receiveOne(queue);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: handle }));
      const change = new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: handle, VisibilityTimeout: 5 });
      await expect(sqs.send(change)).rejects.toMatchObject({
        name: expect.stringMatching(/^(?:InvalidParameterValue|MessageNotInflight|ReceiptHandleIsInvalid)$/) as string,
      });
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: handle }));
    });

    it('deletes a message late, after its visibility ran out', async () => {
      const queue = await createQueue(sqs, uniqueName('q'), { VisibilityTimeout: '0' });
      await send(queue, 'late');
      const { handle } = await receiveOne(queue);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: handle }));
      expect(await receive(sqs, queue)).toEqual([]);
    });

    it('keeps a delayed message back', async () => {
      const queue = await createQueue(sqs, uniqueName('q'));
      await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'later', DelaySeconds: 2 }));
      expect(await receive(sqs, queue, { WaitTimeSeconds: 0 })).toEqual([]);
      expect(await receiveOne(queue)).toMatchObject({ body: 'later', count: '1' });
    });

    it('takes a message group on a standard queue, for fair queueing', async () => {
      const queue = await createQueue(sqs, uniqueName('q'));
      await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'fair', MessageGroupId: 'tenant-a' }));
      const [message] = await receive(sqs, queue);
      expect(message?.Body).toBe('fair');
    });
  });
}

/** How long to wait for what a queue shows only soon. */
const WAIT = { timeout: 15_000, interval: 100 };
