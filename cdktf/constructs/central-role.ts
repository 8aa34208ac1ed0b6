/**
 * The role that customers trust, first hop of every delivery. Only the worker, the function, and the further roles and operators that the environment names may take it on, never without
 * saying for which tenant, and it can do nothing but take on a customer's role.
 */
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { Construct } from 'constructs';
import { EnvironmentsError } from '../config.ts';
import type { Names } from '../names.ts';
import { document } from '../policies.ts';
import { SESSION_TAGS } from './worker-permissions.ts';

export interface CentralRoleProps {
  readonly names: Names;
  readonly name: string;
  /** ARNs of the roles and users that may take it on, with `*` or without; they need not exist yet. */
  readonly callers: readonly string[];
  /** Of customers' roles; may end in `*`. */
  readonly customerRoleName: string;
}

/** The worker asks for an hour: the session got with it can be no longer (role chaining), and the worker renews both. */
const SESSION_SECONDS = 3600;

/** Of a trust policy, in characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html. Raised by AWS on request. */
const MAX_TRUST = 2048;

export class CentralRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { names, name, callers, customerRoleName }: CentralRoleProps) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      name,
      description: 'Takes on the roles in the customers accounts: what a customer names in the trust policy.',
      assumeRolePolicy: withinQuota(trust(names, callers)),
      maxSessionDuration: SESSION_SECONDS,
    });
    new IamRolePolicy(this, 'assume-customers', {
      role: role.name,
      name: 'assume-customers',
      policy: document({
        Sid: 'AssumeCustomers',
        // Hop 2 passes no tags, it inherits them, and AWS asks for TagSession then too: https://github.com/aws/eks-pod-identity-agent/issues/80
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Resource: `arn:${names.partition}:iam::*:role/${customerRoleName}`,
      }),
    });
    this.arn = role.arn;
  }
}

/**
 * The account is trusted, and of it these callers: named as principals they would have to exist, and the worker's roles are made by later stacks. Roles of IAM Identity
 * Center end in a suffix that changes, and AWS advises this very condition for them:
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 *
 * One AssumeRole call that passes tags is authorised twice, as sts:AssumeRole and as sts:TagSession; one that passes none is never asked for the second. So the
 * tags are demanded by the first statement (the documented use of aws:RequestTag there), and limited by the second (aws:TagKeys and sts:TransitiveTagKeys are
 * documented for TagSession). ForAllValues only sets the most that may be passed; that each tag is transitive needs a denial of its own, which holds as well when
 * nothing is transitive: ForAllValues is true of nothing. Customers' roles ask for aws:PrincipalTag, which hop 2 has from transitive tags alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
 */
function trust(names: Names, callers: readonly string[]): string {
  const who = { Principal: { AWS: names.globalArn('iam', 'root') } };
  const caller = { ArnLike: { 'aws:PrincipalArn': callers } };
  // There, and not empty.
  const allTags = Object.fromEntries(SESSION_TAGS.map((tag) => [`aws:RequestTag/${tag}`, '?*']));
  // What customers read in CloudTrail: sessionName of worker/locate/assume-role.ts.
  const named = { 'sts:RoleSessionName': 'logferry-*' };
  return document(
    { Sid: 'AssumeWithTags', ...who, Action: 'sts:AssumeRole', Condition: { ...caller, StringLike: { ...allTags, ...named } } },
    {
      Sid: 'PassTags',
      ...who,
      Action: 'sts:TagSession',
      Condition: { ...caller, 'ForAllValues:StringEquals': { 'aws:TagKeys': SESSION_TAGS, 'sts:TransitiveTagKeys': SESSION_TAGS } },
    },
    ...SESSION_TAGS.map((tag, index) => ({
      Sid: `NotTransitive${index + 1}`,
      Effect: 'Deny' as const,
      ...who,
      Action: 'sts:TagSession',
      Condition: { 'ForAllValues:StringNotEquals': { 'sts:TransitiveTagKeys': tag } },
    })),
  );
}

function withinQuota(text: string): string {
  if (text.length <= MAX_TRUST) return text;
  const fault = `operators: the central role's trust policy has ${text.length} characters with them and workerRoles, ${MAX_TRUST} at most`;
  throw new EnvironmentsError([`${fault}; name fewer, such as one role that all of them take on, or one with * at its end`]);
}
