/** `tenant remove`: takes a tenant out of the fleet. What is left of the row keeps its id from being given to somebody else too early. */
import { Option, type Command } from 'commander';
import { confirmed } from '../confirm.ts';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { changesOf, checkId, livingRow, report } from './change.ts';
import { disabledAt, drained, type Drain } from './drain.ts';
import { Leftovers } from './leftovers.ts';
import { conditionOf } from './state.ts';
import { seconds, withPatch, type Item, type Patch } from './table.ts';

/** Longer than objects (45 days) and letters (14 days) of the old tenant can still turn up. */
const REST_DAYS = 90;
const DAY_MS = 24 * 3600 * 1000;

/**
 * What stays. With these the worker reads a whole row that is not enabled, and so says `tenant-disabled`, once an object, as for any other: it needs to know
 * nothing of removed ones.
 */
const KEPT = new Set(['tenant_id', 'type', 'log_distribution_role_arn', 'target_region', 'external_id', 'updated_at']);

interface RemoveOptions {
  readonly yes?: boolean;
  readonly drain?: boolean;
  readonly now?: boolean;
  readonly erase?: boolean;
  readonly bucket?: string;
  readonly quarantineBucket?: string;
}

const NOTES = `
A tenant is disabled first, and removed once no worker begins to deliver for it any more: TENANT_CACHE_SECONDS and
VISIBILITY_SECONDS (3 minutes) later. An object that a worker began before, and is not through with, is not seen from
here. Lines that were delivered are the customer's, and stay. Messages of its objects return, as those of any disabled
tenant, until they are 14 days old: stop its agents, too. Without --erase the objects stay until the bucket's lifecycle
takes them. --erase takes s3:DeleteObject and s3:DeleteObjectVersion on them, which the operators' policy leaves out.`;

export function defineRemove(tenant: Command): void {
  const remove = tenant
    .command('remove')
    .description(`take a disabled tenant out of the fleet, and tell what is left of its objects; its id rests for ${REST_DAYS} days`)
    .argument('<id>')
    .option('--yes', 'do not ask')
    .addOption(new Option('--drain', 'wait here until no worker delivers for it any more').conflicts('now'))
    .option('--now', 'do not wait for that')
    .option('--erase', 'erase its objects, all versions of them; begun again after it broke off, it goes on')
    .addOption(new Option('--bucket <name>', 'the central bucket').env('S3_BUCKET_NAME'))
    .addOption(new Option('--quarantine-bucket <name>', 'where lines are that could not be delivered').env('QUARANTINE_BUCKET'));
  addDryRun(remove)
    .addHelpText(
      'after',
      `${NOTES}\n${examples(
        'logferry tenant remove acme-corp --drain',
        'logferry tenant remove acme-corp --erase --dry-run',
        'logferry tenant remove acme-corp --erase --yes --json',
      )}`,
    )
    .action((id: string, options: RemoveOptions, command: Command) => removeTenant(open(command), id, options));
}

async function removeTenant(context: Context, id: string, options: RemoveOptions): Promise<void> {
  const { output, isDryRun, tenants, now } = context;
  const { yes = false, erase = false } = options;
  const isAsked = !yes && !isDryRun;
  const before = erase ? await anyRow(context, id) : await livingRow(context, id);
  const isGone = before['removed_at'] !== undefined;
  if (!isGone) refuseLive(before);
  if (isAsked && !process.stdin.isTTY) throw new UsageError('nobody can be asked here; give --yes');
  const leftovers = new Leftovers(context, id, options);
  if (erase && leftovers.isNowhere) throw new UsageError('erase what? Give --bucket, or set S3_BUCKET_NAME');
  if (!isGone && !isDryRun) await drained(context, before, howToDrain(options));
  await leftovers.look({ isNeeded: erase, disabledAt: disabledAt(before) });
  const what = erase ? `${isGone ? 'Erase' : `Remove tenant ${id} and erase`} ${leftovers.said}` : `Remove tenant ${id}`;
  if (isAsked) await confirmed(what, id, 'not removed');
  const patch = isGone ? {} : tombstone(before, now());
  // First of all: nothing is to be delivered of what is being erased.
  const written = !isGone && !isDryRun;
  const after = written ? await tenants.update(before, patch, now()) : withPatch(before, patch);
  const erased = erase && !isDryRun ? await leftovers.erase() : undefined;
  report(output, { after, changes: changesOf(before, patch), written, more: { left: leftovers.found, ...(erased && { erased }) } });
}

/** A removed tenant's too, of whom something may be left to erase. */
async function anyRow(context: Context, id: string): Promise<Item> {
  checkId(id);
  return (await context.tenants.row(id)) ?? (await livingRow(context, id));
}

function refuseLive(row: Item): void {
  const { state } = conditionOf(row);
  const id = String(row['tenant_id']);
  if (row['enabled'] !== false || state === 'paused')
    throw new CliError(`tenant ${id} is ${state === 'paused' ? 'paused' : 'enabled'}; \`logferry tenant disable ${id}\` comes first`);
}

function howToDrain({ drain, now }: RemoveOptions): Drain {
  if (now === true) return 'skip';
  return drain === true ? 'wait' : 'refuse';
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
