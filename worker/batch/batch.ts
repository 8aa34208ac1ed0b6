/** A window -> the batches that PutLogEvents takes, and the request's body (pure). Events are in the order of time; those of one time keep theirs. */
import { BATCH_SPAN_MS } from './limits.ts';
import type { Events } from './window.ts';

/** Events of one window that go in one request. */
export interface LogBatch {
  readonly window: Events;
  /** The events (their places in the window) in the order in which they are sent. */
  readonly order: Uint32Array;
  /** As CloudWatch counts: the message bytes and 26 for each event. */
  readonly countedBytes: number;
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Mostly one batch; more where the events' times lie 24 hours or more apart. None for a window without events.
 * The window's own limits are those of a batch, so that count and bytes are not looked at again.
 * @param without lines that are not for CloudWatch.
 */
export function batchesOf(window: Events, without: ReadonlySet<number> = NONE): LogBatch[] {
  const all = orderByTime(window.times);
  const order = without.size === 0 ? all : all.filter((event) => !without.has(window.lineOf[event] ?? 0));
  const batches: LogBatch[] = [];
  let start = 0;
  for (let i = 1; i <= order.length; i++) {
    if (i < order.length && timeAt(window, order, i) - timeAt(window, order, start) < BATCH_SPAN_MS) continue;
    batches.push(batchOf(window, order.subarray(start, i)));
    start = i;
  }
  return batches;
}

/** @param order events in the order of time, within the limits of a batch. */
export function batchOf(window: Events, order: Uint32Array): LogBatch {
  return { window, order, countedBytes: sizeOf(window, order) };
}

function timeAt(window: Events, order: Uint32Array, i: number): number {
  return window.times[order[i] ?? 0] ?? 0;
}

/** Stable, and free where the lines are in order already, as they mostly are. */
function orderByTime(times: Float64Array): Uint32Array {
  const order = new Uint32Array(times.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    if (i > 0 && (times[i] ?? 0) < (times[i - 1] ?? 0)) sorted = false;
  }
  return sorted ? order : order.toSorted((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
}

function sizeOf({ sizes }: Events, events: Uint32Array): number {
  let sum = 0;
  for (const i of events) sum += sizes[i] ?? 0;
  return sum;
}

const BEFORE_TIME = '{"timestamp":';
const BEFORE_MESSAGE = ',"message":';

/**
 * The body of PutLogEvents: the window's literals are copied as they are, nothing is stringified again.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export function requestBody({ window, order }: LogBatch, group: string, stream: string): Buffer {
  const head = `{"logGroupName":${JSON.stringify(group)},"logStreamName":${JSON.stringify(stream)},"logEvents":[`;
  const body = Buffer.allocUnsafe(Buffer.byteLength(head) + literalBytesOf(window, order) + order.length * EVENT_FRAME_BYTES + 2);
  let at = body.write(head);
  for (let i = 0; i < order.length; i++) {
    const event = order[i] ?? 0;
    const frame = `${i === 0 ? '' : ','}${BEFORE_TIME}${window.times[event] ?? 0}${BEFORE_MESSAGE}`;
    at += body.write(frame, at, 'latin1');
    at += window.literals.copy(body, at, window.offsets[event], window.offsets[event + 1]);
    at += body.write('}', at, 'latin1');
  }
  at += body.write(']}', at, 'latin1');
  return body.subarray(0, at);
}

/** The comma, both names, the closing brace, and a time of at most 16 digits (8.64e15 is the last that a record may name). */
const EVENT_FRAME_BYTES = 1 + BEFORE_TIME.length + 16 + BEFORE_MESSAGE.length + 1;

function literalBytesOf({ offsets }: Events, order: Uint32Array): number {
  let sum = 0;
  for (const event of order) sum += (offsets[event + 1] ?? 0) - (offsets[event] ?? 0);
  return sum;
}
