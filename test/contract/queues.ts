/** What the contract suites need of queues: making one, and receiving until they have seen enough. */
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

export async function createQueue(
  sqs: SQSClient,
  name: string,
  attributes: Partial<Record<QueueAttributeName, string>> = {},
): Promise<Queue> {
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  return { url, arn: Attributes?.QueueArn ?? '' };
}

/** One receive with all attributes. */
export async function receive(sqs: SQSClient, { url }: Queue, more: Partial<ReceiveMessageCommand['input']> = {}): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...more,
    }),
  );
  return Messages;
}

/** How many empty long polls of a second mean that nothing more comes. */
const PATIENCE = 10;

/** Receives and deletes until `enough` says so; gives up quietly, so that the assertions say what is missing. */
export async function drain(sqs: SQSClient, queue: Queue, enough: (body: string) => boolean): Promise<void> {
  let done = false;
  for (let empty = 0; !done && empty < PATIENCE;) {
    const messages = await receive(sqs, queue);
    if (messages.length === 0) empty++;
    for (const { Body = '', ReceiptHandle } of messages) {
      done = enough(Body) || done;
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
    }
  }
}
