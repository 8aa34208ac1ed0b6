/** `tenant import`: makes the rows of many tenants what a file says, after it has shown what that changes. It removes none. */
import type { Command } from 'commander';
import { FLEET } from '../../worker/locate/tenant-row.ts';
import { confirmed } from '../confirm.ts';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { apply, type Applied } from '../fleet/apply.ts';
import { planOf, type Plan } from '../fleet/plan.ts';
import { readFleet, type Fault, type FleetFile } from '../fleet/read.ts';
import { asJson, showPlan } from '../fleet/show.ts';
import { switchPlanOf, type SwitchPlan } from '../fleet/switch.ts';
import { counted, shown } from '../output.ts';
import { readText } from '../text-file.ts';
import { names, ownAccounts } from './collisions.ts';

interface ImportOptions {
  readonly yes?: boolean;
  readonly sharedAccount?: boolean;
  readonly otherFields?: boolean;
}

/** One brace too few makes hundreds of faults. */
const MAX_TOLD = 100;

const NOTES = `
The file says how the rows of its tenants shall be: a field that it does not name is taken off, but for \`enabled\` and the ExternalIds, which stay. New
tenants are disabled and get a generated ExternalId, unless the file says otherwise. Tenants that it does not name are left as they are, and named.
It is judged as a whole first, as the worker, \`add\`, \`set\` and \`enable\` would: with one fault nothing is written. Then each row is written on its
own, and only if nobody has changed it since it was read; those that somebody has are told, and the exit code is 1. Repeat it: what is done stays done.
YAML anchors, aliases and merge keys (\`<<: *defaults\`) can be used.`;

export function defineImport(tenant: Command): void {
  const command = tenant
    .command('import')
    .description('make the rows of many tenants what a file says, as `export` writes it: shows what that changes, asks, and writes')
    .argument('<file>', 'YAML or JSON; - for standard input')
    .option('--yes', 'do not ask')
    .option('--shared-account', 'tenants may have the same role or account; of one tenant the file says it, by `shared_account: true`')
    .option('--other-fields', 'fields that the worker does not know may be added');
  addDryRun(command)
    .addHelpText(
      'after',
      `${NOTES}\n${examples(
        'logferry tenant import fleet.yaml --dry-run',
        'logferry tenant import fleet.yaml',
        "sed 's/eu-west-1/eu-central-1/' fleet.yaml | logferry tenant import - --yes",
      )}`,
    )
    .action((file: string, options: ImportOptions, self: Command) => importFleet(open(self), file, options));
}

async function importFleet(context: Context, file: string, options: ImportOptions): Promise<void> {
  const { output, tenants, isDryRun, now } = context;
  const isAsked = options.yes !== true && !isDryRun;
  if (isAsked && (file === '-' || output.isJson || !process.stdin.isTTY))
    throw new UsageError('nobody can be asked here; give --yes or --dry-run');
  const read = readFleet(await readText(file));
  const { plan, fleetSwitch } = await planFor(context, read, options);
  refuse(file, [...read.faults, ...fleetSwitch.faults, ...plan.faults]);
  if (!output.isJson) showPlan(output, plan, fleetSwitch);
  const isNothing = plan.steps.length === 0 && fleetSwitch.patch === undefined;
  if (isDryRun || isNothing) return say(context, plan, fleetSwitch);
  if (isAsked) await confirmed('Write this', 'yes', 'nothing was written');
  let done = 0;
  const applied = await apply(tenants, plan, fleetSwitch, now(), () => {
    if (++done % 100 === 0) output.progress(`${done} of ${plan.steps.length} written`);
  });
  say(context, plan, fleetSwitch, applied);
  if (applied.refused.length + applied.failed.length + applied.untried.length > 0) process.exitCode = 1;
}

async function planFor(
  { tenants, sts, now }: Context,
  read: FleetFile,
  { sharedAccount = false, otherFields = false }: ImportOptions,
): Promise<{ plan: Plan; fleetSwitch: SwitchPlan }> {
  const items = await tenants.all();
  const options = { ownAccounts: await ownAccounts(tenants, sts), isShared: sharedAccount, mayHaveOthers: otherFields, now: now() };
  const switches = items.filter(({ tenant_id }) => tenant_id === FLEET);
  return { plan: planOf(read.tenants, items, options), fleetSwitch: switchPlanOf(read.fleet, switches, now()) };
}

/** @throws CliError that tells them, in the order of the file. */
function refuse(file: string, faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const name = file === '-' ? 'standard input' : file;
  const sorted = faults.toSorted((a, b) => a.line - b.line);
  const lines = sorted.slice(0, MAX_TOLD).map(({ line, says }) => `  ${name}:${line}: ${shown(says)}`);
  if (sorted.length > MAX_TOLD) lines.push(`  and ${sorted.length - MAX_TOLD} more`);
  throw new CliError(`nothing was written: ${counted(faults.length, 'fault')} in ${name}\n${lines.join('\n')}`);
}

function say({ output, isDryRun }: Context, plan: Plan, { patch }: SwitchPlan, applied?: Applied): void {
  const { written = [], refused = [], failed = [], untried = [] } = applied ?? {};
  for (const { why } of [...refused, ...failed]) output.warn(why);
  if (untried.length > 0) output.warn(`not tried after that: ${names(untried)}; repeat the import`);
  const { steps, untouched, unnamed } = plan;
  const answer = { steps: steps.map(asJson), untouched, not_in_file: unnamed, fleet: patch ?? null, written, refused, failed, untried };
  output.answer(answer, () => {
    if (steps.length === 0 && patch === undefined) output.line('Nothing to change.');
    else output.line(isDryRun ? 'Dry run, nothing written.' : `Written: ${writtenOf(written)}.`);
  });
}

function writtenOf(ids: readonly string[]): string {
  const isFleet = ids.includes(FLEET);
  const tenants = counted(ids.length - Number(isFleet), 'tenant');
  return isFleet ? `${tenants} and the switch of the fleet` : tenants;
}
