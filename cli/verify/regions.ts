/** Where the group answers when it does not where the row says. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import pLimit from 'p-limit';
import { makeStream } from './logs.ts';

/**
 * Those that every account has, by partition: another's take none of these credentials.
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
const ENABLED_BY_DEFAULT: ReadonlyMap<string, readonly string[]> = new Map([
  ['cn', ['cn-north-1', 'cn-northwest-1']],
  ['us-gov', ['us-gov-west-1', 'us-gov-east-1']],
  ['us-iso', []],
  [
    'commercial',
    [
      'us-east-1',
      'us-east-2',
      'us-west-1',
      'us-west-2',
      'eu-west-1',
      'eu-central-1',
      'eu-west-2',
      'eu-west-3',
      'eu-north-1',
      'ca-central-1',
      'sa-east-1',
      'ap-southeast-1',
      'ap-southeast-2',
      'ap-northeast-1',
      'ap-northeast-2',
      'ap-northeast-3',
      'ap-south-1',
    ],
  ],
]);
const AT_ONCE = 4;

export interface Elsewhere {
  readonly region: string;
  /** The experiment made the stream there. */
  readonly isMade: boolean;
}

/** @param likely regions to ask first. @returns the first that answers; undefined when none does. */
export async function findElsewhere(
  logsIn: (region: string) => CloudWatchLogsClient,
  { group, region: here, likely }: { readonly group: string; readonly region: string; readonly likely: readonly string[] },
): Promise<Elsewhere | undefined> {
  const limit = pLimit(AT_ONCE);
  let found: Elsewhere | undefined;
  const ask = async (region: string): Promise<void> => {
    if (found !== undefined) return;
    try {
      const isMade = await makeStream(logsIn(region), group);
      found ??= { region, isMade };
    } catch {
      // Denied, missing or not reachable there: not there.
    }
  };
  await Promise.all(candidates(here, likely).map((region) => limit(ask, region)));
  return found;
}

/** In the order in which they are asked. */
export function candidates(here: string, likely: readonly string[]): string[] {
  const partition = partitionOf(here);
  const same = likely.filter((region) => partitionOf(region) === partition);
  return [...new Set([...same, ...(ENABLED_BY_DEFAULT.get(partition) ?? [])])].filter((region) => region !== here);
}

function partitionOf(region: string): string {
  return /^(cn|us-gov|us-iso)/.exec(region)?.[0] ?? 'commercial';
}
