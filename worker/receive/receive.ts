/**
 * The receive loop: sqs-consumer polls, and its handler returns as soon as the messages are admitted, so that none waits for another of its
 * receive. A receive under way is never aborted: what SQS had handed out would stay hidden for the whole visibility time-out.
 */
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import type { Acknowledger } from '../acknowledge/acknowledge.ts';
import { growingDelay } from '../acknowledge/outcome.ts';
import { describe } from '../errors.ts';
import { openMessage, type Opened } from '../message.ts';
import type { Observer } from '../observe/events.ts';
import type { Health } from '../run/health.ts';
import type { Admission } from './admission.ts';
import { REASON, receiptOf, type Receipt } from './receipt.ts';
import type { Visibility } from './visibility.ts';

/** What SQS hands out at most in one call. */
const MAX_MESSAGES = 10;
/** The longest return of a surplus message: its tenant's lane is likely to have room by then, and a small flood must not wait for its own tail. */
const SURPLUS_MAX_SECONDS = 10;
/** What sqs-consumer waits on top of a long poll when it stops, before it calls the poll lost. */
const STOP_MARGIN_MS = 5_000;

export interface ReceiveOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
  readonly callTimeoutMs: number;
  readonly surplusDelaySeconds: number;
  readonly receivers: number;
  readonly admission: Admission;
  readonly visibility: Visibility;
  readonly ack: Acknowledger;
  readonly health: Health;
  readonly observer: Observer;
  /** Aborted when no more work may be taken. */
  readonly drain: AbortSignal;
  /** Works on an admitted message and answers for it; must not throw. */
  readonly work: (receipt: Receipt, opened: Opened) => Promise<void>;
}

export class Receiver {
  readonly #options: ReceiveOptions;
  readonly #consumers: Consumer[];
  readonly #working = new Set<Promise<void>>();
  /** Received, and not taken because of a stop. */
  readonly #late: Receipt[] = [];

  constructor(options: ReceiveOptions) {
    this.#options = options;
    this.#consumers = Array.from({ length: options.receivers }, () => this.#consumer());
  }

  start(): void {
    for (const consumer of this.#consumers) consumer.start();
  }

  /** Stops polling; resolves when no receive is under way, and those who came with the last ones or waited for admission are given back. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#consumers.map(async (consumer) => {
        const stopped = new Promise<void>((resolve) => consumer.once('stopped', () => resolve()));
        consumer.stop();
        await stopped;
      }),
    );
    // Not before: an open receive of ours would get them again.
    await Promise.all(this.#late.splice(0).map((receipt) => this.#return(receipt, 'stopping', 0)));
  }

  /** Resolves when every admitted message is answered for. */
  async idle(): Promise<void> {
    await Promise.all(this.#working);
  }

  #consumer(): Consumer {
    const { sqs, queueUrl, waitSeconds, visibilitySeconds, callTimeoutMs, health, observer, drain } = this.#options;
    const consumer = Consumer.create({
      sqs,
      queueUrl,
      batchSize: MAX_MESSAGES,
      waitTimeSeconds: waitSeconds,
      visibilityTimeout: visibilitySeconds,
      shouldDeleteMessages: false,
      messageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      messageAttributeNames: [REASON],
      pollingCompleteWaitTimeMs: waitSeconds * 1000 + callTimeoutMs + STOP_MARGIN_MS,
      // Errors pause by the gate below, all kinds alike.
      authenticationErrorTimeout: 0,
      suppressFifoWarning: true,
      preReceiveMessageCallback: () => health.gate(drain),
      postReceiveMessageCallback: () => Promise.resolve(health.clear('sqs')),
      handleMessageBatch: async (messages) => {
        observer.emit('receive:batch', { messages: messages.length });
        await Promise.all(messages.map((message) => this.#take(message)));
        return [];
      },
    });
    consumer.on('empty', () => {
      observer.emit('receive:batch', { messages: 0 });
      health.idle();
    });
    consumer.on('error', (error) => this.#failed(error));
    return consumer;
  }

  #failed(error: Error): void {
    const { drain, health, observer } = this.#options;
    // The gate lets nobody through any more: no fault.
    if (drain.aborted) return;
    const overLimit = /OverLimit/.test(`${error.name} ${error.message}`);
    observer.emit(overLimit ? 'receive:over-limit' : 'receive:error', { error });
    health.fault('sqs', describe(error));
  }

  /** Admits one message and sets it going, or gives it back. */
  async #take(message: Message): Promise<void> {
    const { admission, visibility, observer, drain } = this.#options;
    const receipt = receiptOf(message, Date.now());
    const opened = openMessage(receipt.body);
    if ('envelope' in opened && opened.envelope.kind === 'objects') receipt.objects = opened.envelope.objects.length;
    visibility.hold(receipt);
    try {
      const place = await admission.admit(opened.tenant, Buffer.byteLength(receipt.body), drain);
      if (!place) return await this.#returnSurplus(receipt);
      observer.emit('message:admit', { messageId: receipt.messageId, objects: receipt.objects });
      this.#work(receipt, opened, () => place.release());
    } catch {
      // Only a stop ends the wait for admission.
      this.#late.push(receipt);
    }
  }

  async #returnSurplus(receipt: Receipt): Promise<void> {
    const { surplusDelaySeconds: baseSeconds } = this.#options;
    const rule = { baseSeconds, maxSeconds: Math.max(SURPLUS_MAX_SECONDS, baseSeconds) };
    await this.#return(receipt, 'surplus', growingDelay(receipt.receiveCount, rule));
  }

  async #return(receipt: Receipt, reason: 'surplus' | 'stopping', delaySeconds: number): Promise<void> {
    const { visibility, ack, observer } = this.#options;
    visibility.letGo(receipt);
    observer.emit('message:return', { messageId: receipt.messageId, reason, delaySeconds, receiveCount: receipt.receiveCount });
    await ack.giveBack(receipt, delaySeconds);
  }

  #work(receipt: Receipt, opened: Opened, done: () => void): void {
    const working: Promise<void> = this.#options.work(receipt, opened).finally(() => {
      this.#options.visibility.letGo(receipt);
      done();
      this.#working.delete(working);
    });
    this.#working.add(working);
  }
}
