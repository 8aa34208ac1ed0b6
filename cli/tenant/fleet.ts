/** The row `*`: the switch for all deliveries. */
import { FLEET } from '../../worker/locate/tenant-row.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../error.ts';
import { change } from './change.ts';
import type { Item, Patch } from './table.ts';

/** @throws UsageError unless it is one of the two. */
export function oneOf(id: string | undefined, isFleet: boolean): void {
  if ((id === undefined) !== isFleet)
    throw new UsageError(isFleet ? 'give a tenant or --fleet, not both' : 'which tenant? Give its id, or --fleet');
}

export async function changeFleet(context: Context, patch: Patch): Promise<void> {
  const rows = await context.tenants.rows(FLEET);
  for (const row of switchesToSet(rows, patch)) await change(context, row, patch, { make: rows.length === 0 });
}

/** @returns those of the rows `*` that the patch has to change; one to be made where there is none. */
export function switchesToSet(rows: readonly Item[], patch: Patch): Item[] {
  // The worker looks at every row of `*`: one that says something else would go on saying it.
  const [row = { tenant_id: FLEET, type: 'fleet' }, ...others] = rows.toSorted((a, b) => Number(says(b)) - Number(says(a)));
  return [row, ...(patch['paused'] === false ? others.filter(says) : [])];
}

function says({ paused }: { readonly paused?: unknown }): boolean {
  return paused !== undefined && paused !== null && paused !== false;
}
