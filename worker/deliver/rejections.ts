/** What PutLogEvents took only in part: the lines that it refused, by kind (pure). The accepted ones must never be sent again. */
import type { RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import type { LogBatch } from '../batch/batch.ts';
import type { RejectionKind } from '../observe/events.ts';

/**
 * Old and expired both run from the first event, so they overlap: an event in both counts as expired, the narrower reason.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
 * @returns the numbers of the lines at least one of whose events was refused, each under one kind.
 */
export function rejectedLines(batch: LogBatch, info: RejectedLogEventsInfo | undefined): Map<RejectionKind, Set<number>> {
  const rejected = new Map<RejectionKind, Set<number>>();
  const taken = new Set<number>();
  const add = (kind: RejectionKind, from: number, to: number) => {
    for (const event of batch.order.subarray(from, to)) {
      const line = batch.window.lineOf[event] ?? 0;
      if (taken.has(line)) continue;
      taken.add(line);
      rejected.set(kind, (rejected.get(kind) ?? new Set()).add(line));
    }
  };
  const count = batch.order.length;
  add('expired', 0, info?.expiredLogEventEndIndex ?? 0);
  add('too-old', 0, info?.tooOldLogEventEndIndex ?? 0);
  add('too-new', info?.tooNewLogEventStartIndex ?? count, count);
  return rejected;
}
