/**
 * An object as a stream of its stored bytes, pinned to the identity under which it was notified. A body that breaks off goes on by a ranged read;
 * it is never held whole, and never mixed with what somebody wrote over it.
 */
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { describe, LogferryError } from '../errors.ts';
import type { Observer } from '../observe/events.ts';
import type { ObjectRef } from '../receive/envelope.ts';
import { fullJitter, pause, type BackoffRule } from '../run/backoff.ts';
import { classifyGet } from './fault.ts';

export { Superseded } from './fault.ts';

export interface OpenDeps {
  readonly s3: S3Client;
  readonly observer: Observer;
  /** The only bucket there is, if set. */
  readonly bucket?: string;
  /** Ends the reading at once. */
  readonly signal: AbortSignal;
  /** A body without a byte for so long is taken for cut. */
  readonly readTimeoutMs: number;
  readonly backoff: BackoffRule;
}

export interface OpenedObject {
  /** The stored bytes from the first on; iterating again reads them anew. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Milliseconds since 1970. */
  readonly lastModifiedMs: number;
  /** Stored bytes; 0 where the endpoint does not say. */
  readonly size: number;
  /** Ends a read under way; the object is of no use afterwards. */
  close(): void;
}

/** Ranged reads in a row that bring no further byte. */
const MAX_FRUITLESS = 5;

/**
 * @throws LogferryError `object-missing`, `central-denied`, `dependency-down`; Superseded when the object was overwritten since its notification.
 */
export async function openObject(ref: ObjectRef, deps: OpenDeps): Promise<OpenedObject> {
  const body = new ObjectBody(ref, deps);
  const lastModifiedMs = await body.open();
  return { chunks: body, lastModifiedMs, size: body.size, close: () => body.close() };
}

class ObjectBody implements AsyncIterable<Buffer> {
  readonly #ref: ObjectRef;
  readonly #deps: OpenDeps;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;
  #etag: string | undefined;
  /** Stored bytes; undefined where the endpoint does not say. */
  #size: number | undefined;
  /** The answer that opened the object, until somebody reads it. */
  #opened: Readable | undefined;

  constructor(ref: ObjectRef, deps: OpenDeps) {
    this.#ref = ref;
    this.#deps = deps;
    this.#signal = AbortSignal.any([deps.signal, this.#closed.signal]);
    this.#etag = ref.etag === undefined ? undefined : `"${ref.etag}"`;
  }

  /** @returns when the object was last modified, in milliseconds since 1970. */
  async open(): Promise<number> {
    const { Body, ETag, ContentLength, LastModified } = await this.#get(0);
    this.#etag ??= ETag;
    this.#size = ContentLength;
    this.#opened = Body as Readable;
    return LastModified?.getTime() ?? this.#ref.eventTime ?? Date.now();
  }

  get size(): number {
    return this.#size ?? 0;
  }

  close(): void {
    this.#closed.abort(new Error('the object was closed'));
    this.#opened?.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    let offset = 0;
    for (let fruitless = 0; ;) {
      const before = offset;
      this.#signal.throwIfAborted();
      try {
        for await (const chunk of this.#read(await this.#bodyFrom(offset))) {
          offset += chunk.length;
          yield chunk;
        }
        if (this.#size === undefined || offset >= this.#size) return;
        throw new Error(`it ended after ${offset} of ${this.#size} bytes`);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (offset === this.#size && isBrokenBody(error)) return;
        fruitless = offset > before ? 0 : fruitless + 1;
        await this.#prepareResume(error, offset, fruitless);
      }
    }
  }

  /** Waits before the next try, or throws what no further try will mend. */
  async #prepareResume(error: unknown, offset: number, fruitless: number): Promise<void> {
    const { bucket, key } = this.#ref;
    if (!isBrokenBody(error)) throw error;
    if (fruitless > MAX_FRUITLESS) {
      throw new LogferryError('dependency-down', `S3 breaks off ${bucket}/${key} at byte ${offset} again and again: ${describe(error)}`, {
        cause: error,
      });
    }
    this.#deps.observer.emit('object:resume', { bucket, key, offset, error });
    await pause(fullJitter(fruitless, this.#deps.backoff), this.#signal);
  }

  async #bodyFrom(offset: number): Promise<Readable> {
    const opened = offset === 0 ? this.#opened : undefined;
    this.#opened = undefined;
    if (opened) return opened;
    const { Body, ContentRange } = await this.#get(offset);
    if (offset > 0 && !ContentRange?.startsWith(`bytes ${offset}-`)) {
      throw new LogferryError(
        'unexpected',
        `asked for ${this.#ref.key} from byte ${offset}, the endpoint answered with ${ContentRange ?? 'the whole'}`,
      );
    }
    return Body as Readable;
  }

  async #get(offset: number): Promise<GetObjectCommandOutput> {
    const { bucket: Bucket, key: Key, versionId: VersionId } = this.#ref;
    const Range = offset > 0 ? `bytes=${offset}-` : undefined;
    try {
      return await this.#deps.s3.send(new GetObjectCommand({ Bucket, Key, VersionId, IfMatch: this.#etag, Range }), {
        abortSignal: this.#signal,
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw await classifyGet(error, this.#ref, this.#deps);
    }
  }

  /** The time-out runs only while somebody waits for a byte: a reader that takes its time is no fault of S3's. */
  async *#read(body: Readable): AsyncGenerator<Buffer, void, undefined> {
    const { readTimeoutMs } = this.#deps;
    const abort = () => body.destroy(this.#signal.reason as Error);
    this.#signal.addEventListener('abort', abort, { once: true });
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    try {
      for (;;) {
        const timer = setTimeout(() => body.destroy(new Error(`no byte for ${readTimeoutMs} ms`)), readTimeoutMs);
        const next = await chunks.next().finally(() => clearTimeout(timer));
        if (next.done) return;
        yield next.value;
      }
    } finally {
      this.#signal.removeEventListener('abort', abort);
      body.destroy();
    }
  }
}

/** What classifyGet has judged is final; anything else broke a body. */
function isBrokenBody(error: unknown): boolean {
  return !(error instanceof LogferryError) && (error as Error).name !== 'Superseded';
}
