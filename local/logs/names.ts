/** Names of groups and streams, and the ARNs made of them (pure). https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html */
import { violation } from './error.ts';

/** In UTF-16 code units, as Java counts them. */
const MAX_CHARACTERS = 512;
const GROUP = /^[.\-_/#A-Za-z0-9]+$/;
const STREAM = /^[^:*]*$/;

/** Whose resources a call sees. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** @throws LogsError `InvalidParameterException` in the words of AWS's parameter checks. */
export function checkGroupName(name: string, field = 'logGroupName'): string {
  checkLength(name, field);
  if (!GROUP.test(name)) throw violation(name, field, 'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+');
  return name;
}

/** @throws LogsError `InvalidParameterException`, as for groups. */
export function checkStreamName(name: string, field = 'logStreamName'): string {
  checkLength(name, field);
  if (!STREAM.test(name)) throw violation(name, field, 'Member must satisfy regular expression pattern: [^:*]*');
  return name;
}

/** Without the `:*` that most answers and policies put behind it. */
export function groupArn({ account, region }: Place, group: string): string {
  return `arn:aws:logs:${region}:${account}:log-group:${group}`;
}

/** @param stream empty for calls on a whole group: so AWS names the resource of those in its denials, `log-group:<name>:log-stream:`. */
export function streamArn(place: Place, group: string, stream = ''): string {
  return `${groupArn(place, group)}:log-stream:${stream}`;
}

export interface GroupAddress extends Place {
  readonly group: string;
}

/** @param identifier a group's ARN, with or without `:*`. @returns undefined for a plain name. */
export function parseGroupArn(identifier: string): GroupAddress | undefined {
  const [, region, account, group] = /^arn:aws:logs:([^:]+):(\d{12}):log-group:([^:]+)(?::\*)?$/.exec(identifier) ?? [];
  return region === undefined || account === undefined || group === undefined ? undefined : { region, account, group };
}

function checkLength(name: string, field: string): void {
  if (name.length < 1) throw violation(name, field, 'Member must have length greater than or equal to 1');
  if (name.length > MAX_CHARACTERS) throw violation(name, field, `Member must have length less than or equal to ${MAX_CHARACTERS}`);
}
