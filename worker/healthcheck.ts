/**
 * Asks the worker in the same container whether its event loop lives, by exit code: what the image's HEALTHCHECK and the task definition run. It is a process of
 * its own and changes nothing.
 */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe } from './errors.ts';
import { SETTINGS } from './settings.ts';

/** Below the 5 s that Docker and ECS wait. */
const TIMEOUT_MS = 4000;

/** @returns what is wrong, or nothing. Only `sqs` listens: in the other modes the process itself is all there is to see, and Lambda asks nobody. */
async function fault({ EXECUTION_MODE, METRICS_PORT }: NodeJS.ProcessEnv): Promise<string | undefined> {
  if ((EXECUTION_MODE || SETTINGS.EXECUTION_MODE.default) !== 'sqs') return undefined;
  const port = METRICS_PORT || SETTINGS.METRICS_PORT.default;
  try {
    // Not fetch: it refuses some ports, such as 6000, which may well be this one.
    const request = get({ host: '127.0.0.1', port, path: '/healthz', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const [{ statusCode }] = (await once(request, 'response')) as [IncomingMessage];
    return statusCode === 200 ? undefined : `/healthz answered ${statusCode}`;
  } catch (error) {
    return `nothing answers on METRICS_PORT ${port}: ${describe(error)}`;
  }
}

const found = await fault(process.env);
if (found !== undefined) process.stderr.write(`${found}\n`);
// The answer's body is of no interest, and an open socket would hold the process.
process.exit(found === undefined ? 0 : 1);
