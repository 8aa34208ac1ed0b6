/** Each way to come to a customer's role, and what comes of it at our STS. For whatever made the role: Terraform, CloudFormation, an emulator. */
import { startLocalAws } from '../../local/aws.ts';
import type { RoleSpec } from '../../local/iam/role.ts';
import { Hops, type Hop } from './hops.ts';

export interface Agreed {
  readonly centralRoleArn: string;
  readonly tenant: string;
  readonly externalId: string;
  /** One that is let in. */
  readonly cluster: string;
}

/** Whether it ends inside (`in`) or with which error of AWS. */
export type Outcomes = Readonly<Record<keyof typeof WAYS, string>>;

const UNTAGGED = { Tags: undefined, TransitiveTagKeys: undefined };
const WAYS = {
  'right tenant': (agreed: Agreed): Hop => agreed,
  'wrong tenant': (agreed: Agreed): Hop => ({ ...agreed, tenant: 'somebody-else' }),
  'tenant in other case': (agreed: Agreed): Hop => ({ ...agreed, tenant: agreed.tenant.toUpperCase() }),
  'wrong ExternalId': (agreed: Agreed): Hop => ({ ...agreed, externalId: `${agreed.externalId}x` }),
  'no ExternalId': (agreed: Agreed): Hop => ({ ...agreed, externalId: undefined }),
  'no tags': (agreed: Agreed): Hop => ({ ...agreed, first: UNTAGGED }),
  'other cluster': (agreed: Agreed): Hop => ({ ...agreed, cluster: 'another-cluster' }),
  'other role of the same account': (agreed: Agreed, { otherRole }: Hops): Hop => ({ ...agreed, by: otherRole }),
};

/** @param role as it was made. */
export async function tryTrust(role: RoleSpec & { readonly arn: string }, agreed: Agreed): Promise<Outcomes> {
  const local = await startLocalAws();
  try {
    const hops = new Hops(local, agreed.centralRoleArn, role);
    const outcomes: [string, string][] = [];
    for (const [way, hopOf] of Object.entries(WAYS)) outcomes.push([way, await outcome(hops, hopOf(agreed, hops))]);
    return Object.fromEntries(outcomes) as Outcomes;
  } finally {
    await local.stop();
  }
}

async function outcome(hops: Hops, hop: Hop): Promise<string> {
  // That it succeeds is no question: the role of hop 1 is ours.
  const session = await hops.first(hop);
  try {
    await hops.second(session, hop);
    return 'in';
  } catch (error) {
    return (error as Error).name;
  }
}
