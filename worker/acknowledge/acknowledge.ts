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
import { REASON, type Receipt } from '../receive/receipt.ts';
import { fullJitter, pause } from '../run/backoff.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
const MAX_ENTRIES = 10;
/** How long an entry waits for others to share its call. Against a visibility of minutes it costs nothing, and a call saved costs less CPU. */
const GATHER_MS = 20;
/** Waits between the tries of an answer that SQS did not take. */
const PERSIST = { baseMs: 200, maxMs: 5_000 };
/** An attribute of a dead letter; the queue's limit counts attributes with the body. */
const MAX_ATTRIBUTE_BYTES = 1024;

interface VisibilityChange {
  readonly receipt: Receipt;
  readonly seconds: number;
  readonly extension: boolean;
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
  /** How long an answer that SQS does not take is tried again: beyond the message's visibility it would come too late. */
  readonly persistMs: number;
  /** Ends such tries. */
  readonly signal: AbortSignal;
}

export class Acknowledger {
  readonly #options: AcknowledgeOptions;
  readonly #deletes: DataLoader<Receipt, void>;
  readonly #changes: DataLoader<VisibilityChange, void>;
  /** Deleted or given back, or about to be: an extension behind that would hide from all what this worker no longer works on. */
  readonly #answered = new WeakSet<Receipt>();

  constructor(options: AcknowledgeOptions) {
    this.#options = options;
    const gather = { maxBatchSize: MAX_ENTRIES, cache: false, batchScheduleFn: (send: () => void) => void setTimeout(send, GATHER_MS) };
    this.#deletes = new DataLoader((receipts) => this.#sendDeletes(receipts), gather);
    this.#changes = new DataLoader((changes) => this.#sendChanges(changes), gather);
  }

  /** Resolves when SQS has answered; a refusal is emitted, not thrown: the message then returns by itself, which costs a repetition, not a line. */
  async delete(receipt: Receipt): Promise<void> {
    this.#answered.add(receipt);
    const result = await this.#persist('delete', receipt, () => this.#deletes.load(receipt));
    if (result === 'done') this.#options.observer.emit('message:delete', { messageId: receipt.messageId });
  }

  /** Makes the message visible again after `seconds` (0: at once). */
  async giveBack(receipt: Receipt, seconds: number): Promise<void> {
    this.#answered.add(receipt);
    await this.#persist('return', receipt, () => this.#changes.load({ receipt, seconds, extension: false }));
  }

  /** @returns false when the receipt is lost or answered for: there is nothing left to extend. */
  async extend(receipt: Receipt, seconds: number): Promise<boolean> {
    const result = await this.#persist('extend', receipt, () => this.#changes.load({ receipt, seconds, extension: true }));
    return result !== 'lost' && !this.#answered.has(receipt);
  }

  /**
   * Sends one dead letter: the whole body, or (of several objects) one that names just `ref`.
   * @throws when SQS did not take it: the message must then not be deleted.
   */
  async deadLetter(receipt: Receipt, error: LogferryError, ref?: ObjectRef): Promise<void> {
    const { sqs, deadLetterUrl, observer } = this.#options;
    const attributes: Record<string, string | undefined> = {
      [REASON]: error.code,
      error: error.message,
      tenant: ref?.key.split('/')[0],
      object: ref && `${ref.bucket}/${ref.key}`,
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

  async #persist(action: string, receipt: Receipt, attempt: () => Promise<void>): Promise<'done' | 'lost' | 'failed'> {
    const until = Date.now() + (action === 'extend' ? 0 : this.#options.persistMs);
    for (let tries = 0; ; tries++) {
      try {
        await attempt();
        return 'done';
      } catch (error) {
        const lost = error instanceof ReceiptLost;
        if (!lost && (await this.#mayTryAgain(tries, until))) continue;
        this.#options.observer.emit('message:ack-error', { messageId: receipt.messageId, action, lost, error });
        return lost ? 'lost' : 'failed';
      }
    }
  }

  /** Waits before the next try. @returns false when none is worth it any more. */
  async #mayTryAgain(tries: number, until: number): Promise<boolean> {
    const delayMs = fullJitter(tries, PERSIST);
    if (Date.now() + delayMs >= until || this.#options.signal.aborted) return false;
    await pause(delayMs, this.#options.signal).catch(() => undefined);
    return true;
  }

  async #sendDeletes(receipts: readonly Receipt[]): Promise<(void | Error)[]> {
    const Entries = receipts.map(({ handle }, i) => ({ Id: String(i), ReceiptHandle: handle }));
    const { Failed } = await this.#options.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#options.queueUrl, Entries }));
    return results(receipts.length, Failed);
  }

  async #sendChanges(changes: readonly VisibilityChange[]): Promise<(void | Error)[]> {
    const Entries = changes.flatMap(({ receipt, seconds, extension }, i) =>
      extension && this.#answered.has(receipt) ? [] : [{ Id: String(i), ReceiptHandle: receipt.handle, VisibilityTimeout: seconds }],
    );
    if (Entries.length === 0) return results(changes.length);
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
    // Throttling may be called the sender's fault too, but the receipt is as good as before.
    return entry.SenderFault && !/throttl/i.test(text) ? new ReceiptLost(text) : new Error(text);
  });
}

/** SQS takes the characters of XML 1.0 only, and a bad key may hold others. Cut to the limit, between characters. */
function sendable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these very characters are what must go
  const clean = text.toWellFormed().replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD');
  const bytes = Buffer.from(clean);
  if (bytes.length <= MAX_ATTRIBUTE_BYTES) return clean;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, MAX_ATTRIBUTE_BYTES), { stream: true });
}
