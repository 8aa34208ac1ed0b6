/**
 * Roles as they are in the emulator after an apply: who may assume them and what they may do, in the form that our own IAM (local/iam) evaluates. A statement
 * that allows by what that IAM does not know allows nothing here; one that denies so is an error.
 */
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { parsePolicy, type PolicyKind } from '../../local/iam/policy.ts';
import type { RoleSpec } from '../../local/iam/role.ts';
import type { Keys } from '../../local/provision/central.ts';

interface Document {
  readonly Version?: string;
  readonly Statement: readonly { readonly Sid?: string; readonly Effect: string }[] | { readonly Sid?: string; readonly Effect: string };
}

/** @param keys of the role's account. @throws NoSuchEntityException when it is not there. */
export async function readRole(cloud: { readonly endpoint: string; readonly region: string }, arn: string, keys: Keys): Promise<RoleSpec> {
  const iam = new IAMClient({ ...cloud, credentials: keys });
  try {
    const RoleName = arn.slice(arn.lastIndexOf('/') + 1);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const documents = await Promise.all(
      PolicyNames.map(async (PolicyName) => (await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument),
    );
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    const attached = await Promise.all(AttachedPolicies.map(async ({ PolicyArn }) => await managed(iam, PolicyArn)));
    const tags = Object.fromEntries((Role?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    return {
      arn,
      trust: { Version: '2012-10-17', Statement: known(Role?.AssumeRolePolicyDocument, 'trust') },
      policies: [...documents, ...attached].flatMap((text) => known(text, 'permissions').map(alone)),
      maxSessionDuration: Role?.MaxSessionDuration,
      tags,
    };
  } finally {
    iam.destroy();
  }
}

async function managed(iam: IAMClient, PolicyArn: string | undefined): Promise<string | undefined> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }));
  return PolicyVersion?.Document;
}

/** Stands for "nobody": a document without any statement is none. */
const NOBODY = { Effect: 'Deny', Principal: '*', Action: 'sts:*' };

/** @param text URL-encoded, as IAM answers. @returns the statements that our IAM evaluates. @throws MalformedPolicy for one it does not and that denies. */
function known(text: string | undefined, kind: PolicyKind): object[] {
  const { Statement } = JSON.parse(decodeURIComponent(text ?? '')) as Document;
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as Extract<Document['Statement'], readonly unknown[]>;
  const understood = statements.filter((statement) => {
    try {
      parsePolicy(alone(statement), kind);
      return true;
    } catch (error) {
      if (statement.Effect !== 'Allow') throw error;
      return false;
    }
  });
  return understood.length === 0 && kind === 'trust' ? [NOBODY] : [...understood];
}

function alone(statement: object): object {
  return { Version: '2012-10-17', Statement: [statement] };
}
