/** The row `*`: the switch for all deliveries. */
import { FLEET } from '../../worker/locate/tenant-row.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../error.ts';
import { change } from './change.ts';
import type { Patch } from './table.ts';

/** @throws UsageError unless it is one of the two. */
export function oneOf(id: string | undefined, isFleet: boolean): void {
  if ((id === undefined) !== isFleet)
    throw new UsageError(isFleet ? 'give a tenant or --fleet, not both' : 'which tenant? Give its id, or --fleet');
}

export async function changeFleet(context: Context, patch: Patch): Promise<void> {
  const rows = await context.tenants.rows(FLEET);
  // The worker looks at every row of `*`: one that says something else would go on saying it.
  const [row = { tenant_id: FLEET, type: 'fleet' }, ...others] = rows.toSorted((a, b) => Number(says(b)) - Number(says(a)));
  const saying = patch['paused'] === false ? others.filter(says) : [];
  for (const one of [row, ...saying]) await change(context, one, patch, { make: rows.length === 0 });
}

function says({ paused }: { readonly paused?: unknown }): boolean {
  return paused !== undefined && paused !== null && paused !== false;
}
