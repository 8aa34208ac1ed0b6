/** Our S3 behind the fault proxy, the worker's own client in front of both, and what a test file shares. */
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { type Faults, startFaults } from '../../../local/faults/faults.ts';
import { type Clients, makeClients } from '../../../worker/clients.ts';
import { Observer } from '../../../worker/observe/events.ts';
import { type OpenDeps, openObject } from '../../../worker/open/open.ts';
import type { ObjectRef } from '../../../worker/receive/envelope.ts';

export const BUCKET = 'logs';
export const VERSIONED = 'versioned-logs';

export interface Store {
  readonly aws: LocalAws;
  readonly faults: Faults;
  readonly clients: Clients;
  /** Of each `object:resume` since the test began. */
  readonly resumed: number[];
  /** @returns what a notification of it would say. */
  put(key: string, body: Buffer | string, bucket?: string): Promise<ObjectRef>;
  deps(more?: Partial<OpenDeps>): OpenDeps;
  open(ref: ObjectRef, more?: Partial<OpenDeps>): ReturnType<typeof openObject>;
  /** The whole object. */
  read(ref: ObjectRef, more?: Partial<OpenDeps>): Promise<Buffer>;
}

const never = new AbortController().signal;

/** Starts one for the test file, with two buckets in it. @param callTimeoutMs of the worker's clients. */
export function useStore(callTimeoutMs = 20_000): Store {
  const store = new LocalStore(callTimeoutMs);
  beforeAll(() => store.start());
  afterEach(() => store.reset());
  afterAll(() => store.stop());
  return store;
}

class LocalStore implements Store {
  aws!: LocalAws;
  faults!: Faults;
  clients!: Clients;
  readonly resumed: number[] = [];
  readonly #observer = new Observer().on('object:resume', ({ offset }) => this.resumed.push(offset));
  readonly #callTimeoutMs: number;

  constructor(callTimeoutMs: number) {
    this.#callTimeoutMs = callTimeoutMs;
  }

  async start(): Promise<void> {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    this.aws = await startLocalAws();
    this.faults = await startFaults({ target: this.aws.endpoint });
    const times = { callTimeoutMs: this.#callTimeoutMs, putTimeoutMs: 1000, receiveWaitMs: 1000, maxSockets: 16 };
    this.clients = makeClients({ region: 'us-east-1', endpoint: this.faults.endpoint, ...times });
    for (const Bucket of [BUCKET, VERSIONED]) await this.clients.s3.send(new CreateBucketCommand({ Bucket }));
    await this.clients.s3.send(new PutBucketVersioningCommand({ Bucket: VERSIONED, VersioningConfiguration: { Status: 'Enabled' } }));
  }

  reset(): void {
    this.faults.rules.clear();
    this.aws.s3.allowOnly(() => true);
    this.resumed.length = 0;
  }

  async stop(): Promise<void> {
    this.clients.s3.destroy();
    await this.faults.stop();
    await this.aws.stop();
    vi.unstubAllEnvs();
  }

  async put(key: string, body: Buffer | string, bucket = BUCKET): Promise<ObjectRef> {
    const { ETag, VersionId } = await this.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    return { bucket, key, etag: ETag!.replaceAll('"', ''), ...(VersionId === undefined ? {} : { versionId: VersionId }) };
  }

  deps(more: Partial<OpenDeps> = {}): OpenDeps {
    const backoff = { baseMs: 1, maxMs: 2 };
    return { s3: this.clients.s3, observer: this.#observer, signal: never, readTimeoutMs: 10_000, backoff, ...more };
  }

  open(ref: ObjectRef, more?: Partial<OpenDeps>): ReturnType<typeof openObject> {
    return openObject(ref, this.deps(more));
  }

  async read(ref: ObjectRef, more?: Partial<OpenDeps>): Promise<Buffer> {
    const object = await this.open(ref, more);
    try {
      return await all(object.chunks);
    } finally {
      object.close();
    }
  }
}

export async function all(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const seen: Buffer[] = [];
  for await (const chunk of chunks) seen.push(chunk);
  return Buffer.concat(seen);
}
