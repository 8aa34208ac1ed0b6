/** `tenant add`: a new row, disabled, with an ExternalId of its own. */
import { Option, type Command } from 'commander';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError } from '../error.ts';
import { shown } from '../output.ts';
import { changesOf, checkId, report } from './change.ts';
import { collisionsOf, refuseCollisions, refuseOwnAccount } from './collisions.ts';
import { newExternalId } from './external-id.ts';
import { checkRow, valueOf } from './fields.ts';
import { isResting, restsUntil } from './state.ts';
import { isCloudWatch, type Item } from './table.ts';

/** Option -> field. Flags first, then what they are, in words. */
const FIELD_OPTIONS: readonly (readonly [flags: string, field: string, description: string])[] = [
  ['--role-arn <arn>', 'log_distribution_role_arn', "the role in the tenant's account"],
  ['--target-region <region>', 'target_region', 'the region of their log groups'],
  ['--external-id <text>', 'external_id', 'one that was agreed on; a random one by default'],
  ['--log-group <template>', 'log_group_name', 'default: /ROSA/cluster-logs/application'],
  ['--log-stream <template>', 'log_stream_name', 'default: {cluster_id}/{application}/{pod_name}'],
  ['--create-log-group', 'create_log_group', 'a missing log group may be created'],
  ['--environment <name>', 'environment', "session tag; the worker's ENVIRONMENT by default"],
  ['--message-format <format>', 'message_format', 'message (default) or record'],
  ['--applications <names>', 'desired_applications', 'only these, with commas between; all by default'],
  ['--late <what>', 'late', 'lines too old for CloudWatch Logs: quarantine (default) or now'],
  ['--retention-days <days>', 'retention_days', 'of log groups that the worker creates'],
];

type AddOptions = Readonly<Record<string, string | boolean | undefined>> & { readonly sharedAccount?: boolean };

export function defineAdd(tenant: Command): void {
  const add = tenant.command('add').description('make the row of a new tenant: disabled, with a generated ExternalId').argument('<id>');
  for (const [flags, , description] of FIELD_OPTIONS) add.option(flags, description);
  addDryRun(add.option('--shared-account', 'another tenant may have the same role or account'))
    .addHelpText(
      'after',
      examples(
        'logferry tenant add acme-corp',
        'logferry tenant add acme-corp --target-region eu-west-1 --applications web,api --dry-run',
        "logferry tenant add acme-corp --json | jq -r .row.external_id     # for the customer's module",
      ),
    )
    .action((id: string, options: AddOptions, command: Command) => addTenant(open(command), id, options));
}

async function addTenant(context: Context, id: string, options: AddOptions): Promise<void> {
  checkId(id);
  const { tenants, sts, output, isDryRun, now } = context;
  const fleet = await tenants.all();
  const rows = await tenants.rows(id);
  refuseKnown(rows.find(isCloudWatch), id, now());
  refuseNoRoom(rows, id, await tenants.shape());
  const given = Object.fromEntries(FIELD_OPTIONS.flatMap(([flags, field]) => fieldOf(field, options[new Option(flags).attributeName()])));
  const item: Item = { tenant_id: id, type: 'cloudwatch', enabled: false, external_id: newExternalId(fleet), ...given };
  checkRow(item);
  refuseCollisions(collisionsOf(item, fleet), options.sharedAccount ?? false);
  await refuseOwnAccount(item, tenants, sts);
  const after = isDryRun ? item : await tenants.create(item, now());
  report(output, { after, changes: changesOf({}, item), written: !isDryRun, tellsIds: true });
}

function fieldOf(field: string, given: string | boolean | undefined): [string, unknown][] {
  if (given === undefined) return [];
  return [[field, typeof given === 'string' ? valueOf(field, given) : given]];
}

/** A row of another type is in nobody's way, but in a table of the original system. */
function refuseNoRoom(rows: readonly Item[], id: string, { hasType }: { readonly hasType: boolean }): void {
  const other = rows.find((row) => !isCloudWatch(row));
  if (other === undefined || hasType) return;
  throw new CliError(
    `tenant ${id} has a row of type ${shown(other['type'])}, and this table, whose key is tenant_id alone, has room for one`,
  );
}

function refuseKnown(row: Item | undefined, id: string, now: Date): void {
  if (row === undefined) return;
  if (row['removed_at'] === undefined) throw new CliError(`tenant ${id} is there already; \`logferry tenant set ${id}\` changes it`);
  if (isResting(row, now))
    throw new CliError(
      `tenant ${id} was removed on ${shown(row['removed_at'])}; its id rests until ${restsUntil(row)}, so that no late line of theirs reaches the next one`,
    );
}
