/** The two hops, by the calls that the worker makes; a session of the least length, with which whoever took it does little or nothing. */
import type { STSClient } from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../worker/clients.ts';
import { assumeRole, centralRoleInput, tenantRoleInput } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';
import { Observer } from '../../worker/observe/events.ts';
import type { CliClients } from '../clients.ts';
import { persist } from './persist.ts';

/** The least that STS gives. */
const SESSION_SECONDS = 900;

export interface Session {
  readonly credentials: SessionCredentials;
  readonly arn: string;
}

/** Hop 1, with the tags of the route. */
export async function takeCentralRole(sts: STSClient, centralRoleArn: string, route: Route): Promise<SessionCredentials> {
  const input = centralRoleInput(centralRoleArn, route, SESSION_SECONDS);
  return (await persist(() => assumeRole(sts, input, hop(1, route)))).credentials;
}

/** Hop 2. @param central the session of hop 1. */
export async function takeTenantRole(clients: Pick<CliClients, 'stsWith'>, central: SessionCredentials, route: Route): Promise<Session> {
  const input = tenantRoleInput(route, SESSION_SECONDS);
  return await persist(() => assumeRole(clients.stsWith(central), input, hop(2, route)));
}

function hop(number: 1 | 2, { source }: Route): Parameters<typeof assumeRole>[2] {
  return { hop: number, tenant: source.tenant, observer: new Observer(), now: Date.now };
}
