/**
 * Receipt handles as AWS gives them: sealed, bound to their queue, and told apart from what nobody issued. It also remembers which message was
 * deleted by its latest handle after its visibility had run out, since the engine would hand that one out again; AWS does not.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

export interface Receipt {
  readonly messageId: string;
  /** The engine's own handle. */
  readonly engineHandle: string;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html: messages in flight on a standard queue. */
const MAX_IN_FLIGHT = 120_000;
const MAC_BYTES = 16;

export class Receipts {
  readonly #key = randomBytes(32);
  /** By message id: the handle of its latest receive. */
  readonly #latest = new LRUCache<string, string>({ max: MAX_IN_FLIGHT });
  /** Ids of deleted messages; the engine forgets most of them itself, so the oldest may be forgotten here too. */
  readonly #deleted = new LRUCache<string, true>({ max: MAX_IN_FLIGHT });

  /** The handle for the client. @param queue region and name. */
  issue(queue: string, receipt: Receipt): string {
    this.#latest.set(receipt.messageId, receipt.engineHandle);
    const text = `${queue}\n${receipt.messageId}\n${receipt.engineHandle}`;
    return Buffer.concat([this.#mac(text), Buffer.from(text)]).toString('base64');
  }

  /** @returns undefined for a handle that was not issued here for this queue. */
  open(queue: string, handle: string): Receipt | undefined {
    const bytes = Buffer.from(handle, 'base64');
    const text = bytes.subarray(MAC_BYTES).toString();
    if (bytes.length <= MAC_BYTES || !timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(text))) return undefined;
    const [owner, messageId, engineHandle] = text.split('\n');
    if (owner !== queue || messageId === undefined || engineHandle === undefined) return undefined;
    return { messageId, engineHandle };
  }

  /** Notes a deletion. An older handle of a message that was received again since deletes nothing. */
  deleted(receipt: Receipt): void {
    const latest = this.#latest.get(receipt.messageId);
    if (latest !== undefined && latest !== receipt.engineHandle) return;
    this.#latest.delete(receipt.messageId);
    this.#deleted.set(receipt.messageId, true);
  }

  isDeleted(messageId: string): boolean {
    return this.#deleted.has(messageId);
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest().subarray(0, MAC_BYTES);
  }
}
