/**
 * ReceiveMessage: a long poll as a loop of short ones that ends when the client has gone. A long poll of the engine would go on without its client
 * and hide the next message from everybody for its whole visibility time-out.
 */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueCall } from './call.ts';
import type { FauxqsAnswer } from './fauxqs.ts';

/** How late a long poll may notice a message. Twenty idle pollers at this rate cost about 1 % of a core. */
const POLL_INTERVAL_MS = 20;

/** What a short poll of the engine answers. */
interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
}

/** @returns undefined when the client went away before there was an answer. */
export async function receiveMessage(call: QueueCall, res: ServerResponse): Promise<FauxqsAnswer | undefined> {
  const deadline = Date.now() + (await waitSeconds(call)) * 1000;
  for (;;) {
    // Only the wait is ours: an invalid one goes on as it is, for the engine to refuse.
    const wait = call.input['WaitTimeSeconds'];
    const answer = await call.engine('ReceiveMessage', { ...call.input, WaitTimeSeconds: isLongPoll(wait) ? 0 : wait });
    if (answer.status !== 200) return answer;
    const received = messagesOf(answer);
    const messages = await withoutDeleted(call, received);
    if (res.destroyed) {
      await giveBack(call, messages);
      return undefined;
    }
    // Nothing but deleted ones: what stands behind them is due now.
    if (received.length > 0 && messages.length === 0) continue;
    if (messages.length > 0 || Date.now() >= deadline) return sealed(call, answer, messages);
    await sleep(Math.min(POLL_INTERVAL_MS, Math.max(1, deadline - Date.now())));
    if (res.destroyed) return undefined;
  }
}

function isLongPoll(wait: unknown): boolean {
  return wait === undefined || (typeof wait === 'number' && wait >= 0 && wait <= MAX_WAIT_SECONDS);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MAX_WAIT_SECONDS = 20;

/** The request's own wait, else the queue's. */
async function waitSeconds(call: QueueCall): Promise<number> {
  const own = call.input['WaitTimeSeconds'];
  if (own !== undefined) return isLongPoll(own) ? Number(own) : 0;
  const name = 'ReceiveMessageWaitTimeSeconds';
  const answer = await call.engine('GetQueueAttributes', { QueueUrl: call.input['QueueUrl'], AttributeNames: [name] });
  if (answer.status !== 200) return 0;
  const { Attributes = {} } = JSON.parse(answer.body) as { Attributes?: Record<string, string> };
  return Number(Attributes[name] ?? 0);
}

function messagesOf(answer: FauxqsAnswer): readonly Message[] {
  return (JSON.parse(answer.body) as { Messages?: readonly Message[] }).Messages ?? [];
}

/** A message deleted late, after its visibility had run out, comes out of the engine once more: it is deleted there and handed to nobody. */
async function withoutDeleted({ receipts, input, engine }: QueueCall, messages: readonly Message[]): Promise<readonly Message[]> {
  const kept = messages.filter(({ MessageId }) => !receipts.isDeleted(MessageId));
  for (const { MessageId, ReceiptHandle } of messages) {
    if (receipts.isDeleted(MessageId)) await engine('DeleteMessage', { QueueUrl: input['QueueUrl'], ReceiptHandle });
  }
  return kept;
}

/** The client went while the engine answered: others may have the messages at once. */
async function giveBack({ input, engine }: QueueCall, messages: readonly Message[]): Promise<void> {
  for (const { ReceiptHandle } of messages) {
    await engine('ChangeMessageVisibility', { QueueUrl: input['QueueUrl'], ReceiptHandle, VisibilityTimeout: 0 });
  }
}

function sealed({ receipts, queue }: QueueCall, answer: FauxqsAnswer, messages: readonly Message[]): FauxqsAnswer {
  const Messages = messages.map((message) =>
    Object.assign({}, message, {
      ReceiptHandle: receipts.issue(queue, { messageId: message.MessageId, engineHandle: message.ReceiptHandle }),
    }),
  );
  return { ...answer, body: JSON.stringify(Messages.length > 0 ? { Messages } : {}) };
}
