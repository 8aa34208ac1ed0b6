/** `tenant enable`: deliveries begin, or go on after a pause. */
import type { Command } from 'commander';
import { parseRow } from '../../worker/locate/tenant-row.ts';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError } from '../error.ts';
import { change, livingRow } from './change.ts';
import { collisionsOf, names, refuseCollisions, refuseOwnAccount } from './collisions.ts';
import { changeFleet, oneOf } from './fleet.ts';
import { PAUSE_NOTES } from './state.ts';
import { withPatch, type Item } from './table.ts';

const NO_PAUSE = Object.fromEntries(PAUSE_NOTES.map((note) => [note, undefined]));

export function defineEnable(tenant: Command): void {
  const enable = tenant
    .command('enable')
    .description('begin deliveries, or go on after a pause; refused unless the worker can use the row')
    .argument('[id]')
    .option('--fleet', 'ends the pause of all tenants; each keeps its own state');
  addDryRun(enable)
    .addHelpText('after', examples('logferry tenant enable acme-corp', 'logferry tenant enable --fleet'))
    .action((id: string | undefined, { fleet = false }: { fleet?: boolean }, command: Command) => enableTenant(open(command), id, fleet));
}

async function enableTenant(context: Context, id: string | undefined, isFleet: boolean): Promise<void> {
  oneOf(id, isFleet);
  if (id === undefined) return await changeFleet(context, { paused: false, ...NO_PAUSE });
  const before = await livingRow(context, id);
  const patch = { enabled: true, ...NO_PAUSE, disabled_at: undefined };
  const after = withPatch(before, patch);
  const parsed = parseRow(after);
  if (parsed.kind === 'faulty') throw new CliError(`tenant ${id} cannot be enabled: ${parsed.faults.join('; ')}`);
  await check(context, after);
  await change(context, before, patch);
}

/** Two rows written at the same time saw nothing of each other: here is the last look before lines flow. */
async function check({ tenants, sts, output }: Context, after: Item): Promise<void> {
  await refuseOwnAccount(after, tenants, sts);
  const collisions = collisionsOf(after, await tenants.all());
  refuseCollisions(collisions, true);
  if (collisions.account.length > 0) output.warn(`the account of its role is also used by tenant ${names(collisions.account)}`);
  if (!after['external_id']) output.warn(`it has no ExternalId: whoever may write rows can point us at any role that trusts us`);
}
