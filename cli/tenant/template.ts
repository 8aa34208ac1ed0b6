/** `tenant template`: what to send to the customer, printed or as a folder. */
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { isSegment } from '../../worker/locate/object-key.ts';
import { CloudWatchRow, DEFAULT_GROUP } from '../../worker/locate/tenant-row.ts';
import { examples, open, type Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { unlessMissing, writeText } from '../text-file.ts';
import { centralRoleOf, centralRoleOption } from './central-role.ts';
import { livingRow } from './change.ts';
import { cloudFormationOf, headOf, parameterFileOf, parameterHeadOf, terraformOf, type CustomerValues } from './customer-side.ts';
import { isRotating, NEXT } from './external-id.ts';
import type { Item } from './table.ts';

const MODULE = new URL('../../customer-module/', import.meta.url);
const CLOUDFORMATION = 'cloudformation/customer-log-distribution.yaml';
/** As the module and the template take them. */
const GROUP = /^(?!aws\/)[A-Za-z0-9_/.#-]{1,512}$/;
const ROLE_NAME = /^[A-Za-z0-9_+=,.@-]{1,64}$/;
const DEFAULT_ROLE_NAME = 'CustomerLogDistribution';

interface TemplateOptions {
  readonly format: 'terraform' | 'cloudformation';
  readonly centralRoleArn?: string;
  readonly roleName?: string;
  readonly clusterId?: readonly string[];
  readonly output?: string;
}

export function defineTemplate(tenant: Command): void {
  tenant
    .command('template')
    .description("print what the customer applies in their account, with the tenant's values filled in; it holds the ExternalId")
    .argument('<id>')
    .addOption(
      new Option('--format <format>', 'what they use; terraform needs the folder customer-module, which --output puts beside it')
        .choices(['terraform', 'cloudformation'])
        .makeOptionMandatory(),
    )
    .addOption(centralRoleOption('the role that theirs trusts (output central_role_arn)'))
    .option('--role-name <name>', `name of their role; that in the row, or ${DEFAULT_ROLE_NAME}`)
    .option('--cluster-id <id>', 'let in this cluster only; may be repeated', (id: string, ids?: string[]) => [...(ids ?? []), id])
    .option('--output <folder>', 'write it there, ready to apply, in place of printing it')
    .addHelpText(
      'after',
      examples(
        'logferry tenant template acme-corp --format terraform --output acme-corp',
        'logferry tenant template acme-corp --format cloudformation > acme-corp.yaml',
        'logferry tenant template acme-corp --format cloudformation --cluster-id prod-1 --cluster-id prod-2 > acme-corp.yaml',
      ),
    )
    .action((id: string, options: TemplateOptions, command: Command) => makeTemplate(open(command), id, options));
}

async function makeTemplate(context: Context, id: string, options: TemplateOptions): Promise<void> {
  const { format, output: folder } = options;
  const centralRoleArn = centralRoleOf(options.centralRoleArn);
  const clusterIds = clustersOf(options);
  const values = { ...valuesOf(context, id, await livingRow(context, id), options), centralRoleArn, clusterIds };
  const text =
    format === 'terraform' ? terraformOf(values) : cloudFormationOf(await readFile(new URL(CLOUDFORMATION, MODULE), 'utf8'), values);
  const { output } = context;
  if (folder === undefined) return output.answer({ tenant_id: id, format, text }, () => output.line(text.trimEnd()));
  const files = format === 'terraform' ? await writeTerraform(folder, id, text) : await writeCloudFormation(folder, values, text);
  output.answer({ tenant_id: id, format, folder, files }, () => output.line(`Written to ${folder}: ${files.join(', ')}.`));
}

async function writeTerraform(folder: string, id: string, text: string): Promise<string[]> {
  await writeOurs(join(folder, 'main.tf'), headOf(id), text);
  const target = join(folder, 'customer-module');
  await mkdir(target, { recursive: true });
  const names = (await readdir(MODULE)).filter((name) => name.endsWith('.tf') || name === 'README.md');
  for (const name of names) await cp(fileURLToPath(new URL(name, MODULE)), join(target, name));
  return ['main.tf', 'customer-module'];
}

async function writeCloudFormation(folder: string, values: CustomerValues, text: string): Promise<string[]> {
  await writeOurs(join(folder, 'template.yaml'), headOf(values.tenantId), text);
  await writeOurs(join(folder, 'parameters.json'), parameterHeadOf(values.tenantId), parameterFileOf(values));
  return ['template.yaml', 'parameters.json'];
}

/** @throws CliError rather than write over what is not of this tenant and this command. */
async function writeOurs(path: string, head: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const there = await readFile(path, 'utf8').catch(unlessMissing);
  if (there !== undefined && !there.startsWith(head))
    throw new CliError(`${path} is there already, and is not what this command has written for this tenant; choose another --output`);
  await writeText(path, text);
}

function clustersOf({ clusterId = [] }: TemplateOptions): readonly string[] {
  for (const id of clusterId)
    if (!isSegment(id)) throw new UsageError(`--cluster-id is ${JSON.stringify(id)}; expected 1 to 128 of A-Z a-z 0-9 . _ -`);
  return [...new Set(clusterId)];
}

type RowValues = Omit<CustomerValues, 'centralRoleArn' | 'clusterIds'>;

function valuesOf({ output }: Context, tenantId: string, row: Item, options: TemplateOptions): RowValues {
  return {
    tenantId,
    ...externalIds(tenantId, row),
    region: CloudWatchRow.shape.target_region.safeParse(row['target_region']).data,
    ...groupOf(row, (text) => output.warn(text)),
    ...roleNameOf(row, options, (text) => output.warn(text)),
  };
}

/** While it is changed for another, both are let in. */
function externalIds(tenantId: string, row: Item): Pick<CustomerValues, 'externalId' | 'previousExternalId'> {
  const { external_id: schema } = CloudWatchRow.shape;
  const current = schema.safeParse(row['external_id']).data;
  if (current === undefined)
    throw new CliError(
      `tenant ${tenantId} has no ExternalId that can be used; \`logferry tenant set ${tenantId} external_id=...\` gives one`,
    );
  if (!isRotating(row)) return { externalId: current };
  const next = schema.safeParse(row[NEXT]).data;
  if (next === undefined)
    throw new CliError(
      `the next ExternalId of tenant ${tenantId} cannot be used; \`logferry tenant rotate ${tenantId} --cancel\` drops it`,
    );
  return { externalId: next, previousExternalId: current };
}

function groupOf({ log_group_name: group }: Item, warn: (text: string) => void): Pick<CustomerValues, 'group'> {
  if (typeof group !== 'string' || group === '' || group === DEFAULT_GROUP) return {};
  if (GROUP.test(group)) return { group };
  warn(`log_group_name is ${group}, which is no name of one group: the customer has to name theirs`);
  return {};
}

function roleNameOf(row: Item, { roleName: given }: TemplateOptions, warn: (text: string) => void): Pick<CustomerValues, 'roleName'> {
  if (given !== undefined && !ROLE_NAME.test(given))
    throw new UsageError(`--role-name is ${JSON.stringify(given)}; expected 1 to 64 of A-Z a-z 0-9 _ + = , . @ - without a path`);
  const arn = CloudWatchRow.shape.log_distribution_role_arn.safeParse(row['log_distribution_role_arn']).data;
  const [path, inRow] = /:role\/(.*\/)?([^/]+)$/.exec(arn ?? '')?.slice(1) ?? [];
  const name = given ?? inRow;
  if (inRow !== undefined && (path !== undefined || name !== inRow))
    warn(`the row has ${String(arn)}, and what is made is a role ${String(name)} without a path: take its handshake over`);
  return name === undefined || name === DEFAULT_ROLE_NAME ? {} : { roleName: name };
}
