/**
 * The rules of PutLogEvents (pure): which batches fail, and which events of a good one are refused. It knows no streams and keeps nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
import { invalid, LogsError, violation } from './error.ts';

export const MAX_BATCH_BYTES = 1_048_576;
export const MAX_BATCH_EVENTS = 10_000;
/** Counted for each event on top of its message's UTF-8 bytes. */
export const EVENT_OVERHEAD_BYTES = 26;
/** 1 MB by the page above; older copies of it say 256 KB. With its overhead, as AWS counts it. */
export const MAX_EVENT_BYTES = 1_048_576;
const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const MAX_SPAN_MS = DAY_MS;
const MAX_AHEAD_MS = 2 * HOUR_MS;
const MAX_AGE_MS = 14 * DAY_MS;

export interface InputEvent {
  /** In ms since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html */
export interface RejectedLogEventsInfo {
  /** Inclusive: from it to the end. */
  tooNewLogEventStartIndex?: number;
  /** Exclusive: 0 up to, and without it. */
  tooOldLogEventEndIndex?: number;
  /** Exclusive too; both run from 0, so they overlap. */
  expiredLogEventEndIndex?: number;
}

export interface PutRules {
  /** In ms since 1970. */
  readonly now: number;
  /** The group's; undefined keeps for ever. */
  readonly retentionDays: number | undefined;
  readonly maxEventBytes: number;
}

export interface Verdict {
  /** The accepted ones are `events.slice(from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Undefined when all were accepted. */
  readonly rejected: RejectedLogEventsInfo | undefined;
}

/** What the events of a request count: each message's UTF-8 bytes + 26. */
export function countedBytes(events: readonly InputEvent[], from = 0, to = events.length): number {
  let bytes = 0;
  for (let at = from; at < to; at++) bytes += bytesOf(events[at]);
  return bytes;
}

/** The parameter checks that AWS makes before it looks at any stream. @throws LogsError in its words. */
export function readEvents(logEvents: unknown): readonly InputEvent[] {
  if (logEvents === undefined) throw violation(undefined, 'logEvents', 'Member must not be null');
  if (!Array.isArray(logEvents)) throw new LogsError('SerializationException', 'logEvents is not a list.');
  if (logEvents.length < 1) throw violation('[]', 'logEvents', 'Member must have length greater than or equal to 1');
  if (logEvents.length > MAX_BATCH_EVENTS)
    throw violation(`[${logEvents.length} members]`, 'logEvents', `Member must have length less than or equal to ${MAX_BATCH_EVENTS}`);
  for (let at = 0; at < logEvents.length; at++) checkEvent(logEvents[at], at);
  return logEvents as InputEvent[];
}

/** @throws LogsError when the batch as a whole is refused: nothing of it is kept then. */
export function judge(events: readonly InputEvent[], { now, retentionDays, maxEventBytes }: PutRules): Verdict {
  checkBatch(events, maxEventBytes);
  const tooOld = firstAtOrAfter(events, now - MAX_AGE_MS);
  const expired = retentionDays === undefined ? 0 : firstAtOrAfter(events, now - retentionDays * DAY_MS);
  const tooNew = firstAtOrAfter(events, now + MAX_AHEAD_MS + 1);
  const from = Math.max(tooOld, expired);
  const to = Math.max(from, tooNew);
  if (to > from && timeOf(events[to - 1]) - timeOf(events[from]) > MAX_SPAN_MS)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  const rejected: RejectedLogEventsInfo = {
    ...(tooNew < events.length ? { tooNewLogEventStartIndex: tooNew } : {}),
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
  };
  return { from, to, rejected: Object.keys(rejected).length > 0 ? rejected : undefined };
}

function checkEvent(event: unknown, at: number): void {
  const { timestamp, message } = (event ?? {}) as { timestamp?: unknown; message?: unknown };
  // The names are put together only for what is wrong: a batch has ten thousand of them.
  if (typeof message === 'string' && message !== '' && Number.isSafeInteger(timestamp) && (timestamp as number) >= 0) return;
  const field = `logEvents.${at + 1}.member`;
  if (typeof event !== 'object') throw new LogsError('SerializationException', `${field} is not a structure.`);
  if (timestamp === undefined || timestamp === null) throw violation(undefined, `${field}.timestamp`, 'Member must not be null');
  if (message === undefined || message === null) throw violation(undefined, `${field}.message`, 'Member must not be null');
  if (typeof message !== 'string') throw new LogsError('SerializationException', `${field}.message is not a string.`);
  if (typeof timestamp !== 'number' || !Number.isSafeInteger(timestamp))
    throw new LogsError('SerializationException', `${field}.timestamp is not a whole number.`);
  if (timestamp < 0) throw violation(String(timestamp), `${field}.timestamp`, 'Member must have value greater than or equal to 0');
  throw violation('', `${field}.message`, 'Member must have length greater than or equal to 1');
}

function checkBatch(events: readonly InputEvent[], maxEventBytes: number): void {
  let total = 0;
  let last = 0;
  let ordered = true;
  for (const event of events) {
    const bytes = bytesOf(event);
    if (bytes > maxEventBytes) throw invalid(`Log event too large: ${bytes} bytes exceeds limit of ${maxEventBytes}`);
    total += bytes;
    ordered &&= event.timestamp >= last;
    last = event.timestamp;
  }
  if (total > MAX_BATCH_BYTES) throw invalid(`Upload too large: ${total} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  if (!ordered) throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
}

/** The first index whose time is not before `time`, in events that stand in order. */
function firstAtOrAfter(events: readonly InputEvent[], time: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(events[middle]) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function timeOf(event: InputEvent | undefined): number {
  return event?.timestamp ?? 0;
}

function bytesOf(event: InputEvent | undefined): number {
  return event === undefined ? 0 : Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
}
