/**
 * A customer on an emulator: in their account the role and the log group that the customer module makes on AWS, and their row in the central table.
 * Each part can be left out or made wrong, since that is what customers do.
 */
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { CUSTOMER_ROLE_NAME, policy, type Central, type Keys } from './central.ts';

export interface TenantOptions {
  readonly id: string;
  /** Keys that may do everything in the customer's account. */
  readonly keys: Keys;
  readonly account: string;
  readonly region?: string;
  readonly group?: string;
  /** Of the role; tenants that share an account need one each. */
  readonly roleName?: string;
  readonly externalId?: string;
}

export interface TenantSide {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly roleArn: string;
  readonly externalId: string;
  readonly logs: CloudWatchLogsClient;
}

export const DEFAULT_GROUP = '/ROSA/cluster-logs/application';

/** The role and the log group. @returns what the row must say of them. */
export async function makeTenantSide(central: Central, options: TenantOptions): Promise<TenantSide> {
  const { id, account, keys, region = central.cloud.region, group = DEFAULT_GROUP } = options;
  const { roleName = CUSTOMER_ROLE_NAME, externalId = `external-${id}` } = options;
  const config = { endpoint: central.cloud.endpoint, region, credentials: keys };
  const logs = new CloudWatchLogsClient(config);
  const iam = new IAMClient(config);
  const groupArn = `arn:aws:logs:${region}:${account}:log-group:${group}`;
  // AWS asks for what is in the group; ministack, one of the witnesses, for the group itself.
  const Resource = [groupArn, `${groupArn}:*`];
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: trust(central.roleArn, id, externalId) }),
  );
  const PolicyDocument = policy({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource });
  await iam.send(new PutRolePolicyCommand({ RoleName: roleName, PolicyName: 'deliver', PolicyDocument }));
  iam.destroy();
  await makeGroup(logs, group);
  return { id, account, region, group, externalId, logs, roleArn: Role?.Arn ?? '' };
}

/** Tenants may share an account and a group. */
async function makeGroup(logs: CloudWatchLogsClient, logGroupName: string): Promise<void> {
  try {
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
  } catch (error) {
    if ((error as Error).name !== 'ResourceAlreadyExistsException') throw error;
  }
}

/** The row that tells the worker where to deliver. @param more further fields, or others in place of these. */
export async function putRow(central: Central, tenant: TenantSide, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { id, roleArn, externalId, region, group } = tenant;
  const Item = {
    tenant_id: id,
    type: 'cloudwatch',
    enabled: true,
    log_distribution_role_arn: roleArn,
    external_id: externalId,
    target_region: region,
    log_group_name: group,
    ...more,
  };
  await central.clients.documents.send(new PutCommand({ TableName: central.table, Item }));
}

export async function makeTenant(central: Central, options: TenantOptions): Promise<TenantSide> {
  const tenant = await makeTenantSide(central, options);
  await putRow(central, tenant);
  return tenant;
}

/** Trusts the central role alone, with this tenant's tag and ExternalId. */
export function trust(centralRoleArn: string, tenantId: string, externalId: string): string {
  const Condition = { StringEquals: { 'sts:ExternalId': externalId, 'aws:PrincipalTag/tenant_id': tenantId } };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: centralRoleArn }, Action: 'sts:AssumeRole', Condition },
      { Effect: 'Allow', Principal: { AWS: centralRoleArn }, Action: 'sts:TagSession' },
    ],
  });
}

/** Replaces whom the customer's role trusts. */
export async function setTrust({ cloud }: Central, keys: Keys, document: string): Promise<void> {
  const iam = new IAMClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: keys });
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: CUSTOMER_ROLE_NAME, PolicyDocument: document }));
  iam.destroy();
}
