/**
 * What can be found out about a refused hop 2 without the customer: the same call with one thing changed. Each takes a session at most, and does nothing with
 * it. AWS itself answers a missing role, another ExternalId and another tag in the same words.
 */
import type { SessionCredentials } from '../../worker/clients.ts';
import { accountOf } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';
import type { CliClients } from '../clients.ts';
import type { Cause } from './check.ts';
import { denialOf } from './denial.ts';
import { takeCentralRole, takeTenantRole } from './hops.ts';
import type { Existence, Probe } from './probe.ts';
import { type Side } from './statements.ts';

export interface Tries {
  readonly probe?: Probe;
  /** The row's next one first. */
  readonly externalIds: readonly string[];
  readonly clusters: readonly string[];
  readonly environments: readonly string[];
  /** AWS has told already that the role exists: it named its trust policy. */
  readonly isThere?: boolean;
}

export interface Findings {
  /** Exactly what is wrong; undefined when nothing that was tried was let in. */
  readonly found?: { readonly cause: Cause; readonly says: string };
  readonly ruledOut: readonly string[];
  /** What was not asked, and why. */
  readonly untold: readonly string[];
}

type Clients = Pick<CliClients, 'sts' | 'stsWith'>;

/** @returns whether it is let in; a denial is a no. @throws for everything else. */
export async function isLetIn(clients: Clients, central: SessionCredentials, route: Route): Promise<boolean> {
  try {
    return accountOf((await takeTenantRole(clients, central, route)).arn) === route.account;
  } catch (error) {
    if (denialOf(error) === undefined) throw error;
    return false;
  }
}

/** @param central the session of hop 1, with the right tags. */
export async function experiment(clients: Clients, central: SessionCredentials, side: Side, tries: Tries): Promise<Findings> {
  const { route } = side;
  const ruledOut: string[] = [];
  const untold: string[] = [];
  const existence = await existenceOf(route.roleArn, tries);
  if (existence.why !== undefined) untold.push(existence.why);
  if (existence.exists === false)
    return {
      found: { cause: 'role-missing', says: `there is no role ${route.roleArn} in account ${route.account}` },
      ruledOut,
      untold,
    };
  if (existence.exists) ruledOut.push('the role exists');
  for (const one of variations(side, tries)) {
    const credentials = one.isOtherTags ? await takeCentralRole(clients.sts, side.centralRoleArn, one.route) : central;
    if (await isLetIn(clients, credentials, one.route)) return { found: { cause: one.cause, says: one.says }, ruledOut, untold };
    ruledOut.push(one.otherwise);
  }
  return { ruledOut, untold };
}

async function existenceOf(roleArn: string, { isThere = false, probe }: Tries): Promise<Existence> {
  if (isThere) return { exists: true };
  return (await probe?.exists(roleArn)) ?? { exists: undefined, why: 'there is no probe role (--probe-role)' };
}

interface Variation {
  readonly route: Route;
  readonly cause: Cause;
  readonly says: string;
  readonly otherwise: string;
  /** Which hop 1 must bring along. */
  readonly isOtherTags?: boolean;
}

function variations({ route }: Side, { externalIds, clusters, environments }: Tries): Variation[] {
  const none: Variation[] =
    route.externalId === undefined
      ? []
      : [
          {
            route: { ...route, externalId: undefined },
            cause: 'external-id',
            says: 'it lets us in without an ExternalId, and not with the row’s',
            otherwise: 'without an ExternalId it does not let us in, either',
          },
        ];
  return [
    ...none,
    ...externalIds.map((externalId): Variation => {
      return {
        route: { ...route, externalId },
        cause: 'external-id',
        says: 'it asks for another ExternalId than the row has: one of those that were tried',
        otherwise: 'the other ExternalIds that were tried are not theirs',
      };
    }),
    ...clusters.map((cluster): Variation => {
      const says = `it lets in cluster ${cluster}, and not cluster ${route.source.cluster}`;
      const otherwise = `cluster ${cluster} is not let in, either`;
      return { route: { ...route, source: { ...route.source, cluster } }, cause: 'tag-cluster_id', says, otherwise, isOtherTags: true };
    }),
    ...environments.map((environment): Variation => {
      const says = `it lets in environment ${environment}, and not ${route.environment}`;
      const otherwise = `environment ${environment} is not let in, either`;
      return { route: { ...route, environment }, cause: 'tag-environment', says, otherwise, isOtherTags: true };
    }),
  ];
}
