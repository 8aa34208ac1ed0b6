/** `tenant set`: changes fields of a row, by hand or by the customer's handshake. */
import type { Command } from 'commander';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { change, changesOf, livingRow } from './change.ts';
import { collisionsOf, refuseCollisions, refuseOwnAccount } from './collisions.ts';
import { checkRow, patchOf, SETTABLE } from './fields.ts';
import { patchOfHandshake, readHandshake } from './handshake.ts';
import { withPatch, type Item, type Patch } from './table.ts';

interface SetOptions {
  readonly fromHandshake?: string;
  readonly sharedAccount?: boolean;
}

export function defineSet(tenant: Command): void {
  const set = tenant
    .command('set')
    .description("change a tenant's row; `field=` takes a field off")
    .argument('<id>')
    .argument('[field=value...]', `fields: ${SETTABLE.join(', ')}`)
    .option('--from-handshake <file>', 'role, region and log group from what the customer sent back, JSON; - for standard input')
    .option('--shared-account', 'another tenant may have the same role or account');
  addDryRun(set)
    .addHelpText(
      'after',
      examples(
        'logferry tenant set acme-corp --from-handshake handshake.json',
        'terraform output -json handshake | logferry tenant set acme-corp --from-handshake -',
        'logferry tenant set acme-corp message_format=record desired_applications=web,api --dry-run',
        'logferry tenant set acme-corp environment=',
      ),
    )
    .action((id: string, pairs: string[], options: SetOptions, command: Command) => setFields(open(command), id, pairs, options));
}

async function setFields(context: Context, id: string, pairs: readonly string[], options: SetOptions): Promise<void> {
  const { fromHandshake: file, sharedAccount = false } = options;
  if (file === undefined && pairs.length === 0) throw new UsageError('nothing to set: give field=value, or --from-handshake');
  const byHand = patchOf(pairs);
  const handshake = file === undefined ? undefined : await readHandshake(file);
  const before = await livingRow(context, id);
  // A group that is named by hand needs none to be chosen.
  const patch = { ...(handshake && patchOfHandshake(handshake, withPatch(before, groupOf(byHand)))), ...byHand };
  refuseOtherExternalId(before, patch);
  const after = withPatch(before, patch);
  checkRow(after, before);
  await refuseStrangers(context, after, changesOf(before, patch), sharedAccount);
  await change(context, before, patch);
}

function groupOf(patch: Patch): Patch {
  return Object.fromEntries(Object.entries(patch).filter(([field]) => field === 'log_group_name'));
}

/** The customer's role asks for the one it has: deliveries would stop at once. */
function refuseOtherExternalId(before: Item, patch: Patch): void {
  if (!before['external_id'] || !Object.hasOwn(patch, 'external_id') || patch['external_id'] === before['external_id']) return;
  throw new CliError(
    `tenant ${String(before['tenant_id'])} has an ExternalId, which their role asks for; set neither changes it nor takes it off`,
  );
}

async function refuseStrangers(
  { tenants, sts }: Context,
  after: Item,
  changes: readonly { field: string }[],
  isShared: boolean,
): Promise<void> {
  if (!changes.some(({ field }) => field === 'log_distribution_role_arn' || field === 'external_id')) return;
  await refuseOwnAccount(after, tenants, sts);
  refuseCollisions(collisionsOf(after, await tenants.all()), isShared);
}
