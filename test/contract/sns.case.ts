/** Topics as the hub between bucket and queue: the envelope, and raw delivery without it. */
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createQueue, drain, type Queue } from './queues.ts';
import { clientConfig, describeOn, type Target, uniqueName } from './target.ts';

export function snsContract(aws: () => Target): void {
  describeOn(aws, 'sns', [], () => {
    let sns: SNSClient;
    let sqs: SQSClient;

    beforeAll(() => {
      [sns, sqs] = [new SNSClient(clientConfig(aws())), new SQSClient(clientConfig(aws()))];
    });
    afterAll(() => {
      sns.destroy();
      sqs.destroy();
    });

    const firstBody = async (queue: Queue): Promise<string> => {
      let found = '';
      await drain(sqs, queue, (body) => {
        found = body;
        return true;
      });
      return found;
    };
    const publishTo = async (attributes: Record<string, string>): Promise<{ queue: Queue; TopicArn: string | undefined }> => {
      const queue = await createQueue(sqs, uniqueName('subscriber'));
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: uniqueName('topic') }));
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn, Attributes: attributes }));
      await sns.send(new PublishCommand({ TopicArn, Message: '{"Records":[]}', Subject: 'Amazon S3 Notification' }));
      return { queue, TopicArn };
    };

    it('wraps a message in its envelope', async () => {
      const { queue, TopicArn } = await publishTo({});
      expect(JSON.parse(await firstBody(queue))).toMatchObject({
        Type: 'Notification',
        TopicArn,
        Subject: 'Amazon S3 Notification',
        Message: '{"Records":[]}',
      });
    });

    it('delivers a message as it is where the subscription asks for it', async () => {
      const { queue } = await publishTo({ RawMessageDelivery: 'true' });
      expect(await firstBody(queue)).toBe('{"Records":[]}');
    });

    it('delivers to every subscriber', async () => {
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: uniqueName('topic') }));
      const queues = [await createQueue(sqs, uniqueName('one')), await createQueue(sqs, uniqueName('two'))];
      for (const { arn } of queues) {
        await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn, Attributes: { RawMessageDelivery: 'true' } }));
      }
      await sns.send(new PublishCommand({ TopicArn, Message: 'to all' }));
      for (const queue of queues) expect(await firstBody(queue)).toBe('to all');
    });
  });
}
