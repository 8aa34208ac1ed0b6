/** `tenant verify`: tries a tenant's way as the worker takes it, and names what stands in it. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FLEET } from '../../worker/locate/tenant-row.ts';
import { examples, open, type Context } from '../context.ts';
import { UsageError } from '../error.ts';
import { passes } from '../verify/check.ts';
import { verifyFleet } from '../verify/fleet.ts';
import { depsOf, type PrepareOptions } from '../verify/prepare.ts';
import { showChecks } from '../verify/report.ts';
import { verifyTenant, type VerifyDeps } from '../verify/verify.ts';
import { centralRoleOption } from './central-role.ts';
import { livingRow } from './change.ts';
import { conditionOf } from './state.ts';
import { isCloudWatch, type Item } from './table.ts';

interface VerifyOptions extends PrepareOptions {
  readonly all?: boolean;
  readonly enabled?: boolean;
  readonly concurrency: number;
}

const EXIT_CODES = `
Exits with 0 when all is green (warnings allowed), 1 when something is red or could not be found out.`;

export function defineVerify(tenant: Command): void {
  const verify = tenant
    .command('verify')
    .description("try a tenant's way as the worker takes it; for what is refused, name the cause and the statement to add")
    .argument('[id]')
    .option('--all', 'all living tenants, with a summary')
    .option('--enabled', 'with --all: only those that are enabled')
    .addOption(new Option('--concurrency <count>', 'with --all: so many at once').default(8).argParser(countOf))
    .addOption(centralRoleOption('the role by which customers are delivered to (output central_role_arn)'))
    .addOption(
      new Option('--probe-role <arn>', 'tells whether their role exists (output probe_role_arn); by default <prefix>-probe').env(
        'PROBE_ROLE_ARN',
      ),
    );
  addTries(verify)
    .addHelpText(
      'after',
      examples(
        'logferry tenant verify acme-corp',
        'logferry tenant verify acme-corp --cluster prod-1 --no-canary',
        'logferry tenant verify acme-corp --role-document role.json     # aws iam get-role, as they sent it',
        'logferry tenant verify --all --json | jq -r \'.[] | select(.result == "red") | .tenant_id\'',
      ) + `\n${EXIT_CODES}`,
    )
    .action((id: string | undefined, options: VerifyOptions, command: Command) => verifyOneOrAll(command, id, options));
}

function addTries(verify: Command): Command {
  return verify
    .option('--cluster <id>', 'session tag cluster_id; where they let in certain clusters, one of those', 'logferry-verify')
    .option('--environment <name>', "session tag environment; by default the row's, or production")
    .option('--application <name>', 'for log groups whose name depends on it', 'logferry-verify')
    .option('--no-canary', 'put no line: only the empty stream logferry-verify is made')
    .option('--role-document <file>', 'their role as `aws iam get-role` prints it, to name what of its trust differs; - for standard input')
    .option('--customer-profile <profile>', 'an AWS profile of theirs that may read: iam:GetRole, logs:DescribeLogGroups')
    .option('--try-external-id <text...>', 'other ExternalIds that theirs may be', [])
    .option('--try-cluster <id...>', 'other clusters that they may let in', [])
    .option('--try-environment <name...>', 'other environments that they may let in', [])
    .option('--reveal', 'statements hold the ExternalId itself');
}

async function verifyOneOrAll(command: Command, id: string | undefined, options: VerifyOptions): Promise<void> {
  if ((id === undefined) !== (options.all ?? false)) throw new UsageError('which tenant? Give its id, or --all');
  if (options.all && (options.roleDocument ?? options.customerProfile) !== undefined)
    throw new UsageError('--role-document and --customer-profile are of one tenant; --all takes neither');
  if (options.roleDocument !== undefined && options.customerProfile !== undefined)
    throw new UsageError('--role-document and --customer-profile tell the same: give one');
  const context = open(command);
  const rows = (await context.tenants.all()).filter(isLiving);
  const deps = await depsOf(command, context, options, rows);
  const isGood = id === undefined ? await all(context, rows, options, deps) : await one(context, id, deps);
  if (!isGood) process.exitCode = 1;
}

async function one(context: Context, id: string, deps: VerifyDeps): Promise<boolean> {
  const checks = await verifyTenant(await livingRow(context, id), deps);
  context.output.answer(checks, () => showChecks(context.output, id, checks));
  return passes(checks);
}

async function all(context: Context, rows: readonly Item[], { enabled, concurrency }: VerifyOptions, deps: VerifyDeps): Promise<boolean> {
  const wanted = rows.filter((row) => !enabled || conditionOf(row).state === 'enabled');
  const sorted = wanted.toSorted((a, b) => (String(a['tenant_id']) < String(b['tenant_id']) ? -1 : 1));
  return await verifyFleet(context, sorted, deps, concurrency);
}

function isLiving(row: Item): boolean {
  return row['tenant_id'] !== FLEET && row['removed_at'] === undefined && isCloudWatch(row);
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100) throw new InvalidArgumentError('expected 1 to 100.');
  return count;
}
