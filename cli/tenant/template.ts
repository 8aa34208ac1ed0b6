/** `tenant template`: prints what to send to the customer. */
import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { CloudWatchRow, DEFAULT_GROUP } from '../../worker/locate/tenant-row.ts';
import { examples, open, type Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { livingRow } from './change.ts';
import { cloudFormationOf, terraformOf, type CustomerValues } from './customer-side.ts';
import type { Item } from './table.ts';

const CLOUDFORMATION = new URL('../../customer-module/cloudformation/customer-log-distribution.yaml', import.meta.url);
/** As the module and the template take them. */
const GROUP = /^(?!aws\/)[A-Za-z0-9_/.#-]{1,512}$/;

interface TemplateOptions {
  readonly format: 'terraform' | 'cloudformation';
  readonly centralRoleArn?: string;
}

export function defineTemplate(tenant: Command): void {
  tenant
    .command('template')
    .description("print what the customer applies in their account, with the tenant's values filled in; it holds the ExternalId")
    .argument('<id>')
    .addOption(
      new Option('--format <format>', 'what they use; for terraform, send the folder customer-module along')
        .choices(['terraform', 'cloudformation'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--central-role-arn <arn>', 'the role that theirs trusts (output central_role_arn)').env(
        'CENTRAL_LOG_DISTRIBUTION_ROLE_ARN',
      ),
    )
    .addHelpText(
      'after',
      examples(
        'logferry tenant template acme-corp --format terraform > acme-corp/main.tf && cp -r customer-module acme-corp/',
        'logferry tenant template acme-corp --format cloudformation > acme-corp.yaml',
      ),
    )
    .action((id: string, options: TemplateOptions, command: Command) => printTemplate(open(command), id, options));
}

async function printTemplate(context: Context, id: string, { format, centralRoleArn }: TemplateOptions): Promise<void> {
  if (!centralRoleArn) throw new UsageError('which central role? Give --central-role-arn, or set CENTRAL_LOG_DISTRIBUTION_ROLE_ARN');
  if (!CloudWatchRow.shape.log_distribution_role_arn.safeParse(centralRoleArn).success)
    throw new UsageError(`--central-role-arn is ${JSON.stringify(centralRoleArn)}; expected arn:aws:iam::<account>:role/<name>`);
  const values = valuesOf(context, id, await livingRow(context, id), centralRoleArn);
  const text = format === 'terraform' ? terraformOf(values) : cloudFormationOf(await readFile(CLOUDFORMATION, 'utf8'), values);
  context.output.answer({ tenant_id: id, format, text }, () => context.output.line(text.trimEnd()));
}

function valuesOf({ output }: Context, tenantId: string, row: Item, centralRoleArn: string): CustomerValues {
  const externalId = CloudWatchRow.shape.external_id.safeParse(row['external_id']).data;
  if (externalId === undefined)
    throw new CliError(
      `tenant ${tenantId} has no ExternalId that can be used; \`logferry tenant set ${tenantId} external_id=...\` gives one`,
    );
  const region = CloudWatchRow.shape.target_region.safeParse(row['target_region']).data;
  const group = row['log_group_name'];
  if (typeof group !== 'string' || group === '' || group === DEFAULT_GROUP) return { centralRoleArn, tenantId, externalId, region };
  if (GROUP.test(group)) return { centralRoleArn, tenantId, externalId, region, group };
  output.warn(`log_group_name is ${group}, which is no name of one group: the customer has to name theirs`);
  return { centralRoleArn, tenantId, externalId, region };
}
