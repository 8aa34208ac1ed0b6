/**
 * Log files of any kind as objects of a tenant: each line as it stands, with the time of reading, as an agent would ship it. Memory is flat however
 * large the file is.
 */
import { randomUUID } from 'node:crypto';
import { fromMs, type Instant } from './instant.ts';
import { readLines } from './lines.ts';
import { applicationOf, readLogFile, readLogStream, requireReadable } from './log-file.ts';
import { type LogObject, packObject } from './log-object.ts';
import { createPod, type Pod, type Tenant } from './pod.ts';
import { type Random, seededRandom } from './random.ts';
import { recordOf } from './record.ts';

/** Vector's `batch.max_bytes` for S3 in the original pipeline; an object is closed once it has them, uncompressed. */
const MAX_OBJECT_BYTES = 10_000_000;
/** Lines in an object, unless said otherwise. */
export const DEFAULT_SHIP_BATCH = 10_000;

/** Lines that are not in a file of their own. */
export interface LogInput {
  /** Named in errors; the application is called after it, as after a file. */
  readonly path: string;
  readonly bytes: AsyncIterable<Buffer>;
}

export interface ShipOptions extends Tenant {
  readonly files: readonly (string | LogInput)[];
  /** Whose log all of the files are. Default: each its own, named after the file. */
  readonly application?: string;
  readonly podName?: string;
  /** Lines in an object, at most; one closes earlier at 10 MB. Default: 10,000. */
  readonly maxBatchSize?: number;
  /** The same seed gives the same names of pods and objects. Default: a new one each time. */
  readonly seed?: string | number;
  /** Milliseconds since 1970: the time of the first line, from which the others follow. Default: each line's own time of reading. */
  readonly startTimeMs?: number;
  /** A line's own time, in milliseconds since 1970, where it has one. Default: none has. */
  readonly timeOf?: (message: string) => number | undefined;
  /** Bounds of each object's `pauseMs`. Default: 0. */
  readonly minPauseMs?: number;
  readonly maxPauseMs?: number;
}

interface Reading {
  readonly pod: Pod;
  readonly clock: () => Instant;
  readonly timeOf: (message: string) => number | undefined;
  readonly maxLines: number;
  readonly random: Random;
  readonly pauseMs: () => number;
}

/**
 * One after the other, an object never of two files.
 * @throws GeneratorError before the first object for a file that cannot be read, or a name that cannot stand in an object key.
 */
export async function* shipFiles(options: ShipOptions): AsyncGenerator<LogObject, void> {
  const { files, application, podName, maxBatchSize: maxLines = DEFAULT_SHIP_BATCH, minPauseMs = 0, maxPauseMs = minPauseMs } = options;
  const timeOf = options.timeOf ?? (() => undefined);
  const random = seededRandom(`${options.seed ?? randomUUID()}/${options.customerId}/${options.clusterId}`);
  const clock = options.startTimeMs === undefined ? readingClock() : seededClock(options.startTimeMs, random);
  const pauseMs = (): number => random.between(minPauseMs, maxPauseMs);
  const pods = new Map<string, Pod>();
  for (const file of files) {
    if (typeof file === 'string') await requireReadable(file);
    const name = application ?? applicationOf(pathOf(file));
    if (!pods.has(name)) pods.set(name, createPod(options, name, random, podName));
  }
  for (const file of files) {
    const pod = pods.get(application ?? applicationOf(pathOf(file)));
    if (pod !== undefined) yield* shipFile(file, { pod, clock, timeOf, maxLines, random, pauseMs });
  }
}

function pathOf(file: string | LogInput): string {
  return typeof file === 'string' ? file : file.path;
}

async function* shipFile(
  file: string | LogInput,
  { pod, clock, timeOf, maxLines, random, pauseMs }: Reading,
): AsyncGenerator<LogObject, void> {
  let messages: string[] = [];
  let records: string[] = [];
  let bytes = 0;
  const close = (): Promise<LogObject> => {
    const batch = { pod, messages, records, at: clock(), pauseMs: pauseMs() };
    [messages, records, bytes] = [[], [], 0];
    return packObject(batch, random);
  };
  const chunks = typeof file === 'string' ? readLogFile(file) : readLogStream(file.path, file.bytes);
  for await (const lines of readLines(pathOf(file), chunks)) {
    for (const message of lines) {
      const own = timeOf(message);
      const record = recordOf(pod, message, own === undefined ? clock() : fromMs(own));
      messages.push(message);
      records.push(record);
      bytes += Buffer.byteLength(record) + 1;
      if (records.length >= maxLines || bytes >= MAX_OBJECT_BYTES) yield await close();
    }
  }
  if (records.length > 0) yield await close();
}

/** Now, in nanoseconds: the wall clock once, and the monotonic one on top, which alone is that fine. */
function readingClock(): () => Instant {
  const offset = fromMs(Date.now()) - process.hrtime.bigint();
  return () => offset + process.hrtime.bigint();
}

/** As if every line took an agent some microseconds. */
function seededClock(startMs: number, random: Random): () => Instant {
  let at = fromMs(startMs);
  return () => {
    const now = at;
    at += BigInt(random.between(1_000, 400_000));
    return now;
  };
}
