/**
 * What a flow case plays on: a central side of its own on the target, customers in accounts of their own, and workers that are real processes. It takes
 * everything down again, and a worker that a case forgot fails it.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { FilterLogEventsCommand, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
} from '@aws-sdk/client-sqs';
import { expect, vi } from 'vitest';
import { startFaults, type Faults } from '../../local/faults/faults.ts';
import { closeCentral, makeCentral, type Central, type CentralOptions } from '../../local/provision/central.ts';
import { makeTenant, makeTenantSide, type TenantOptions, type TenantSide } from '../../local/provision/tenant.ts';
import { WorkerProcess, type WorkerProcessOptions } from '../../local/worker-process.ts';
import type { QuarantineRecord } from '../../worker/quarantine/records.ts';
import { CENTRAL_ACCOUNT, type Target, uniqueName } from '../contract/target.ts';

/** How long anything may take on two busy cores; a case that needs it all has failed. */
export const PATIENCE = { timeout: 25_000, interval: 50 };

/** Short where the defaults are made for production, so that a case takes seconds. */
const QUICK: Readonly<Record<string, string>> = {
  METRICS_PORT: '0',
  RECEIVE_WAIT_SECONDS: '1',
  VISIBILITY_SECONDS: '6',
  RETURN_DELAY_SECONDS: '1',
  BACKOFF_BASE_MS: '20',
  BACKOFF_MAX_MS: '500',
  CENTRAL_PAUSE_SECONDS: '1',
  WINDOW_LINGER_MS: '500',
  PUT_TIMEOUT_SECONDS: '4',
  LEASE_SECONDS: '6',
  LEASE_SKEW_SECONDS: '1',
  CHECKPOINT_SECONDS: '0',
  LOG_LEVEL: 'debug',
};

let accounts = 0;

export class Stage {
  readonly target: Target;
  readonly central: Central;
  readonly #workers: WorkerProcess[] = [];
  readonly #tenants: TenantSide[] = [];
  #faults: Faults | undefined;

  private constructor(target: Target, central: Central) {
    this.target = target;
    this.central = central;
  }

  static async open(target: Target, options: Omit<CentralOptions, 'prefix'> = {}): Promise<Stage> {
    const cloud = { endpoint: target.endpoint, region: target.region, keys: target.credentialsFor(CENTRAL_ACCOUNT) };
    const stage = new Stage(target, await makeCentral(cloud, { prefix: uniqueName('lf'), ...options }));
    // S3's test event is out of the way, so that cases count their own messages only.
    if (options.delivery !== 'none') await stage.#take(stage.central.queueUrl);
    return stage;
  }

  /** Kills what still runs. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
    await this.#faults?.stop();
    for (const { logs } of this.#tenants) logs.destroy();
    closeCentral(this.central);
  }

  /** A customer in an account of their own. @param row false: the central side does not know them (yet). */
  async tenant(id: string, { row = true, ...options }: Partial<TenantOptions> & { row?: boolean } = {}): Promise<TenantSide> {
    const account = options.account ?? String(200_000_000_000 + ((process.pid * 1000 + accounts++) % 99_999_999));
    const make = row ? makeTenant : makeTenantSide;
    const tenant = await make(this.central, { id, account, keys: this.target.credentialsFor(account), ...options });
    this.#tenants.push(tenant);
    return tenant;
  }

  /** A proxy that makes the target fail by rules; workers started afterwards go through it. */
  async faults(): Promise<Faults> {
    this.#faults ??= await startFaults({ target: this.target.endpoint });
    return this.#faults;
  }

  worker(environment: Readonly<Record<string, string>> = {}, options: Partial<WorkerProcessOptions> = {}): WorkerProcess {
    const { accessKeyId, secretAccessKey, sessionToken } = this.central.cloud.keys;
    const worker = new WorkerProcess({
      ...options,
      environment: {
        ...this.central.environment,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
        ...(this.#faults === undefined ? {} : { AWS_ENDPOINT_URL: this.#faults.endpoint }),
        ...QUICK,
        ...environment,
      },
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Uploads an object as an agent would; S3 tells the worker of it. @returns its key. */
  async upload(key: string, body: Buffer | string): Promise<string> {
    const Body = typeof body === 'string' ? gzipSync(body) : body;
    await this.central.clients.s3.send(new PutObjectCommand({ Bucket: this.central.bucket, Key: key, Body }));
    return key;
  }

  /** Puts a message into the worker's queue as it stands. */
  async send(body: string): Promise<string> {
    const { MessageId = '' } = await this.central.clients.sqs.send(
      new SendMessageCommand({ QueueUrl: this.central.queueUrl, MessageBody: body }),
    );
    return MessageId;
  }

  /** All events in the tenant's group (or one stream of it), in the order of time. */
  async events({ logs, group }: TenantSide, stream?: string): Promise<FilteredLogEvent[]> {
    const events: FilteredLogEvent[] = [];
    let nextToken: string | undefined;
    do {
      const logStreamNames = stream === undefined ? undefined : [stream];
      const page = await logs.send(new FilterLogEventsCommand({ logGroupName: group, logStreamNames, nextToken }));
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }

  async messages(tenant: TenantSide, stream?: string): Promise<string[]> {
    return (await this.events(tenant, stream)).map(({ message = '' }) => message);
  }

  /** What is in quarantine below a tenant's prefix, object by object in the order of their keys. */
  async quarantined(tenant: string): Promise<{ readonly key: string; readonly records: readonly QuarantineRecord[] }[]> {
    const { clients, quarantineBucket: Bucket } = this.central;
    const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${tenant}/` }));
    return await Promise.all(
      Contents.map(async ({ Key = '' }) => {
        const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
        const text = gunzipSync((await Body?.transformToByteArray()) ?? Buffer.alloc(0)).toString();
        return { key: Key, records: text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as QuarantineRecord])) };
      }),
    );
  }

  /** Waits until just these messages are there, in any order: none lost, none twice, none of others. */
  async expectMessages(tenant: TenantSide, expected: readonly string[], patience = PATIENCE): Promise<void> {
    const sorted = expected.toSorted();
    await vi.waitFor(async () => expect((await this.messages(tenant)).toSorted()).toEqual(sorted), patience);
  }

  async queueCounts(url = this.central.queueUrl): Promise<{ visible: number; inFlight: number; delayed: number }> {
    const { Attributes = {} } = await this.central.clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    return {
      visible: Number(Attributes['ApproximateNumberOfMessages']),
      inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
      delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed']),
    };
  }

  /** Waits until nothing is left in the worker's queue. */
  async expectQueueEmpty(patience = PATIENCE): Promise<void> {
    await vi.waitFor(async () => expect(await this.queueCounts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 }), patience);
  }

  /** Takes the next dead letter out. */
  async deadLetter(): Promise<{ reason?: string; attributes: Record<string, string | undefined>; body: string }> {
    const message = await this.#take(this.central.deadLetterUrl);
    const attributes = Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
    );
    return { reason: attributes['reason'], attributes, body: message.Body ?? '' };
  }

  /** Receives and deletes one message, waiting for it. */
  async #take(QueueUrl: string): Promise<Message> {
    const { sqs } = this.central.clients;
    return await vi.waitFor(async () => {
      const { Messages: [message] = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 1, MessageAttributeNames: ['All'] }),
      );
      if (!message) throw new Error(`no message has come to ${QueueUrl}`);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      return message;
    }, PATIENCE);
  }
}

/** NDJSON as an agent writes it. @param startMs the time of the first line; each next one is a millisecond later. */
export function ndjson(messages: readonly string[], startMs = Date.now() - 60_000): string {
  return messages.map((message, i) => `${JSON.stringify({ message, timestamp: new Date(startMs + i).toISOString() })}\n`).join('');
}

/** A key as the agents write it. */
export function keyOf(tenant: string, file = `${uniqueName('f')}.json.gz`, pod = 'web-7d9c5b6f4-x2x7q'): string {
  return `${tenant}/prod-1/web/${pod}/${file}`;
}
