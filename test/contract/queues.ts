/** What the contract suites need of queues and topics: making one, and receiving until they have seen enough. */
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { CreateTopicCommand, SetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

/** A queue that S3 and SNS may send to. */
export async function createQueue(
  sqs: SQSClient,
  name: string,
  attributes: Partial<Record<QueueAttributeName, string>> = {},
): Promise<Queue> {
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  const arn = Attributes?.QueueArn ?? '';
  const Policy = mayUse(['s3.amazonaws.com', 'sns.amazonaws.com'], 'sqs:SendMessage', arn);
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  return { url, arn };
}

/** A topic that S3 may publish to. @returns its ARN. */
export async function createTopic(sns: SNSClient, Name: string): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }));
  const AttributeValue = mayUse(['s3.amazonaws.com'], 'sns:Publish', TopicArn);
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  return TopicArn;
}

/** AWS delivers nothing where the receiver's own policy does not let the service in, and S3 refuses such a destination. */
function mayUse(Service: readonly string[], Action: string, Resource: string): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service }, Action, Resource }] });
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
