/** What a customer applies in their account, with a tenant's values filled in: made of customer-module's own files (pure). */
import { CliError } from '../error.ts';

/** Every value is of characters that need no escape in HCL, YAML, JSON or a shell's single quotes. */
export interface CustomerValues {
  readonly centralRoleArn: string;
  readonly tenantId: string;
  readonly externalId: string;
  /** Let in as well, while the ExternalId is changed for another. */
  readonly previousExternalId?: string;
  /** Where the groups are to be; undefined leaves it to the customer. */
  readonly region?: string;
  /** Of the applications' lines; undefined leaves it at the module's default. */
  readonly group?: string;
  /** Undefined leaves it at the module's default. */
  readonly roleName?: string;
  /** Those that are let in; none: all of the tenant's. */
  readonly clusterIds: readonly string[];
}

/** What a file of ours begins with; others are not written over. */
export function headOf(tenantId: string): string {
  return `# Log delivery for ${tenantId}. `;
}

/** A root module around customer-module, which is sent along. */
export function terraformOf(values: CustomerValues): string {
  const { tenantId, region, group } = values;
  const provider = region === undefined ? '' : `provider "aws" {\n  region = "${region}"\n}\n\n`;
  const groups =
    group === undefined
      ? ''
      : `\n  log_groups = {\n    application = { name = "${group}" }\n    system      = {}\n    audit       = {}\n  }\n`;
  return `${headOf(tenantId)}The folder customer-module comes along with this file.
# Then send back what this prints: terraform output -json handshake

${provider}module "log_distribution" {
  source = "./customer-module"

${argumentsOf(values)}
${groups}}

output "handshake" {
  description = "What the operator needs."
  value       = module.log_distribution.handshake
  sensitive   = true
}
`;
}

/** Aligned as `terraform fmt` does it. */
function argumentsOf({ centralRoleArn, tenantId, externalId, previousExternalId, roleName, clusterIds }: CustomerValues): string {
  const given = Object.entries({
    central_log_distribution_role_arn: centralRoleArn,
    tenant_id: tenantId,
    external_id: externalId,
    previous_external_id: previousExternalId,
    role_name: roleName,
    cluster_ids: clusterIds.length === 0 ? undefined : clusterIds,
  }).filter(([, value]) => value !== undefined);
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `  ${name.padEnd(width)} = ${hclOf(value)}`).join('\n');
}

function hclOf(value: string | readonly string[] | undefined): string {
  return Array.isArray(value) ? `[${value.map((one) => `"${one}"`).join(', ')}]` : `"${String(value)}"`;
}

/**
 * The template with these values as its parameters' defaults, comments and all, and the command that applies them at its head.
 * @param template text of customer-log-distribution.yaml.
 */
export function cloudFormationOf(template: string, values: CustomerValues): string {
  const parameters = parametersOf(values);
  const filled = Object.entries(parameters).reduce((text, [parameter, value]) => withDefault(text, parameter, value), template);
  return `${commandOf(values, parameters)}${filled}`;
}

/** The same values as a file for `aws cloudformation deploy --parameter-overrides file://...`: a stack that is there takes no changed defaults. */
export function parameterFileOf(values: CustomerValues): string {
  const parameters = Object.entries(parametersOf(values)).map(([name, value]) => `${name}=${value}`);
  return `${JSON.stringify(parameters, null, 2)}\n`;
}

/** What such a file of ours begins with: it can hold no comment. */
export function parameterHeadOf(tenantId: string): string {
  return `[\n  "TenantId=${tenantId}",`;
}

function parametersOf(values: CustomerValues): Readonly<Record<string, string>> {
  const { centralRoleArn, tenantId, externalId, previousExternalId = '', group, roleName, clusterIds } = values;
  return {
    TenantId: tenantId,
    CentralLogDistributionRoleArn: centralRoleArn,
    ExternalId: externalId,
    PreviousExternalId: previousExternalId,
    ...(clusterIds.length > 0 && { ClusterIds: clusterIds.join(',') }),
    ...(roleName !== undefined && { RoleName: roleName }),
    ...(group !== undefined && { ApplicationLogGroupName: group }),
  };
}

/** A stack that is there keeps its own values, whatever the defaults say: https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/ */
function commandOf({ tenantId, region }: CustomerValues, parameters: Readonly<Record<string, string>>): string {
  const where = region === undefined ? '' : ` --region ${region}`;
  const overrides = Object.entries(parameters).map(([name, value]) => `'${name}=${value}'`);
  return [
    `${headOf(tenantId)}Apply it${region === undefined ? ' in the region where the logs are to arrive' : ` in ${region}`}:`,
    `#   aws cloudformation deploy${where} --stack-name logferry --template-file THIS_FILE --capabilities CAPABILITY_NAMED_IAM \\`,
    `#     --parameter-overrides ${overrides.join(' ')}`,
    '# A new stack needs no --parameter-overrides; one that is there would keep the values that it has.',
    '# Then send back its output Handshake.',
    '',
  ].join('\n');
}

function withDefault(template: string, parameter: string, value: string): string {
  const head = new RegExp(`^( {2}${parameter}:\\n {4}Type: (?:String|CommaDelimitedList)\\n)(?: {4}Default: .*\\n)?`, 'm');
  if (!head.test(template)) throw new CliError(`the CloudFormation template has no parameter ${parameter} that takes a text`);
  return template.replace(head, (_, kept: string) => `${kept}    Default: '${value}'\n`);
}
