/**
 * A customer's role handed to our STS, which asks its trust policy by AWS's rules, called as the worker calls it: the central role with session tags, and with
 * that the customer's role with an ExternalId. For whatever made the role: Terraform, CloudFormation, an emulator.
 */
import { AssumeRoleCommand, STSClient, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { startLocalAws } from '../../local/aws.ts';
import type { RoleSpec } from '../../local/iam/role.ts';
import type { Keys } from '../../local/provision/central.ts';
import { centralRoleInput, tenantRoleInput } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';

export interface Agreed {
  readonly centralRoleArn: string;
  readonly tenant: string;
  readonly externalId: string;
  /** One that is let in. */
  readonly cluster: string;
}

/** Each way to come, and whether it ends inside (`in`) or with which error of AWS. */
export type Outcomes = Readonly<Record<keyof typeof WAYS, string>>;

type Hop = Pick<Agreed, 'centralRoleArn' | 'cluster' | 'tenant'> & { readonly externalId?: string; readonly tags?: false };

const WAYS = {
  'right tenant': (agreed: Agreed): Hop => agreed,
  'wrong tenant': (agreed: Agreed): Hop => ({ ...agreed, tenant: 'somebody-else' }),
  'tenant in other case': (agreed: Agreed): Hop => ({ ...agreed, tenant: agreed.tenant.toUpperCase() }),
  'wrong ExternalId': (agreed: Agreed): Hop => ({ ...agreed, externalId: `${agreed.externalId}x` }),
  'no ExternalId': (agreed: Agreed): Hop => ({ ...agreed, externalId: undefined }),
  'no tags': (agreed: Agreed): Hop => ({ ...agreed, tags: false }),
  'other cluster': (agreed: Agreed): Hop => ({ ...agreed, cluster: 'another-cluster' }),
  'other role of the same account': (agreed: Agreed): Hop => ({ ...agreed, centralRoleArn: `${agreed.centralRoleArn}-other` }),
};

/** @param role as it was made. */
export async function tryTrust(role: RoleSpec & { readonly arn: string }, agreed: Agreed): Promise<Outcomes> {
  const local = await startLocalAws();
  try {
    local.identities.putRole(role);
    const account = agreed.centralRoleArn.split(':')[4] ?? '';
    for (const arn of [agreed.centralRoleArn, `${agreed.centralRoleArn}-other`]) local.identities.putRole(central(arn, account));
    const outcomes: [string, string][] = [];
    for (const [way, hopOf] of Object.entries(WAYS)) {
      const sts = new Sts(local.endpoint, { accessKeyId: account, secretAccessKey: 'test' });
      outcomes.push([way, await outcome(sts, role.arn, hopOf(agreed))]);
    }
    return Object.fromEntries(outcomes) as Outcomes;
  } finally {
    await local.stop();
  }
}

async function outcome(sts: Sts, roleArn: string, { centralRoleArn, tenant, cluster, externalId, tags }: Hop): Promise<string> {
  const source = { tenant, cluster, application: 'shop', pod: 'shop-1' };
  const route = { source, roleArn, externalId, environment: 'production' } as Route;
  const { Tags, TransitiveTagKeys, ...bare } = centralRoleInput(centralRoleArn, route, 3600);
  // That it succeeds is no question: this role is ours.
  const session = await sts.assume(tags === false ? bare : { ...bare, Tags, TransitiveTagKeys });
  try {
    await session.assume(tenantRoleInput(route, 3600));
    return 'in';
  } catch (error) {
    return (error as Error).name;
  }
}

/** Whoever is of its account may assume it, and it may assume any role. */
function central(arn: string, account: string): RoleSpec {
  const Action = ['sts:AssumeRole', 'sts:TagSession'];
  const document = (statement: object) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, ...statement }] });
  return { arn, trust: document({ Principal: { AWS: `arn:aws:iam::${account}:root` } }), policies: [document({ Resource: '*' })] };
}

class Sts {
  readonly #endpoint: string;
  readonly #keys: Keys;

  constructor(endpoint: string, keys: Keys) {
    this.#endpoint = endpoint;
    this.#keys = keys;
  }

  /** @returns STS with the session's keys. @throws the SDK's error. */
  async assume(input: AssumeRoleCommandInput): Promise<Sts> {
    const client = new STSClient({ endpoint: this.#endpoint, region: 'us-east-1', credentials: this.#keys });
    try {
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = (await client.send(new AssumeRoleCommand(input))).Credentials ?? {};
      return new Sts(this.#endpoint, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
    } finally {
      client.destroy();
    }
  }
}
