/** PutLogEvents: the rules asked, the accepted events kept, the call noted. A sequence token is ignored, and nothing is idempotent: as on AWS. */
import { allowedStream, type LogsCall } from './call.ts';
import { LogsError } from './error.ts';
import type { PutCalls } from './put-calls.ts';
import { countedBytes, type InputEvent, judge, readEvents } from './put-log-events.ts';

/** Old clients pass on what they got; it has no other meaning left. */
const SEQUENCE_TOKEN = '49'.padEnd(56, '0');

export interface PutOptions {
  readonly calls: PutCalls;
  /** The bound for one event's message and overhead, in bytes. */
  readonly maxEventBytes: number;
}

/** How far a call came: what of it is noted. */
interface Progress {
  events: readonly InputEvent[];
  accepted: number;
}

/** @throws LogsError in AWS's words; the call is noted all the same. */
export function putLogEvents(call: LogsCall, { calls, maxEventBytes }: PutOptions): object {
  const progress: Progress = { events: [], accepted: 0 };
  try {
    const answer = put(call, maxEventBytes, progress);
    note(calls, call, progress, undefined);
    return answer;
  } catch (error) {
    note(calls, call, progress, error instanceof LogsError ? error.code : 'InternalFailure');
    throw error;
  }
}

function put(call: LogsCall, maxEventBytes: number, progress: Progress): object {
  const { caller, input, store, now } = call;
  const { groupName, streamName } = allowedStream(call);
  const events = readEvents(input.value('logEvents'));
  progress.events = events;
  const group = store.group(caller, groupName);
  const stream = store.stream(group, streamName);
  const { from, to, rejected } = judge(events, { now, retentionDays: group.retentionInDays, maxEventBytes });
  store.append(group, stream, { events, from, to, bytes: countedBytes(events, from, to), now });
  progress.accepted = to - from;
  return { nextSequenceToken: SEQUENCE_TOKEN, rejectedLogEventsInfo: rejected };
}

function note(calls: PutCalls, { caller, input, now }: LogsCall, { events, accepted }: Progress, error: string | undefined): void {
  const { account, region, arn: callerArn, tags } = caller;
  const name = (field: string): string => {
    const value = input.value(field);
    return typeof value === 'string' ? value : '';
  };
  calls.add({
    at: now,
    callerArn,
    tags,
    account,
    region,
    group: name('logGroupName'),
    stream: name('logStreamName'),
    events: events.length,
    bytes: countedBytes(events),
    accepted,
    error,
  });
}
