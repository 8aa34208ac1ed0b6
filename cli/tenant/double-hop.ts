/** Tries whether a customer's role lets the worker in, by the calls that the worker makes. It takes a session and does nothing with it. */
import type { STSClient } from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../worker/clients.ts';
import { LogferryError } from '../../worker/errors.ts';
import { accountOf, assumeRole, centralRoleInput, tenantRoleInput, type AssumedSession } from '../../worker/locate/assume-role.ts';
import { locate, type Route } from '../../worker/locate/locate.ts';
import { centralRoleFault, tenantRoleFault, wrongAccount } from '../../worker/locate/sts-faults.ts';
import { parseRow } from '../../worker/locate/tenant-row.ts';
import { Observer } from '../../worker/observe/events.ts';
import { CliError } from '../error.ts';
import type { Context } from '../context.ts';
import type { Item } from './table.ts';

export interface Hops {
  readonly centralRoleArn: string;
  /** Session tag `cluster_id`: their role may let in certain clusters only. */
  readonly cluster: string;
  /** Session tag `environment`, for rows that name none. */
  readonly environment: string;
}

/** The least that STS gives. */
const SECONDS = 900;

/**
 * @param row as it would be, enabled or not.
 * @throws CliError that says which hop is refused and what is missing; it names no ExternalId.
 */
export async function tryDoubleHop({ clients }: Pick<Context, 'clients'>, row: Item, hops: Hops): Promise<void> {
  const { centralRoleArn } = hops;
  const route = await routeOf(row, hops);
  const central = await hop(1, clients.sts, route, {
    input: centralRoleInput(centralRoleArn, route, SECONDS),
    fault: (error) => centralRoleFault(error, centralRoleArn, route),
  });
  const { arn } = await hop(2, clients.stsWith(central.credentials), route, {
    input: tenantRoleInput(route, SECONDS),
    fault: (error) => tenantRoleFault(error, centralRoleArn, route),
  });
  if (accountOf(arn) !== route.account) throw new CliError(wrongAccount(arn, route).message);
}

/** Where the worker would go with a line of this tenant's; that the row is off, or wants certain applications only, is another matter. */
async function routeOf(row: Item, { cluster, environment }: Hops): Promise<Route> {
  const tenant = String(row['tenant_id']);
  const parsed = parseRow({ ...row, enabled: true, desired_applications: undefined, desired_logs: undefined });
  const ref = { bucket: '', key: `${tenant}/${cluster}/logferry/try/x` } as Parameters<typeof locate>[0];
  const directory = { rows: () => Promise.resolve([parsed]), pause: () => Promise.resolve(undefined) };
  const { deliveries } = await locate(ref, { directory, environment, now: Date.now });
  const [delivery] = deliveries;
  if (delivery?.kind === 'route') return delivery.route;
  throw new CliError(delivery?.kind === 'fault' ? delivery.error.message : `tenant ${tenant} has no row to try`);
}

interface Attempt {
  readonly input: Parameters<typeof assumeRole>[1];
  readonly fault: (error: unknown) => LogferryError;
}

async function hop(
  number: 1 | 2,
  sts: STSClient,
  { source }: Route,
  { input, fault }: Attempt,
): Promise<AssumedSession & { credentials: SessionCredentials }> {
  try {
    return await assumeRole(sts, input, { hop: number, tenant: source.tenant, observer: new Observer(), now: Date.now });
  } catch (error) {
    throw new CliError((error instanceof LogferryError ? error : fault(error)).message, { cause: error });
  }
}
