/** What a customer applies in their account, with a tenant's values filled in: made of customer-module's own files (pure). */
import { CliError } from '../error.ts';

/** Every value is of characters that need no escape in HCL, YAML or JSON. */
export interface CustomerValues {
  readonly centralRoleArn: string;
  readonly tenantId: string;
  readonly externalId: string;
  /** Where the groups are to be; undefined leaves it to the customer. */
  readonly region?: string;
  /** Of the applications' lines; undefined leaves it at the module's default. */
  readonly group?: string;
}

/** A root module around customer-module, which is sent along. */
export function terraformOf({ centralRoleArn, tenantId, externalId, region, group }: CustomerValues): string {
  const provider = region === undefined ? '' : `provider "aws" {\n  region = "${region}"\n}\n\n`;
  const groups =
    group === undefined
      ? ''
      : `\n  log_groups = {\n    application = { name = "${group}" }\n    system      = {}\n    audit       = {}\n  }\n`;
  return `# Log delivery for ${tenantId}. The folder customer-module comes along with this file.
# Then send back what this prints: terraform output -json handshake

${provider}module "log_distribution" {
  source = "./customer-module"

  central_log_distribution_role_arn = "${centralRoleArn}"
  tenant_id                         = "${tenantId}"
  external_id                       = "${externalId}"
${groups}}

output "handshake" {
  description = "What the operator needs."
  value       = module.log_distribution.handshake
  sensitive   = true
}
`;
}

/**
 * The template with these values as its parameters' defaults, comments and all.
 * @param template text of customer-log-distribution.yaml.
 */
export function cloudFormationOf(template: string, { centralRoleArn, tenantId, externalId, group }: CustomerValues): string {
  const defaults = {
    CentralLogDistributionRoleArn: centralRoleArn,
    TenantId: tenantId,
    ExternalId: externalId,
    ...(group !== undefined && { ApplicationLogGroupName: group }),
  };
  return Object.entries(defaults).reduce((text, [parameter, value]) => withDefault(text, parameter, value), template);
}

function withDefault(template: string, parameter: string, value: string): string {
  const head = new RegExp(`^( {2}${parameter}:\\n {4}Type: String\\n)(?: {4}Default: .*\\n)?`, 'm');
  if (!head.test(template)) throw new CliError(`the CloudFormation template has no parameter ${parameter} of type String`);
  return template.replace(head, (_, kept: string) => `${kept}    Default: '${value}'\n`);
}
