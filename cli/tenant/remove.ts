/** `tenant remove`: takes a tenant out of the fleet. What is left of the row keeps its id from being given to somebody else too early. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { change, livingRow } from './change.ts';
import { conditionOf } from './state.ts';
import { seconds, type Item, type Patch } from './table.ts';

/** Longer than objects (45 days) and letters (14 days) of the old tenant can still turn up. */
const REST_DAYS = 90;
const DAY_MS = 24 * 3600 * 1000;

/**
 * What stays. With these the worker reads a whole row that is not enabled, and so says `tenant-disabled`, once an object, as for any other: it needs to know
 * nothing of removed ones.
 */
const KEPT = new Set(['tenant_id', 'type', 'log_distribution_role_arn', 'target_region', 'external_id', 'updated_at']);

export function defineRemove(tenant: Command): void {
  const remove = tenant
    .command('remove')
    .description(
      `take a disabled tenant out of the fleet; its id rests for ${REST_DAYS} days. Stored objects and delivered lines stay as they are`,
    )
    .argument('<id>')
    .option('--yes', 'do not ask');
  addDryRun(remove)
    .addHelpText('after', examples('logferry tenant remove acme-corp', 'logferry tenant remove acme-corp --yes --json'))
    .action((id: string, { yes = false }: { yes?: boolean }, command: Command) => removeTenant(open(command), id, yes));
}

async function removeTenant(context: Context, id: string, isAgreed: boolean): Promise<void> {
  const before = await livingRow(context, id);
  const { state } = conditionOf(before);
  if (before['enabled'] !== false || state === 'paused')
    throw new CliError(`tenant ${id} is ${state === 'paused' ? 'paused' : 'enabled'}; \`logferry tenant disable ${id}\` comes first`);
  if (!isAgreed && !context.isDryRun) await ask(id);
  await change(context, before, tombstone(before, context.now()));
}

/** `expires_at` is what DynamoDB's time to live goes by. */
function tombstone(before: Item, now: Date): Patch {
  const gone = Object.keys(before).filter((field) => !KEPT.has(field));
  return {
    ...Object.fromEntries(gone.map((field) => [field, undefined])),
    enabled: false,
    removed_at: now.toISOString(),
    expires_at: seconds(new Date(now.getTime() + REST_DAYS * DAY_MS)),
  };
}

async function ask(id: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError('nobody can be asked here; give --yes');
  // Standard output is the answer's.
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D close it: some versions of Node reject the question then, others never answer it.
    const left = once(reader, 'close').then(() => '');
    const answer = reader.question(`Remove tenant ${id}? Type its id: `).catch(() => '');
    const typed = await Promise.race([answer, left]);
    if (typed.trim() !== id) throw new CliError('not removed');
  } finally {
    reader.close();
  }
}
