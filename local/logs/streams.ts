/** The operations on log streams, but for what is in them. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html */
import { allowedStream, identifiedGroup, type LogsAction, type LogsCall } from './call.ts';
import { invalid, violation } from './error.ts';
import { streamArn } from './names.ts';
import { pageByKey } from './page.ts';
import type { Group, Stream } from './store.ts';

const MAX_DESCRIBED = 50;
/** A time in ms as text that sorts as the time does. */
const TIME_DIGITS = 16;

export const streamActions = {
  CreateLogStream: (call) => createStream(call),
  DescribeLogStreams: (call) => describeStreams(call),
  DeleteLogStream: (call) => {
    const { groupName, streamName } = allowedStream(call);
    const group = call.store.group(call.caller, groupName);
    call.store.deleteStream(group, call.store.stream(group, streamName));
    return undefined;
  },
} as const satisfies Record<string, LogsAction>;

function createStream(call: LogsCall): undefined {
  const { groupName, streamName } = allowedStream(call);
  call.store.createStream(call.store.group(call.caller, groupName), streamName, call.now);
}

function describeStreams(call: LogsCall): object {
  const { input } = call;
  const prefix = input.text('logStreamNamePrefix');
  const orderBy = input.text('orderBy') ?? 'LogStreamName';
  const limit = input.limit(MAX_DESCRIBED);
  if (orderBy !== 'LogStreamName' && orderBy !== 'LastEventTime')
    throw violation(orderBy, 'orderBy', 'Member must satisfy enum value set: [LastEventTime, LogStreamName]');
  if (orderBy === 'LastEventTime' && prefix !== undefined) throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const group = identifiedGroup(call);
  const streams = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ''));
  const key = orderBy === 'LastEventTime' ? lastEventKey : ({ name }: Stream): string => name;
  const descending = input.flag('descending');
  const { items, nextToken } = pageByKey(streams, key, { limit, token: input.text('nextToken'), descending });
  return { logStreams: items.map((stream) => show(group, stream)), nextToken };
}

function show(group: Group, stream: Stream): object {
  return {
    logStreamName: stream.name,
    creationTime: stream.creationTime,
    firstEventTimestamp: stream.firstEventTimestamp,
    lastEventTimestamp: stream.lastEventTimestamp,
    lastIngestionTime: stream.lastIngestionTime,
    arn: streamArn(group, group.name, stream.name),
    // AWS itself has shown 0 since June 2019.
    storedBytes: 0,
  };
}

function lastEventKey({ name, lastEventTimestamp = 0 }: Stream): string {
  return `${String(lastEventTimestamp).padStart(TIME_DIGITS, '0')} ${name}`;
}
