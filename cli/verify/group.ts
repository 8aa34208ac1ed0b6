/** The group: is it there, or may the worker make it; and if not, is it elsewhere. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { describe } from '../../worker/errors.ts';
import type { Route } from '../../worker/locate/locate.ts';
import type { Fix, Result, Step } from './check.ts';
import { denialOf, isKeyRefusal, isMissing, passingResult } from './denial.ts';
import { keyRefused } from './key.ts';
import { CANARY_STREAM, ensureStream } from './logs.ts';
import { findElsewhere, type Elsewhere } from './regions.ts';
import { groupArn, logsStatement } from './statements.ts';

export interface LogsDeps {
  readonly route: Route;
  /** With the session of hop 2. */
  readonly logsIn: (region: string) => CloudWatchLogsClient;
  /** Regions to look in first. */
  readonly regions: readonly string[];
}

export async function checkGroup({ route, logsIn, regions }: LogsDeps): Promise<Step<CloudWatchLogsClient>> {
  const logs = logsIn(route.region);
  try {
    const isMade = await ensureStream(logs, route);
    const how = isMade ? 'was missing, and could be made' : 'is there';
    return { result: { outcome: 'green', reason: `${route.group} ${how}, and takes streams (${CANARY_STREAM})` }, value: logs };
  } catch (error) {
    const passing = passingResult(error, 'session');
    if (passing !== undefined) return { result: passing };
    if (isKeyRefusal(error)) return { result: keyRefused(error, route) };
    if (!isMissing(error) && denialOf(error) === undefined)
      return { result: { outcome: 'red', reason: 'CloudWatch Logs refuses', said: describe(error), causes: ['unexpected'] } };
    const elsewhere = await findElsewhere(logsIn, { group: route.group, region: route.region, likely: regions });
    if (elsewhere !== undefined) return { result: wrongRegion(elsewhere, route, describe(error)) };
    return { result: denialOf(error) === undefined ? groupMissing(route) : permissionMissing(error, route) };
  }
}

function wrongRegion({ region, isMade }: Elsewhere, { group, region: here, source }: Route, said: string): Result {
  return {
    outcome: 'red',
    reason: `wrong region: not in ${here}, but their group ${group} answers in ${region}${isMade ? ` (the stream ${CANARY_STREAM} was made there to find out)` : ''}`,
    said,
    causes: ['wrong-region'],
    fix: { side: 'operator', does: 'set the region of the row', command: `logferry tenant set ${source.tenant} target_region=${region}` },
  };
}

function groupMissing(route: Route): Result {
  const { group, region, account, source } = route;
  const retry = `aws logs create-log-group --region ${region} --log-group-name ${group}`;
  return {
    outcome: 'red',
    reason: `there is no log group ${group} in account ${account}, ${region}, and none of that name in the other regions; the row does not let the worker make it`,
    causes: ['group-missing'],
    fix: {
      side: 'customer',
      does: `make the group, or name the right one: logferry tenant set ${source.tenant} log_group_name=...; with create_log_group=true the worker makes it, if this statement lets it`,
      command: retry,
      statement: logsStatement(route, ['logs:CreateLogGroup']),
    },
  };
}

/** What they grant is named by AWS; what else the worker needs of the same resource comes along. */
export function permissionMissing(error: unknown, route: Route): Result {
  const denial = denialOf(error);
  const action = denial?.action ?? 'logs:CreateLogStream';
  const resource = denial?.resource ?? `${groupArn(route)}:*`;
  const role = route.roleArn.split('/').at(-1) ?? '';
  const actions = [...new Set([action, 'logs:CreateLogStream', 'logs:PutLogEvents'])];
  const fix: Fix = denial?.isExplicit
    ? {
        side: 'customer',
        does: `take off the statement that denies ${action}: one more that allows changes nothing (${denial.policy ?? 'a policy'})`,
      }
    : { side: 'customer', does: `add this statement to ${placeOf(denial?.policy)} of ${role}`, statement: logsStatement(route, actions) };
  return {
    outcome: 'red',
    reason: `their role ${role} lacks the permission ${action} on ${resource}`,
    said: describe(error),
    causes: [denial?.isExplicit ? 'explicit-deny' : 'logs-permission'],
    fix,
  };
}

/** Where AWS says that something above the permissions does not allow it, these alone would change nothing. */
function placeOf(policy = 'identity-based policy'): string {
  return policy === 'identity-based policy' ? 'the permissions' : `the ${policy} above the permissions, and to the permissions,`;
}
