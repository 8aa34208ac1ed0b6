/** The customer's log group: its stream, a canary line, its key, its retention; by the calls that the worker makes, and few more. */
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  type CloudWatchLogsClient,
  type LogGroup,
  type RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Route } from '../../worker/locate/locate.ts';
import { isMissing } from './denial.ts';
import { persist } from './persist.ts';

/** One for all runs: a stream cannot be taken away by us. */
export const CANARY_STREAM = 'logferry-verify';

/** @returns whether the stream was made just now. */
export async function makeStream(logs: CloudWatchLogsClient, logGroupName: string): Promise<boolean> {
  try {
    await persist(() => logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: CANARY_STREAM })));
    return true;
  } catch (error) {
    if ((error as Error).name === 'ResourceAlreadyExistsException') return false;
    throw error;
  }
}

/** As the worker: the group only where it is missing and the row allows it. @returns whether the group was made. */
export async function ensureStream(logs: CloudWatchLogsClient, { group, createGroup }: Route): Promise<boolean> {
  try {
    await makeStream(logs, group);
    return false;
  } catch (error) {
    if (!isMissing(error) || !createGroup) throw error;
    await persist(() => logs.send(new CreateLogGroupCommand({ logGroupName: group })));
    await makeStream(logs, group);
    return true;
  }
}

export async function putCanary(
  logs: CloudWatchLogsClient,
  { group, source }: Route,
  timestamp: number,
): Promise<{ readonly message: string; readonly rejected: RejectedLogEventsInfo | undefined }> {
  const message = JSON.stringify({ logferry: 'verify', tenant_id: source.tenant, at: new Date(timestamp).toISOString() });
  const input = { logGroupName: group, logStreamName: CANARY_STREAM, logEvents: [{ timestamp, message }] };
  const { rejectedLogEventsInfo } = await persist(() => logs.send(new PutLogEventsCommand(input)));
  return { message, rejected: rejectedLogEventsInfo };
}

export async function readCanary(logs: CloudWatchLogsClient, { group }: Route, timestamp: number, message: string): Promise<boolean> {
  const input = { logGroupName: group, logStreamName: CANARY_STREAM, startTime: timestamp, endTime: timestamp + 1, startFromHead: true };
  const { events } = await persist(() => logs.send(new GetLogEventsCommand(input)));
  return events?.some((event) => event.message === message) ?? false;
}

/** @returns undefined where it may not be asked, as it mostly is, or is not there. */
export async function describeGroup(logs: CloudWatchLogsClient, group: string): Promise<LogGroup | undefined> {
  try {
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
    return logGroups?.find(({ logGroupName }) => logGroupName === group);
  } catch {
    return undefined;
  }
}
