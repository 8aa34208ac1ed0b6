/** What mends a refused hop 2, for each cause (pure). */
import { createHash } from 'node:crypto';
import type { Cause, Fix, Result } from './check.ts';
import { assumeStatement, mayAssumeStatement, tagSessionStatement, trustDocument, type Side } from './statements.ts';
import type { Findings } from './experiments.ts';

export interface Found {
  readonly cause: Cause;
  readonly says: string;
}

/** Tells two ExternalIds apart without telling them. */
export function fingerprint(externalId: string | undefined): string {
  return externalId === undefined ? 'none' : createHash('sha256').update(externalId).digest('hex').slice(0, 8);
}

/** @param found all that is wrong, for sure. */
export function refusedFor(found: readonly Found[], side: Side, said: string): Result {
  const causes = [...new Set(found.map(({ cause }) => cause))];
  const idNote = causes.includes('external-id') ? ` (sha256 of the row's begins with ${fingerprint(side.route.externalId)})` : '';
  return { outcome: 'red', reason: `${found.map(({ says }) => says).join('; ')}${idNote}`, said, causes, fix: fixOf(causes, side) };
}

function fixOf(causes: readonly Cause[], side: Side): Fix {
  const { tenant, cluster } = side.route.source;
  const role = side.route.roleArn.split('/').at(-1) ?? '';
  const [cause] = causes;
  if (cause === 'central-policy')
    return {
      side: 'operator',
      does: `let the central role take ${role}: the environment's customerRoleName must fit it (or have the customer name their role so), and no boundary or service control policy of ours may be in the way`,
      statement: mayAssumeStatement(side.route.roleArn),
    };
  if (cause === 'other-role')
    return { side: 'operator', does: 'name their role in the row', command: `logferry tenant set ${tenant} log_distribution_role_arn=...` };
  if (cause === 'role-missing')
    return {
      side: 'customer',
      does: `apply the customer's side, which makes the role ${role}; if theirs has another name, set it in the row`,
      command: `logferry tenant template ${tenant} --format terraform`,
      document: trustDocument(side),
    };
  if (cause === 'explicit-deny')
    return {
      side: 'customer',
      does: 'take off the statement of their trust policy (or of the resource control policy above it) that denies it for us',
    };
  if (causes.every((one) => one === 'tag-session'))
    return { side: 'customer', does: `add this statement to the trust policy of ${role}`, statement: tagSessionStatement(side) };
  const cluster_ids = causes.includes('tag-cluster_id')
    ? `; if they name clusters, ${cluster} must be among their cluster_ids (or verify with --cluster)`
    : '';
  return {
    side: 'customer',
    does: `make this the trust policy of ${role}${cluster_ids}`,
    statement: assumeStatement(side),
    document: trustDocument(side),
    command: `logferry tenant template ${tenant} --format terraform`,
  };
}

/** None of the experiments was let in: what is left, and how the customer settles it. */
export function refusedSomehow({ ruledOut, untold }: Findings, side: Side, said: string): Result {
  const exists = ruledOut.includes('the role exists');
  const causes: Cause[] = [
    ...(exists ? [] : ['role-missing' as const]),
    'trust-principal',
    ...(side.route.externalId === undefined ? [] : ['external-id' as const]),
    'tag-tenant_id',
    'tag-cluster_id',
    'tag-environment',
    'tag-session',
  ];
  const role = side.route.roleArn.split('/').at(-1) ?? '';
  const left = exists ? 'its trust policy does not let us in' : 'it does not exist, or its trust policy does not let us in';
  const known = [...new Set(ruledOut)].join('; ');
  const unknown = untold.length > 0 ? `; not told: ${untold.join('; ')}` : '';
  return {
    outcome: 'red',
    reason: `${role}: ${left}: another principal, ExternalId or tag (tenant_id, cluster_id, environment)${known && `; ${known}`}${unknown}`,
    said,
    causes,
    fix: {
      side: 'customer',
      does: `${exists ? '' : `check that ${role} exists, and `}make this the trust policy of ${role}. To know which it is, have them send what this command prints, and give it with --role-document`,
      document: trustDocument(side),
      command: `aws iam get-role --role-name ${role}`,
    },
  };
}
