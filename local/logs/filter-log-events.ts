/** FilterLogEvents: many streams of a group at once. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
import { identifiedGroup, type LogsCall } from './call.ts';
import { invalid, violation } from './error.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { fitting, MAX_PAGE_EVENTS } from './get-log-events.ts';
import type { Input } from './input.ts';
import { decodeMark, encodeMark } from './mark-token.ts';
import { checkStreamName } from './names.ts';
import type { StoredEvent } from './timeline.ts';

const MAX_STREAM_NAMES = 100;
const EVENT_ID_DIGITS = 56;

/** @throws LogsError in AWS's words, also where a named stream does not exist. */
export function filterLogEvents(call: LogsCall): object {
  const { input, store } = call;
  const wants = parseFilterPattern(input.text('filterPattern') ?? '');
  const startTime = input.natural('startTime') ?? 0;
  // Unlike GetLogEvents', inclusive.
  const endTime = input.natural('endTime') ?? Infinity;
  if (startTime > endTime) throw invalid('startTime must not be after endTime.');
  const limit = input.limit(MAX_PAGE_EVENTS);
  const names = readNames(input);
  const prefix = input.text('logStreamNamePrefix') ?? '';
  const token = input.text('nextToken');
  const mark = token === undefined ? { timestamp: startTime, seq: 0 } : decodeMark(token).mark;
  const group = identifiedGroup(call);
  for (const name of names ?? []) store.stream(group, name);
  const all = group.timeline.all();
  const found: StoredEvent[] = [];
  // One more than is answered, to know whether there is a next page.
  for (let at = group.timeline.indexOf(mark); at < all.length && found.length <= limit; at++) {
    const event = all[at];
    if (event === undefined || event.timestamp > endTime) break;
    if (event.stream.startsWith(prefix) && (names?.has(event.stream) ?? true) && wants(event.message)) found.push(event);
  }
  const page = fitting(found.slice(0, limit));
  const next = found[page.length];
  return {
    events: page.map(show),
    searchedLogStreams: [],
    nextToken: next === undefined ? undefined : encodeMark({ direction: 'forward', mark: next }),
  };
}

function readNames(input: Input): ReadonlySet<string> | undefined {
  const names = input.texts('logStreamNames');
  if (names === undefined) return undefined;
  if (input.has('logStreamNamePrefix')) throw invalid('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  if (names.length < 1) throw violation('[]', 'logStreamNames', 'Member must have length greater than or equal to 1');
  if (names.length > MAX_STREAM_NAMES)
    throw violation(`[${names.length} members]`, 'logStreamNames', `Member must have length less than or equal to ${MAX_STREAM_NAMES}`);
  return new Set(names.map((name) => checkStreamName(name, 'logStreamNames')));
}

function show({ stream, timestamp, message, ingestionTime, seq }: StoredEvent): object {
  return { logStreamName: stream, timestamp, message, ingestionTime, eventId: String(seq).padStart(EVENT_ID_DIGITS, '3') };
}
