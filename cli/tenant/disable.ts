/** `tenant disable`: the tenant is not, or no longer, live. */
import type { Command } from 'commander';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { change, livingRow } from './change.ts';
import { PAUSE_NOTES } from './state.ts';
import type { Item } from './table.ts';

export function defineDisable(tenant: Command): void {
  const disable = tenant
    .command('disable')
    .description('stop deliveries until further notice, as before a removal; the worker obeys within a minute')
    .argument('<id>');
  addDryRun(disable)
    .addHelpText('after', examples('logferry tenant disable acme-corp', 'logferry tenant disable acme-corp --dry-run'))
    .action((id: string, _: unknown, command: Command) => disableTenant(open(command), id));
}

async function disableTenant(context: Context, id: string): Promise<void> {
  const before = await livingRow(context, id);
  const disabled_at = stoppedAt(before, context.now());
  await change(context, before, { enabled: false, ...Object.fromEntries(PAUSE_NOTES.map((note) => [note, undefined])), disabled_at });
}

/** What was off already stays off since then, where that is known. */
function stoppedAt({ enabled, disabled_at, paused_at }: Item, now: Date): unknown {
  return enabled === false ? (disabled_at ?? paused_at) : now.toISOString();
}
