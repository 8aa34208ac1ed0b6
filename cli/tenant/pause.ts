/** `tenant pause`: stops deliveries for a while, of one tenant or of all, and notes why. */
import type { Command } from 'commander';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError } from '../error.ts';
import { change, livingRow } from './change.ts';
import { changeFleet, oneOf } from './fleet.ts';

interface PauseOptions {
  readonly fleet?: boolean;
  readonly reason?: string;
}

export function definePause(tenant: Command): void {
  const pause = tenant
    .command('pause')
    .description(
      'stop deliveries for a while: the lines wait (at most 14 days), `enable` goes on, and the tenant cannot be removed meanwhile. The worker reads it as it reads `disable`, within a minute',
    )
    .argument('[id]')
    .option('--fleet', 'all tenants, by the row "*"')
    .option('--reason <text>', 'for whoever wonders; shown by list and show');
  addDryRun(pause)
    .addHelpText(
      'after',
      examples('logferry tenant pause acme-corp --reason "they move accounts"', 'logferry tenant pause --fleet --reason "incident 42"'),
    )
    .action((id: string | undefined, options: PauseOptions, command: Command) => pauseTenant(open(command), id, options));
}

async function pauseTenant(context: Context, id: string | undefined, { fleet = false, reason }: PauseOptions): Promise<void> {
  oneOf(id, fleet);
  const notes = { paused_at: context.now().toISOString(), pause_reason: reason };
  if (id === undefined) return await changeFleet(context, { paused: true, ...notes });
  const before = await livingRow(context, id);
  const isPaused = before['enabled'] === false && typeof before['paused_at'] === 'string';
  if (before['enabled'] === false && !isPaused) throw new CliError(`tenant ${id} is disabled; only one that is enabled can be paused`);
  const since = isPaused ? { paused_at: before['paused_at'], pause_reason: reason ?? before['pause_reason'] } : notes;
  await change(context, before, { enabled: false, ...since });
}
