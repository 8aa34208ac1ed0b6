/** The row, as the worker reads it, and where it would take a line of this tenant's (pure). */
import { locate, type Delivery, type Route } from '../../worker/locate/locate.ts';
import { parseRow } from '../../worker/locate/tenant-row.ts';
import { SETTINGS } from '../../worker/settings.ts';
import { conditionOf } from '../tenant/state.ts';
import type { Item } from '../tenant/table.ts';
import type { Step } from './check.ts';

export interface Tags {
  /** Session tag `cluster_id`. */
  readonly cluster: string;
  /** Session tag `environment`, in place of the row's. */
  readonly environment?: string;
  readonly application: string;
}

/**
 * Where the worker would take a line of this tenant's; that the row is off, or wants certain applications only, is another matter.
 * @param tags the environment is for rows that name none.
 */
export async function deliveryOf(item: Item, { cluster, environment, application }: Required<Tags>): Promise<Delivery | undefined> {
  const parsed = parseRow({ ...item, enabled: true, desired_applications: undefined, desired_logs: undefined });
  const ref = { bucket: '', key: `${String(item['tenant_id'])}/${cluster}/${application}/logferry-verify/canary` };
  const directory = { rows: () => Promise.resolve([parsed]), pause: () => Promise.resolve(undefined) };
  const { deliveries } = await locate(ref, { directory, environment, now: Date.now });
  return deliveries[0];
}

export async function checkRow(item: Item, tags: Tags): Promise<Step<Route>> {
  const tenant = String(item['tenant_id']);
  const row = tags.environment === undefined ? item : { ...item, environment: tags.environment };
  const delivery = await deliveryOf(row, { environment: SETTINGS.ENVIRONMENT.default, ...tags });
  const faults = parseRow(item);
  if (faults.kind === 'faulty') return bad(tenant, faults.faults.join('; '), faults.missing.length > 0);
  if (delivery?.kind === 'fault') return bad(tenant, delivery.error.message, false);
  if (delivery?.kind !== 'route') return bad(tenant, 'its type is not delivered to by this version', false);
  const { state } = conditionOf(item);
  const { region, group, account } = delivery.route;
  return { result: { outcome: 'green', reason: `complete, ${state}: ${group} in ${account}, ${region}` }, value: delivery.route };
}

function bad(tenant: string, why: string, isIncomplete: boolean): Step<Route> {
  const command = isIncomplete
    ? `logferry tenant set ${tenant} --from-handshake handshake.json`
    : `logferry tenant set ${tenant} field=value`;
  return {
    result: {
      outcome: 'red',
      reason: `the worker cannot use the row: ${why}`,
      causes: ['bad-row'],
      fix: { side: 'operator', does: 'set these fields', command },
    },
  };
}
