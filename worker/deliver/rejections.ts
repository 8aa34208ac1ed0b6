/** What PutLogEvents took only in part: the events that it refused, by kind (pure). The accepted ones must never be sent again. */
import type { RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import type { LogBatch } from '../batch/batch.ts';
import type { RejectionKind } from '../observe/events.ts';

/**
 * Old and expired both run from the first event, so they overlap: an event in both counts as expired, the narrower reason.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
 * @returns the events that were refused (their places in the window), each under one kind.
 */
export function rejectedEvents(batch: LogBatch, info: RejectedLogEventsInfo | undefined): Map<number, RejectionKind> {
  const rejected = new Map<number, RejectionKind>();
  const add = (kind: RejectionKind, from: number, to: number) => {
    for (const event of batch.order.subarray(from, to)) if (!rejected.has(event)) rejected.set(event, kind);
  };
  const count = batch.order.length;
  add('expired', 0, info?.expiredLogEventEndIndex ?? 0);
  add('too-old', 0, info?.tooOldLogEventEndIndex ?? 0);
  add('too-new', info?.tooNewLogEventStartIndex ?? count, count);
  return rejected;
}

/** How many lines were refused, each under one kind. */
export function linesByKind({ window }: LogBatch, rejected: ReadonlyMap<number, RejectionKind>): Map<RejectionKind, number> {
  const kinds = new Map([...rejected].map(([event, kind]) => [window.lineOf[event] ?? 0, kind]));
  const lines = new Map<RejectionKind, number>();
  for (const kind of kinds.values()) lines.set(kind, (lines.get(kind) ?? 0) + 1);
  return lines;
}
