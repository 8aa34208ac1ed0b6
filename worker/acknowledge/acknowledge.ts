/** Deletes, visibility changes and dead letters, ten to a call. It never deletes what was not told settled, and a refusal is always a fact. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageCommand,
  type BatchResultErrorEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import DataLoader from 'dataloader';
import type { LogferryError } from '../errors.ts';
import type { Observer } from '../observe/events.ts';
import { envelopeOf, type ObjectRef } from '../receive/envelope.ts';
import type { Receipt } from '../receive/receipt.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
const MAX_ENTRIES = 10;
/** How long an entry waits for others to share its call. Against a visibility of minutes it costs nothing, and a call saved costs less CPU. */
const GATHER_MS = 20;
/** Tries of an entry that SQS did not answer or refused for a fault of its own. */
const TRIES = 3;
/** An attribute of a dead letter; the queue's limit counts attributes with the body. */
const MAX_ERROR_BYTES = 1024;

interface VisibilityChange {
  readonly receipt: Receipt;
  readonly seconds: number;
}

/** SQS no longer knows the receipt: the message was received again by somebody else, or is gone. */
export class ReceiptLost extends Error {
  override readonly name = 'ReceiptLost';
}

export interface AcknowledgeOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterUrl?: string;
  readonly observer: Observer;
}

export class Acknowledger {
  readonly #options: AcknowledgeOptions;
  readonly #deletes: DataLoader<Receipt, void>;
  readonly #changes: DataLoader<VisibilityChange, void>;

  constructor(options: AcknowledgeOptions) {
    this.#options = options;
    const gather = { maxBatchSize: MAX_ENTRIES, cache: false, batchScheduleFn: (send: () => void) => void setTimeout(send, GATHER_MS) };
    this.#deletes = new DataLoader((receipts) => this.#sendDeletes(receipts), gather);
    this.#changes = new DataLoader((changes) => this.#sendChanges(changes), gather);
  }

  /** Resolves when SQS has answered; a refusal is emitted, not thrown: the message then returns by itself, which costs a repetition, not a line. */
  async delete(receipt: Receipt): Promise<void> {
    const deleted = await this.#persist('delete', receipt, () => this.#deletes.load(receipt));
    if (deleted) this.#options.observer.emit('message:delete', { messageId: receipt.messageId });
  }

  /** Makes the message visible again after `seconds` (0: at once). */
  async giveBack(receipt: Receipt, seconds: number): Promise<void> {
    await this.#persist('return', receipt, () => this.#changes.load({ receipt, seconds }));
  }

  /** @returns false when the receipt is lost: there is nothing left to extend. */
  async extend(receipt: Receipt, seconds: number): Promise<boolean> {
    return await this.#persist('extend', receipt, () => this.#changes.load({ receipt, seconds }));
  }

  /**
   * Sends one dead letter: the whole body, or (of several objects) one that names just `ref`.
   * @throws when SQS did not take it: the message must then not be deleted.
   */
  async deadLetter(receipt: Receipt, error: LogferryError, ref?: ObjectRef): Promise<void> {
    const { sqs, deadLetterUrl, observer } = this.#options;
    const attributes: Record<string, string | undefined> = {
      reason: error.code,
      error: cutBytes(error.message, MAX_ERROR_BYTES),
      tenant: ref?.key.split('/')[0],
      object: ref && cutBytes(`${ref.bucket}/${ref.key}`, MAX_ERROR_BYTES),
      attempts: String(receipt.receiveCount),
      messageId: receipt.messageId,
    };
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]) => (value ? [[name, { DataType: 'String', StringValue: sendable(value) }]] : [])),
    );
    const MessageBody = ref && receipt.objects > 1 ? envelopeOf(ref) : receipt.body;
    await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterUrl, MessageBody, MessageAttributes }));
    observer.emit('message:dead-letter', { messageId: receipt.messageId, reason: error.code, detail: error.message });
  }

  async #persist(action: string, receipt: Receipt, attempt: () => Promise<void>): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await attempt();
        return true;
      } catch (error) {
        const lost = error instanceof ReceiptLost;
        if (!lost && tries < TRIES) continue;
        this.#options.observer.emit('message:ack-error', { messageId: receipt.messageId, action, lost, error });
        return !lost;
      }
    }
  }

  async #sendDeletes(receipts: readonly Receipt[]): Promise<(void | Error)[]> {
    const Entries = receipts.map(({ handle }, i) => ({ Id: String(i), ReceiptHandle: handle }));
    const { Failed } = await this.#options.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#options.queueUrl, Entries }));
    return results(receipts.length, Failed);
  }

  async #sendChanges(changes: readonly VisibilityChange[]): Promise<(void | Error)[]> {
    const Entries = changes.map(({ receipt, seconds }, i) => ({
      Id: String(i),
      ReceiptHandle: receipt.handle,
      VisibilityTimeout: seconds,
    }));
    const { Failed } = await this.#options.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#options.queueUrl, Entries }));
    return results(changes.length, Failed);
  }
}

function results(count: number, failed: readonly BatchResultErrorEntry[] = []): (void | Error)[] {
  const byId = new Map(failed.map((entry) => [entry.Id, entry]));
  return Array.from({ length: count }, (_, i) => {
    const entry = byId.get(String(i));
    if (!entry) return undefined;
    const text = `${entry.Code}: ${entry.Message ?? ''}`;
    return entry.SenderFault ? new ReceiptLost(text) : new Error(text);
  });
}

/** SQS takes the characters of XML 1.0 only; a bad key may hold others. */
function sendable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these very characters are what must go
  return text.toWellFormed().replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD');
}

function cutBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= max ? text : new TextDecoder().decode(bytes.subarray(0, max), { stream: true });
}
