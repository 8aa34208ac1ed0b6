/** Hop 1: from the operator into the central role, with the tenant's tags, as the worker does it. Whatever it refuses is our own side's. */
import type { STSClient } from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../worker/clients.ts';
import { describe } from '../../worker/errors.ts';
import type { Route } from '../../worker/locate/locate.ts';
import type { Result, Step } from './check.ts';
import { denialOf, passingResult } from './denial.ts';
import { takeCentralRole } from './hops.ts';
import { centralTrustStatement, mayAssumeStatement, operatorOf } from './statements.ts';

export async function checkHopOne(
  sts: STSClient,
  { centralRoleArn, route, me }: { readonly centralRoleArn: string; readonly route: Route; readonly me: string },
): Promise<Step<SessionCredentials>> {
  try {
    const value = await takeCentralRole(sts, centralRoleArn, route);
    const { tenant, cluster } = route.source;
    const tags = `tenant_id=${tenant}, cluster_id=${cluster}, environment=${route.environment}`;
    return { result: { outcome: 'green', reason: `the central role lets us in, with ${tags}` }, value };
  } catch (error) {
    return { result: passingResult(error, 'operator') ?? refusal(error, centralRoleArn, me) };
  }
}

function refusal(error: unknown, centralRoleArn: string, me: string): Result {
  const denial = denialOf(error);
  const said = describe(error);
  if (denial === undefined)
    return {
      outcome: 'red',
      reason: 'STS does not take the call, most likely for a session tag',
      said,
      causes: ['bad-tag'],
      fix: { side: 'operator', does: 'look at environment of the row, and at --cluster' },
    };
  if (denial.policy === 'identity-based policy' && !denial.isExplicit)
    return {
      outcome: 'red',
      reason: 'our own side: your own permissions do not let you take the central role',
      said,
      causes: ['operator-policy'],
      fix: {
        side: 'operator',
        does: "attach the operators' policy (output operator_policy_arn), or add this statement to your own",
        statement: mayAssumeStatement(centralRoleArn),
      },
    };
  return {
    outcome: 'red',
    reason: `our own side: the central role does not let you in (${denial.action ?? 'sts:AssumeRole'})`,
    said,
    causes: ['operator-not-trusted'],
    fix: {
      side: 'operator',
      does: `name ${operatorOf(me)} in \`operators\` of the environment's configuration (cdktf/environments.ts) and deploy. Until then, this statement in the central role's trust lets you in`,
      statement: centralTrustStatement(operatorOf(me)),
    },
  };
}
