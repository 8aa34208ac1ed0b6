/** One PutLogEvents call with a body of ready bytes. It never retries and never looks at what failed. */
import { PutLogEventsCommand, type CloudWatchLogsClient, type PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { requestBody, type LogBatch } from '../batch/batch.ts';
import type { Route } from '../locate/locate.ts';

/**
 * The client signs, resolves the endpoint and reads the answer; only the serialiser's output is replaced, since the batch holds its messages as
 * JSON literals already.
 * @throws whatever the SDK throws; `deliver/retry.ts` knows what it means.
 */
export async function putBatch(
  client: CloudWatchLogsClient,
  batch: LogBatch,
  route: Route,
  signal: AbortSignal,
): Promise<PutLogEventsCommandOutput> {
  const body = requestBody(batch, route.group, route.stream);
  const command = new PutLogEventsCommand({ logGroupName: route.group, logStreamName: route.stream, logEvents: [] });
  command.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { body: unknown; headers: Record<string, string> };
      request.body = body;
      request.headers['content-length'] = String(body.length);
      return await next(args);
    },
    { step: 'build', priority: 'high', name: 'readyBody' },
  );
  return await client.send(command, { abortSignal: signal });
}
