/** A line put as the worker puts it, and what it tells of key, reading and retention. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CloudWatchLogsClient, LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { describe } from '../../worker/errors.ts';
import type { Route } from '../../worker/locate/locate.ts';
import type { CheckList, CheckName, Result } from './check.ts';
import { denialOf, isKeyRefusal, passingResult } from './denial.ts';
import { permissionMissing } from './group.ts';
import { keyRefused } from './key.ts';
import { CANARY_STREAM, describeGroup, putCanary, readCanary } from './logs.ts';

const DAY_MS = 24 * 60 * 60_000;
/** The worker delivers what CloudWatch Logs takes: lines of up to 14 days. */
const FULL_DAYS = 14;
const NEARLY_MS = FULL_DAYS * DAY_MS - 60 * 60_000;
/** What was put can be read after some seconds. */
const READ_TRIES = 6;
const READ_WAIT_MS = 500;

interface Put {
  readonly message: string;
  readonly at: number;
}

/** @param theirLogs with the customer's own credentials, to describe the group; without, the session's are tried. */
export async function checkCanary(list: CheckList, logs: CloudWatchLogsClient, route: Route, theirLogs = logs): Promise<void> {
  const group = await describeGroup(theirLogs, route.group);
  const put = await tryPut(logs, route);
  if ('error' in put) return list.add(...refused(put.error, route));
  list.add('put', { outcome: 'green', reason: `a canary line was taken, stream ${CANARY_STREAM}` });
  list.add('kms', { outcome: 'green', reason: keyTook(group) });
  list.add('read back', await readBack(logs, route, put));
  list.add('retention', await retention(logs, route, group));
}

type Tried = Put | { readonly error: unknown };

async function tryPut(logs: CloudWatchLogsClient, route: Route): Promise<Tried> {
  const at = Date.now();
  try {
    const { message } = await putCanary(logs, route, at);
    return { message, at };
  } catch (error) {
    return { error };
  }
}

function refused(error: unknown, route: Route): [CheckName, Result] {
  if (isKeyRefusal(error)) return ['kms', keyRefused(error, route)];
  if (denialOf(error) !== undefined) return ['put', permissionMissing(error, route)];
  return [
    'put',
    passingResult(error, 'session') ?? {
      outcome: 'red',
      reason: 'CloudWatch Logs refuses the canary line',
      said: describe(error),
      causes: ['unexpected'],
    },
  ];
}

function keyTook(group: LogGroup | undefined): string {
  if (group === undefined) return 'a key, if there is one, took the canary';
  return group.kmsKeyId === undefined ? 'the group has no key of its own' : `${group.kmsKeyId} took the canary`;
}

async function readBack(logs: CloudWatchLogsClient, route: Route, { at, message }: Put): Promise<Result> {
  try {
    for (let tries = 0; tries < READ_TRIES; tries++) {
      if (await readCanary(logs, route, at, message)) return { outcome: 'green', reason: 'the canary line was read back' };
      await wait(READ_WAIT_MS);
    }
    return { outcome: 'warning', reason: `the canary line was taken, and cannot be read yet; it should be within a minute` };
  } catch (error) {
    if (denialOf(error) !== undefined) return { outcome: 'skipped', reason: 'their role may not read, as it should be' };
    return passingResult(error, 'session') ?? { outcome: 'warning', reason: `the canary cannot be read: ${describe(error)}` };
  }
}

/** There is no need to be allowed to ask: a line of nearly 14 days is taken, or has expired. */
async function retention(logs: CloudWatchLogsClient, route: Route, group: LogGroup | undefined): Promise<Result> {
  const days = group?.retentionInDays;
  const told = group === undefined ? '' : days === undefined ? ': it keeps all' : `: it keeps ${days} days`;
  try {
    const { rejected } = await putCanary(logs, route, Date.now() - NEARLY_MS);
    if (!rejected?.expiredLogEventEndIndex) return { outcome: 'green', reason: `lines of nearly ${FULL_DAYS} days are taken${told}` };
    return {
      outcome: 'warning',
      reason: `the group keeps less than ${FULL_DAYS} days${told}: late lines, which CloudWatch Logs takes for ${FULL_DAYS} days, are lost`,
      causes: ['retention'],
      fix: {
        side: 'customer',
        does: `keep them for ${FULL_DAYS} days or more`,
        command: `aws logs put-retention-policy --region ${route.region} --log-group-name ${route.group} --retention-in-days 90`,
      },
    };
  } catch (error) {
    return passingResult(error, 'session') ?? { outcome: 'warning', reason: `it cannot be told: ${describe(error)}` };
  }
}
