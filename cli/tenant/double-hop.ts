/** Tries whether a customer's role lets the worker in, as `verify` does, and tells it in the worker's words. It takes a session and does nothing with it. */
import { LogferryError } from '../../worker/errors.ts';
import { accountOf } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';
import { centralRoleFault, tenantRoleFault, wrongAccount } from '../../worker/locate/sts-faults.ts';
import { CliError } from '../error.ts';
import type { Context } from '../context.ts';
import { takeCentralRole, takeTenantRole } from '../verify/hops.ts';
import { deliveryOf } from '../verify/subject.ts';
import type { Item } from './table.ts';

export interface Hops {
  readonly centralRoleArn: string;
  /** Session tag `cluster_id`: their role may let in certain clusters only. */
  readonly cluster: string;
  /** Session tag `environment`, for rows that name none. */
  readonly environment: string;
}

/**
 * @param row as it would be, enabled or not.
 * @throws CliError that says which hop is refused and what is missing; it names no ExternalId.
 */
export async function tryDoubleHop({ clients }: Pick<Context, 'clients'>, row: Item, hops: Hops): Promise<void> {
  const { centralRoleArn } = hops;
  const route = await routeOf(row, hops);
  const central = await told(takeCentralRole(clients.sts, centralRoleArn, route), (error) =>
    centralRoleFault(error, centralRoleArn, route),
  );
  const { arn } = await told(takeTenantRole(clients, central, route), (error) => tenantRoleFault(error, centralRoleArn, route));
  if (accountOf(arn) !== route.account) throw new CliError(wrongAccount(arn, route).message);
}

async function routeOf(row: Item, { cluster, environment }: Hops): Promise<Route> {
  const delivery = await deliveryOf(row, { cluster, environment, application: 'logferry' });
  if (delivery?.kind === 'route') return delivery.route;
  throw new CliError(delivery?.kind === 'fault' ? delivery.error.message : `tenant ${String(row['tenant_id'])} has no row to try`);
}

async function told<T>(asked: Promise<T>, fault: (error: unknown) => LogferryError): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw new CliError((error instanceof LogferryError ? error : fault(error)).message, { cause: error });
  }
}
