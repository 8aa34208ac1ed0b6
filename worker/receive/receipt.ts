/** A received message, and what is needed to answer for it. */
import type { Message } from '@aws-sdk/client-sqs';

/** The attribute of dead letters that says why; a redrive keeps it. */
export const REASON = 'reason';

export interface Receipt {
  readonly messageId: string;
  readonly handle: string;
  readonly body: string;
  /** 1 at the first receive. SQS calls it approximate. */
  readonly receiveCount: number;
  /** It was a dead letter, and somebody has put it back: only letters have a reason. */
  readonly isRedriven: boolean;
  /** When the message was first sent, in milliseconds since 1970; a redrive does not change it. */
  readonly sentAt?: number;
  /** When this receive happened, in milliseconds since 1970: the 12 h of visibility run from here. */
  readonly receivedAt: number;
  /** How many objects the body names; 0 until it is parsed. */
  objects: number;
}

export function receiptOf(message: Message, now: number): Receipt {
  return {
    messageId: message.MessageId ?? '',
    handle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    isRedriven: message.MessageAttributes?.[REASON] !== undefined,
    sentAt: timeOf(message.Attributes?.SentTimestamp),
    receivedAt: now,
    objects: 0,
  };
}

/** @param attribute in milliseconds, as SQS writes it. */
export function timeOf(attribute: string | undefined): number | undefined {
  return attribute === undefined ? undefined : Number(attribute);
}
