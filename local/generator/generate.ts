/**
 * Objects of made-up log lines, without end unless told. The seed alone decides what they say, and with a start time every byte; it never waits
 * between them (`pauseMs` says how long an agent would).
 */
import { randomUUID } from 'node:crypto';
import { GeneratorError } from './error.ts';
import { type Instant, toDate } from './instant.ts';
import { type LogObject, packObject } from './log-object.ts';
import { createPod, type Pod, type Tenant } from './pod.ts';
import { type Random, seededRandom } from './random.ts';
import { recordOf } from './record.ts';
import type { Style } from './styles/style.ts';
import { stylesOf } from './styles/styles.ts';
import { type Span, Timeline } from './timeline.ts';

/** Each writes in its own way; see styles/styles.ts. */
export const DEFAULT_APPLICATIONS = ['kube-controller', 'web', 'orders', 'payments', 'recommender', 'gateway', 'importer'];

export interface GenerateOptions extends Tenant {
  /** One pod each; objects are theirs in turn. Any name will do. Default: a few with different styles. */
  readonly applications?: readonly string[];
  /** Only with a single application. Default: one as Kubernetes gives it. */
  readonly podName?: string;
  /** Lines in an object, both included. Default: 1 to 50. */
  readonly minBatchSize?: number;
  readonly maxBatchSize?: number;
  /** Bounds of `pauseMs`. Default: 0. */
  readonly minPauseMs?: number;
  readonly maxPauseMs?: number;
  /** Objects; 0, the default, means without end. */
  readonly totalBatches?: number;
  /** The same seed and tenant give the same lines. Default: a new one each time. */
  readonly seed?: string | number;
  /** Milliseconds since 1970: the first line's time, from which all others follow. Default: lines are of the moments before now. */
  readonly startTimeMs?: number;
  /** Milliseconds since 1970, where there is no start time. Default: `Date.now`. */
  readonly now?: () => number;
}

/** A pod at work: an entry of several lines may be cut by an object's end, and goes on in its next one. */
interface Writer {
  readonly pod: Pod;
  readonly styles: readonly Style[];
  pending: readonly string[];
}

/** @throws GeneratorError, at the first step, for names that cannot stand in an object key. */
export async function* generateObjects(options: GenerateOptions): AsyncGenerator<LogObject, void> {
  const {
    minBatchSize = 1,
    maxBatchSize = Math.max(50, minBatchSize),
    minPauseMs = 0,
    maxPauseMs = minPauseMs,
    totalBatches = 0,
  } = options;
  // The tenant is part of it: two tenants under one seed must not write the same lines, or a mix-up of theirs would not show.
  const random = seededRandom(`${options.seed ?? randomUUID()}/${options.customerId}/${options.clusterId}`);
  const writers = createWriters(options, random);
  const timeline = new Timeline(options.startTimeMs, options.now ?? Date.now);
  const end = totalBatches === 0 ? Infinity : totalBatches;
  for (let made = 0; made < end; made++) {
    const writer = writers[made % writers.length];
    if (writer === undefined) throw new GeneratorError('No application to write logs of: name one at least.');
    const lines = random.between(minBatchSize, maxBatchSize);
    const pauseMs = random.between(minPauseMs, maxPauseMs);
    const span = timeline.next(lines);
    const entries = write(writer, lines, span, random);
    const records = entries.map(({ message, at }) => recordOf(writer.pod, message, at));
    const messages = entries.map(({ message }) => message);
    yield await packObject({ pod: writer.pod, messages, records, at: span.to, pauseMs }, random);
    timeline.pause(pauseMs);
  }
}

function createWriters(options: GenerateOptions, random: Random): readonly Writer[] {
  const { applications = DEFAULT_APPLICATIONS, podName } = options;
  if (podName !== undefined && applications.length !== 1) {
    throw new GeneratorError(
      `The pod name ${JSON.stringify(podName)} needs one application that it is of; ${applications.length} are given.`,
    );
  }
  return applications.map((application) => ({
    pod: createPod(options, application, random, podName),
    styles: stylesOf(application),
    pending: [],
  }));
}

/** `count` lines over `span`, in order, at uneven distances. */
function write(writer: Writer, count: number, { from, to }: Span, random: Random): { message: string; at: Instant }[] {
  const step = Number(to - from) / count;
  const entries: { message: string; at: Instant }[] = [];
  for (let i = 0; i < count; i++) {
    const at = from + BigInt(Math.floor((i + random.next()) * step));
    if (writer.pending.length === 0) writer.pending = random.pick(writer.styles)(random, toDate(at));
    const [message = '', ...rest] = writer.pending;
    writer.pending = rest;
    entries.push({ message, at });
  }
  return entries;
}
