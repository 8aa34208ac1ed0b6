/** A queue with its dead-letter queue on an emulator, seen by the test itself rather than by the worker. */
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { receiptOf, type Receipt } from '../../worker/receive/receipt.ts';

/** A client that tries once, so that the tries counted are the worker's own. */
export function sqsClient(endpoint: string): SQSClient {
  return new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
}

let created = 0;

export class TestQueue {
  readonly url: string;
  readonly #sqs: SQSClient;

  private constructor(sqs: SQSClient, url: string) {
    this.#sqs = sqs;
    this.url = url;
  }

  static async create(sqs: SQSClient, visibilitySeconds = 600): Promise<TestQueue> {
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `queue-${++created}`, Attributes: { VisibilityTimeout: String(visibilitySeconds) } }),
    );
    return new TestQueue(sqs, QueueUrl);
  }

  async send(...bodies: readonly string[]): Promise<void> {
    for (let at = 0; at < bodies.length; at += 10) {
      const Entries = bodies.slice(at, at + 10).map((MessageBody, i) => ({ Id: String(i), MessageBody }));
      await this.#sqs.send(new SendMessageBatchCommand({ QueueUrl: this.url, Entries }));
    }
  }

  /** What is visible now, at most `max` messages. */
  async messages(max = 10): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < max) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.url,
          MaxNumberOfMessages: Math.min(10, max - messages.length),
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) break;
      messages.push(...Messages);
    }
    return messages;
  }

  async receipts(max = 10): Promise<Receipt[]> {
    return (await this.messages(max)).map((message) => receiptOf(message, Date.now()));
  }

  /** Sends one message and receives it. */
  async receipt(body = 'body'): Promise<Receipt> {
    await this.send(body);
    const [receipt] = await this.receipts(1);
    if (!receipt) throw new Error('the message that was sent is not there');
    return receipt;
  }

  /** Deletes behind the worker's back, so that its receipt is lost. */
  async lose(receipt: Receipt): Promise<void> {
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: receipt.handle }));
  }

  async counts(): Promise<{ visible: number; hidden: number }> {
    const { Attributes } = await this.#sqs.send(new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ['All'] }));
    return {
      visible: Number(Attributes?.ApproximateNumberOfMessages),
      hidden: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
    };
  }
}
