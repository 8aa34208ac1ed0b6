/** Lines -> one object as an agent uploads it: gzip NDJSON under the key layout that the worker reads. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { compactTime, type Instant } from './instant.ts';
import type { Pod } from './pod.ts';
import type { Random } from './random.ts';
import { uuid } from './uuid.ts';

const compress = promisify(gzip);

export interface LogObject {
  /** `customer_id/cluster_id/application/pod_name/<YYYYMMDDHHMMSS>-<uuid>.json.gz` */
  readonly key: string;
  /** The object's bytes: `ndjson`, compressed. */
  readonly body: Buffer;
  /** One record a line, each with its line end. */
  readonly ndjson: Buffer;
  /** Records in it. */
  readonly lines: number;
  /**
   * The message of each record, in order. Some are empty, as in real logs: those the worker counts as filtered, since CloudWatch Logs takes no
   * empty message.
   */
  readonly messages: readonly string[];
  /** How long the agent waits before the next one, in milliseconds. */
  readonly pauseMs: number;
}

export interface Batch {
  readonly pod: Pod;
  readonly messages: readonly string[];
  /** The record of each message, as JSON. */
  readonly records: readonly string[];
  /** When the object is uploaded: it stands in the name. */
  readonly at: Instant;
  readonly pauseMs?: number;
}

export async function packObject(batch: Batch, random: Random): Promise<LogObject> {
  const { pod, messages, records, at, pauseMs = 0 } = batch;
  const ndjson = Buffer.from(records.map((record) => `${record}\n`).join(''));
  const folder = [pod.customerId, pod.clusterId, pod.application, pod.podName].join('/');
  const key = `${folder}/${compactTime(at)}-${uuid(random)}.json.gz`;
  return { key, body: await compress(ndjson), ndjson, lines: records.length, messages, pauseMs };
}
