/**
 * The role with which Vector writes log objects: all tenants' for the platform's own agents, one tenant's for a customer who runs them. It puts, and does nothing
 * else: it can neither read, list nor delete what is there.
 */
import { createHash } from 'node:crypto';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import { document, type Statement } from '../policies.ts';

export interface WriterRoleProps {
  readonly names: Names;
  readonly name: string;
  readonly bucketArn: string;
  readonly keyArn: string;
  /** First segment of the keys it may write; `*`: any. */
  readonly tenant: string;
  /** Who may take it on: accounts, ARNs of roles and users, OIDC providers. */
  readonly principals: readonly string[];
  /** `namespace:name` of the pods that OIDC providers vouch for. */
  readonly serviceAccounts: readonly string[];
  /** Asked of accounts, roles and users; a pod's token knows none. */
  readonly externalId?: string | undefined;
}

export class WriterRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: WriterRoleProps) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      name: roleName(props.name),
      description: 'Vector writes log objects with it.',
      assumeRolePolicy: trust(props),
    });
    new IamRolePolicy(this, 'write', { role: role.name, name: 'write', policy: document(...permissions(props)) });
    this.arn = role.arn;
  }
}

function permissions({ names, bucketArn, keyArn, tenant }: WriterRoleProps): Statement[] {
  return [
    {
      Sid: 'PutObjects',
      Action: 's3:PutObject',
      // customer_id/cluster_id/application/pod_name/object: a key of fewer segments would only become a dead letter.
      Resource: `${bucketArn}/${tenant}/*/*/*/*`,
    },
    {
      Sid: 'SealObjects',
      // No kms:Decrypt: only uploads in parts need it, and Vector's aws_s3 sink puts each object in one call.
      Action: 'kms:GenerateDataKey',
      Resource: keyArn,
      Condition: { StringEquals: { 'kms:ViaService': names.viaService('s3') } },
    },
  ];
}

/** Of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_ROLE_NAME = 64;
const HASH_LENGTH = 8;

/** A name that is too long is cut, and ends in a hash of the whole. */
function roleName(name: string): string {
  if (name.length <= MAX_ROLE_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, MAX_ROLE_NAME - HASH_LENGTH - 1)}-${hash}`;
}

const OIDC_PROVIDER = /^arn:[\w-]+:iam::\d{12}:oidc-provider\/(.+)$/;

/** A trust policy holds 2,048 characters, about four OIDC providers, unless AWS raises the quota. */
function trust({ names, principals, serviceAccounts, externalId }: WriterRoleProps): string {
  const providers = principals.filter((one) => OIDC_PROVIDER.test(one));
  const others = principals.filter((one) => !OIDC_PROVIDER.test(one));
  const statements = providers.map((provider, index) => trustPods(provider, index, serviceAccounts));
  if (others.length > 0) statements.unshift(trustPrincipals(names, others, externalId));
  return document(...statements);
}

function trustPrincipals({ partition }: Names, principals: readonly string[], externalId: string | undefined): Statement {
  return {
    Sid: 'Assume',
    Principal: { AWS: principals.map((one) => (/^\d{12}$/.test(one) ? `arn:${partition}:iam::${one}:root` : one)) },
    Action: 'sts:AssumeRole',
    ...(externalId !== undefined && { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
  };
}

/**
 * A provider vouches for every pod of its cluster, customers' pods among them: without the service account any of those could write as any tenant.
 * The audience is what EKS and ROSA mount into a pod. https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
function trustPods(provider: string, index: number, serviceAccounts: readonly string[]): Statement {
  const issuer = OIDC_PROVIDER.exec(provider)?.[1] ?? '';
  return {
    Sid: `AssumeAsPod${index + 1}`,
    Principal: { Federated: provider },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: ['sts.amazonaws.com', 'openshift'],
        [`${issuer}:sub`]: serviceAccounts.map((account) => `system:serviceaccount:${account}`),
      },
    },
  };
}
