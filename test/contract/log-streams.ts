/** What the contract suites need of log streams: making one, with its group where it is missing, and putting events. */
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  type InputLogEvent,
  PutLogEventsCommand,
  type PutLogEventsCommandInput,
  type PutLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { uniqueName } from './target.ts';

export interface StreamName {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

export interface LogEvent extends InputLogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** An event of now, or of some seconds from now. */
export const event = (message: string, seconds = 0): LogEvent => ({ message, timestamp: Date.now() + seconds * 1000 });

export async function createStream(logs: CloudWatchLogsClient, wanted: Partial<StreamName> = {}): Promise<StreamName> {
  const { logGroupName = uniqueName('/group'), logStreamName = 'cluster/app/pod' } = wanted;
  await logs.send(new CreateLogGroupCommand({ logGroupName })).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'ResourceAlreadyExistsException')) throw error;
  });
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  return { logGroupName, logStreamName };
}

export function put(
  logs: CloudWatchLogsClient,
  stream: StreamName,
  events: InputLogEvent[],
  more: Partial<PutLogEventsCommandInput> = {},
): Promise<PutLogEventsCommandOutput> {
  return logs.send(new PutLogEventsCommand({ ...stream, logEvents: events, ...more }));
}
