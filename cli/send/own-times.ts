/** Times that lines bring along: those of JSON objects with a `timestamp`, as the worker reads it in a record. */
import { parseTime } from '../../worker/decode/time.ts';
import { counted } from '../output.ts';

/** CloudWatch Logs takes nothing older: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MAX_AGE_DAYS = 14;
const MAX_AGE_MS = MAX_AGE_DAYS * 24 * 3600 * 1000;
const MAX_AHEAD_MS = 2 * 3600 * 1000;
/** What RFC 3339 can write. */
const YEAR_10000_MS = 253_402_300_800_000;

export interface OwnTimes {
  /** @returns milliseconds since 1970; undefined for a line that has no time of its own. */
  readonly timeOf: (line: string) => number | undefined;
  /** Of lines that CloudWatch Logs will not take. */
  readonly warnings: () => readonly string[];
}

export function ownTimes(now: Date): OwnTimes {
  const count = { old: 0, ahead: 0 };
  const timeOf = (line: string): number | undefined => {
    const time = timestampOf(line);
    if (time === undefined) return undefined;
    if (time < now.getTime() - MAX_AGE_MS) count.old += 1;
    if (time > now.getTime() + MAX_AHEAD_MS) count.ahead += 1;
    return time;
  };
  const warnings = (): string[] => [
    ...(count.old > 0
      ? [`${counted(count.old, 'line')} with a timestamp older than ${MAX_AGE_DAYS} days: CloudWatch Logs does not take them as they are`]
      : []),
    ...(count.ahead > 0
      ? [`${counted(count.ahead, 'line')} with a timestamp more than 2 hours ahead: CloudWatch Logs does not take them`]
      : []),
  ];
  return { timeOf, warnings };
}

function timestampOf(line: string): number | undefined {
  // Most lines are no JSON: looked at before they are parsed.
  if (!line.startsWith('{') || !line.includes('"timestamp"')) return undefined;
  const timestamp = fieldOf(line);
  const time = typeof timestamp === 'string' || typeof timestamp === 'number' ? parseTime(String(timestamp)) : undefined;
  return time !== undefined && time < YEAR_10000_MS ? time : undefined;
}

function fieldOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { timestamp?: unknown }).timestamp;
  } catch {
    return undefined;
  }
}
