/**
 * Keeps messages hidden while they are held, waiting or under way, ten to a call. A receipt that SQS no longer knows is let go: its work is
 * finished all the same, since stopping it would only add a half to the whole that somebody else now delivers.
 */
import type { Acknowledger } from '../acknowledge/acknowledge.ts';
import type { Receipt } from './receipt.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html: 12 h in all from the receive. */
const MAX_HIDDEN_MS = 12 * 3600 * 1000;
/** SQS counts from when it handed the message out, we from when it came; an extension past its bound is refused as a whole. */
const MARGIN_MS = 10_000;

export class Visibility {
  readonly #held = new Set<Receipt>();
  readonly #ack: Acknowledger;
  readonly #seconds: number;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** @param seconds the visibility of each receive and each extension. */
  constructor(ack: Acknowledger, seconds: number, now: () => number = Date.now) {
    this.#ack = ack;
    this.#seconds = seconds;
    this.#now = now;
  }

  /** Extends every third of the visibility: two extensions may fail before a message shows again. */
  start(): void {
    this.#timer = setInterval(() => this.extendAll(), (this.#seconds * 1000) / 3);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  hold(receipt: Receipt): void {
    this.#held.add(receipt);
  }

  letGo(receipt: Receipt): void {
    this.#held.delete(receipt);
  }

  get held(): number {
    return this.#held.size;
  }

  extendAll(): void {
    for (const receipt of this.#held) {
      const left = Math.floor((receipt.receivedAt + MAX_HIDDEN_MS - MARGIN_MS - this.#now()) / 1000);
      if (left <= 0) this.#held.delete(receipt);
      else void this.#extend(receipt, Math.min(this.#seconds, left));
    }
  }

  async #extend(receipt: Receipt, seconds: number): Promise<void> {
    if (!(await this.#ack.extend(receipt, seconds))) this.#held.delete(receipt);
  }
}
