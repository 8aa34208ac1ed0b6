/**
 * `tenant rotate`: another ExternalId for a tenant, in two steps without a gap. The next one stands in the row first, beside the one that the worker sends; the
 * customer lets both in; and only what their role is seen to let in becomes the one that is sent.
 */
import { Option, type Command } from 'commander';
import { isSegment } from '../../worker/locate/object-key.ts';
import { CloudWatchRow } from '../../worker/locate/tenant-row.ts';
import { SETTINGS } from '../../worker/settings.ts';
import { addDryRun, examples, open, type Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { centralRoleOf, centralRoleOption } from './central-role.ts';
import { change, livingRow } from './change.ts';
import { collisionsOf, refuseCollisions } from './collisions.ts';
import { tryDoubleHop } from './double-hop.ts';
import { isRotating, newExternalId, NEXT } from './external-id.ts';
import { checkRow } from './fields.ts';
import { withPatch, type Item } from './table.ts';

interface RotateOptions {
  readonly finish?: boolean;
  readonly cancel?: boolean;
  readonly externalId?: string;
  readonly untried?: boolean;
  readonly centralRoleArn?: string;
  readonly clusterId: string;
  readonly environment: string;
}

const STEPS = `
The steps:
  1. rotate ID            notes the next ExternalId; deliveries go on with the old one
  2. template ID          prints both; the customer applies it, and lets both in
  3. rotate ID --finish   tries the next one on their role; if that lets it in, the worker sends it from now on (within TENANT_CACHE_SECONDS, a minute)
  4. template ID          prints the new one alone; once the minute is over, the customer applies it, and the old one is out`;

export function defineRotate(tenant: Command): void {
  const rotate = tenant
    .command('rotate')
    .description("change a tenant's ExternalId for another one, in two steps, without a line that is refused")
    .argument('<id>')
    .addOption(new Option('--finish', 'second step: switch to the next one').conflicts(['cancel', 'externalId']))
    .addOption(new Option('--cancel', 'drop the next one; the customer may apply their side again').conflicts('externalId'))
    .option('--external-id <text>', 'first step: one that was agreed on; a random one by default')
    .option('--untried', 'with --finish: switch without trying whether their role lets it in')
    .addOption(centralRoleOption('with --finish: the role that theirs trusts (output central_role_arn)'))
    .option(
      '--cluster-id <id>',
      'with --finish: session tag of the try; a cluster of theirs, where their role lets in those alone',
      'logferry-try',
    )
    .option(
      '--environment <name>',
      "with --finish: session tag of the try where the row has none; the worker's ENVIRONMENT",
      SETTINGS.ENVIRONMENT.default,
    );
  addDryRun(rotate)
    .addHelpText(
      'after',
      `${STEPS}\n${examples('logferry tenant rotate acme-corp', 'logferry tenant rotate acme-corp --finish', 'logferry tenant rotate acme-corp --cancel')}`,
    )
    .action((id: string, options: RotateOptions, command: Command) => rotateExternalId(open(command), id, options));
}

async function rotateExternalId(context: Context, id: string, options: RotateOptions): Promise<void> {
  const before = await livingRow(context, id);
  if (options.cancel === true) return await change(context, before, { [NEXT]: undefined }, { tellsIds: true });
  if (options.finish === true) return await finish(context, before, options);
  await begin(context, before, options.externalId);
}

async function begin(context: Context, before: Item, agreed: string | undefined): Promise<void> {
  const id = String(before['tenant_id']);
  if (!before['external_id'])
    throw new CliError(`tenant ${id} has no ExternalId to change; \`logferry tenant set ${id} external_id=...\` gives the first one`);
  if (isRotating(before))
    throw new CliError(`a rotation of tenant ${id} is under way: \`rotate ${id} --finish\` ends it, \`rotate ${id} --cancel\` drops it`);
  const fleet = await context.tenants.all();
  const next = agreed ?? newExternalId(fleet);
  if (!CloudWatchRow.shape.external_id.safeParse(next).success)
    throw new UsageError('--external-id cannot be used; expected 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -');
  if (next === before['external_id']) throw new CliError(`tenant ${id} has this ExternalId already`);
  const patch = { [NEXT]: next };
  refuseCollisions(collisionsOf(withPatch(before, patch), fleet), true);
  await change(context, before, patch, { tellsIds: true });
  say(
    context,
    `Next: \`logferry tenant template ${id} --format ...\` prints both; once the customer has applied it, \`rotate ${id} --finish\`.`,
  );
}

async function finish(context: Context, before: Item, options: RotateOptions): Promise<void> {
  const id = String(before['tenant_id']);
  if (!isRotating(before)) throw new CliError(`no rotation of tenant ${id} is under way; \`logferry tenant rotate ${id}\` begins one`);
  const patch = { external_id: before[NEXT], [NEXT]: undefined };
  const after = withPatch(before, patch);
  checkRow(after, before);
  if (options.untried !== true) await tryNext(context, after, options);
  await change(context, before, patch, { tellsIds: true });
  say(
    context,
    `Next: once a minute (TENANT_CACHE_SECONDS) is over, the customer may apply what \`template ${id}\` prints now, and the old one is out.`,
  );
}

async function tryNext(context: Context, after: Item, { centralRoleArn, clusterId, environment }: RotateOptions): Promise<void> {
  const id = String(after['tenant_id']);
  if (!isSegment(clusterId)) throw new UsageError(`--cluster-id is ${JSON.stringify(clusterId)}; expected 1 to 128 of A-Z a-z 0-9 . _ -`);
  const hops = { centralRoleArn: centralRoleOf(centralRoleArn), cluster: clusterId, environment };
  if (!after['log_distribution_role_arn'])
    throw new CliError(`tenant ${id} has no role to try the next ExternalId on; where nobody uses the old one yet, give --untried`);
  try {
    await tryDoubleHop(context, after, hops);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(
      `nothing was changed: the next ExternalId of tenant ${id} is not let in. The customer has to apply what \`logferry tenant template ${id}\` prints. ${error.message}`,
      { cause: error },
    );
  }
}

/** What comes next is for people. */
function say({ output, isDryRun }: Context, text: string): void {
  if (!output.isJson && !isDryRun) output.line(text);
}
