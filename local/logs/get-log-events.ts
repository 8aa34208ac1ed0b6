/** GetLogEvents: one stream, forwards or backwards. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
import { identifiedGroup, type LogsCall } from './call.ts';
import { invalid } from './error.ts';
import { decodeMark, encodeMark, type MarkToken } from './mark-token.ts';
import { checkStreamName } from './names.ts';
import type { Mark, StoredEvent, Timeline } from './timeline.ts';
import { EVENT_OVERHEAD_BYTES } from './put-log-events.ts';

export const MAX_PAGE_EVENTS = 10_000;
/** "As many log events as can fit in a response size of 1 MB" */
const MAX_PAGE_BYTES = 1_048_576;
const START: Mark = { timestamp: 0, seq: 0 };

/** @throws LogsError in AWS's words. */
export function getLogEvents(call: LogsCall): object {
  const { input, store } = call;
  const streamName = checkStreamName(input.required('logStreamName'));
  const startTime = input.natural('startTime');
  // Unlike FilterLogEvents', exclusive.
  const endTime = input.natural('endTime');
  const limit = input.limit(MAX_PAGE_EVENTS);
  if (startTime !== undefined && endTime !== undefined && startTime > endTime) throw invalid('startTime must not be after endTime.');
  const group = identifiedGroup(call, streamName);
  const { timeline } = store.stream(group, streamName);
  const token = input.text('nextToken');
  const from = token === undefined ? firstPage(timeline, input.flag('startFromHead'), endTime) : decodeMark(token);
  const bounds = { low: { timestamp: startTime ?? 0, seq: 0 }, high: endTime === undefined ? undefined : { timestamp: endTime, seq: 0 } };
  const events = pageOf(timeline, from, bounds, limit);
  const { before, after } = bordersOf(events, from.mark);
  return {
    events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: encodeMark({ direction: 'forward', mark: after }),
    nextBackwardToken: encodeMark({ direction: 'backward', mark: before }),
  };
}

/** Without a token, and not from the head: the latest events. */
function firstPage(timeline: Timeline, startFromHead: boolean, endTime: number | undefined): MarkToken {
  const last = timeline.all().at(-1);
  if (startFromHead || last === undefined) return { direction: 'forward', mark: START };
  const end = { timestamp: last.timestamp, seq: last.seq + 1 };
  return { direction: 'backward', mark: endTime === undefined || endTime > end.timestamp ? end : { timestamp: endTime, seq: 0 } };
}

interface Bounds {
  readonly low: Mark;
  readonly high: Mark | undefined;
}

/** Always in the order of time, whichever way it is read. */
function pageOf(timeline: Timeline, { direction, mark }: MarkToken, { low, high }: Bounds, limit: number): readonly StoredEvent[] {
  const all = timeline.all();
  const at = timeline.indexOf(mark);
  const first = timeline.indexOf(low);
  const end = high === undefined ? all.length : timeline.indexOf(high);
  if (direction === 'forward') return fitting(all.slice(Math.max(at, first), Math.min(end, Math.max(at, first) + limit)));
  const stop = Math.min(at, end);
  return fitting(all.slice(Math.max(first, stop - limit), Math.max(first, stop)).toReversed()).toReversed();
}

/** As many as one answer holds, and one at the least. */
export function fitting(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let bytes = 0;
  const over = events.findIndex(({ message }, at) => {
    bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    return at > 0 && bytes > MAX_PAGE_BYTES;
  });
  return over < 0 ? events : events.slice(0, over);
}

/** Where nothing was found both directions stay where they are: so a reader knows the end by a token that does not change. */
function bordersOf(events: readonly StoredEvent[], mark: Mark): { before: Mark; after: Mark } {
  const first = events[0];
  const last = events.at(-1);
  if (first === undefined || last === undefined) return { before: mark, after: mark };
  return { before: first, after: { timestamp: last.timestamp, seq: last.seq + 1 } };
}
