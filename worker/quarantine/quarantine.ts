/**
 * Keeps the lines of a window that cannot be delivered, whole and with their reason, in a bucket of our own. They count as quarantined only when S3 has said so;
 * what it does not take is a fault of our own side, and never loses a line.
 */
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Window } from '../batch/window.ts';
import type { Run } from '../deliver/deliver.ts';
import { describe, isUnanswered, LogferryError } from '../errors.ts';
import type { Observer, QuarantineReason } from '../observe/events.ts';
import type { ObjectRef } from '../receive/envelope.ts';
import { fullJitter, pause, type BackoffRule } from '../run/backoff.ts';
import type { ByteBudget } from '../run/byte-budget.ts';
import type { Slots } from '../run/limiter.ts';
import { quarantineKey, recordsOf } from './records.ts';

export interface QuarantineOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly slots: Slots;
  readonly budget: Pick<ByteBudget, 'stall'>;
  readonly observer: Observer;
  readonly backoff: BackoffRule;
  /** How long one write is tried, in milliseconds. */
  readonly patienceMs: number;
  /** Told at once, so that no more work is taken. */
  readonly onFault: (error: LogferryError) => void;
}

/** The lines by their number, and the object and run that they are of. */
export interface Keeping {
  readonly refused: ReadonlyMap<number, QuarantineReason>;
  readonly ref: ObjectRef;
  readonly run: Pick<Run, 'route' | 'signal' | 'evict'>;
}

export class Quarantine {
  readonly #options: QuarantineOptions;

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the lines are there.
   * @throws LogferryError `central-denied`, `dependency-down`; the signal's reason.
   */
  async keep(window: Window, { refused, ref, run }: Keeping): Promise<void> {
    if (refused.size === 0) return;
    const { slots, budget, observer } = this.#options;
    const { tenant } = run.route.source;
    const key = quarantineKey(ref, run.route.type, window);
    const body = await slots.run(() => gzipped(recordsOf(window, refused, ref)));
    const resumed = budget.stall(run);
    try {
      await this.#persist(key, body, run);
    } finally {
      resumed();
    }
    for (const [reason, lines] of countsOf(refused))
      observer.emit('line:quarantine', { tenant, bucket: ref.bucket, key: ref.key, reason, lines, quarantine: key });
  }

  /** The other lines of the window are delivered already: to give up soon would deliver them again and again. */
  async #persist(key: string, body: Buffer, { route, signal }: Keeping['run']): Promise<void> {
    const { slots, observer, backoff, patienceMs, onFault } = this.#options;
    const until = Date.now() + patienceMs;
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        return await slots.run(() => this.#put(key, body, signal));
      } catch (thrown) {
        signal.throwIfAborted();
        const error = this.#faultOf(thrown);
        observer.emit('quarantine:fail', { tenant: route.source.tenant, code: error.code, detail: error.message, attempt });
        onFault(error);
        const delayMs = fullJitter(attempt - 1, backoff);
        if (Date.now() + delayMs > until) throw error;
        await pause(delayMs, signal);
      }
    }
  }

  async #put(Key: string, Body: Buffer, abortSignal: AbortSignal): Promise<void> {
    const { s3, bucket: Bucket } = this.#options;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/gzip' }), { abortSignal });
  }

  #faultOf(cause: unknown): LogferryError {
    const bucket = `the quarantine bucket ${this.#options.bucket}`;
    if (isUnanswered(cause)) return new LogferryError('dependency-down', `${bucket} does not answer: ${describe(cause)}`, { cause });
    return new LogferryError(
      'central-denied',
      `${bucket} refuses us: ${describe(cause)}; allow s3:PutObject, and the key that encrypts it`,
      {
        cause,
      },
    );
  }
}

/** Record after record, so that what is not yet compressed is never there as a whole. */
async function gzipped(records: Iterable<string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await pipeline(records, createGzip(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const chunk of compressed) chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

function countsOf(refused: ReadonlyMap<number, QuarantineReason>): Map<QuarantineReason, number> {
  const counts = new Map<QuarantineReason, number>();
  for (const reason of refused.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
