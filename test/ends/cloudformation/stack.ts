/** A stack of the template in a customer's own account of an emulated AWS, made as the console or `aws cloudformation deploy` makes it, and read back. */
import { readFile } from 'node:fs/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetRoleCommand, GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Keys } from '../../../local/provision/central.ts';
import type { Values } from '../../customer-module/cloudformation/resolve.ts';
import { TEMPLATE } from '../../customer-module/cloudformation/template.ts';

const PATIENCE = { maxWaitTime: 60, minDelay: 1, maxDelay: 2 };

export interface Customer {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Keys;
}

export interface AppliedRole {
  readonly name: string;
  readonly maxSessionDuration: number | undefined;
  readonly trust: unknown;
  /** By name. */
  readonly policies: Readonly<Record<string, unknown>>;
}

export interface AppliedGroup {
  readonly name: string;
  readonly retentionDays: number | undefined;
}

/** An administrator: moto keeps accounts apart by the role that a session is of, whether there is such a role or not. */
export async function customer(endpoint: string, account: string, region: string): Promise<Customer> {
  const sts = new STSClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const RoleArn = `arn:aws:iam::${account}:role/administrator`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'customer' }));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { endpoint, region, credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken } };
}

/** @returns the outputs, once it is complete. */
export async function createStack(by: Customer, StackName: string, values: Values): Promise<Readonly<Record<string, string>>> {
  const client = new CloudFormationClient(by);
  const Parameters = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
  const TemplateBody = await readFile(TEMPLATE, 'utf8');
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Parameters, Capabilities: ['CAPABILITY_NAMED_IAM'] }));
  await waitUntilStackCreateComplete({ client, ...PATIENCE }, { StackName });
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  client.destroy();
  return Object.fromEntries((stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

export async function deleteStack(by: Customer, StackName: string): Promise<void> {
  const client = new CloudFormationClient(by);
  await client.send(new DeleteStackCommand({ StackName }));
  await waitUntilStackDeleteComplete({ client, ...PATIENCE }, { StackName });
  client.destroy();
}

/** As IAM has it. @throws NoSuchEntityException when it is not there. */
export async function roleIn(by: Customer, RoleName: string): Promise<AppliedRole> {
  const iam = new IAMClient(by);
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const policies = PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return [PolicyName, documentOf(PolicyDocument)] as const;
    });
    return {
      name: Role?.RoleName ?? '',
      maxSessionDuration: Role?.MaxSessionDuration,
      trust: documentOf(Role?.AssumeRolePolicyDocument),
      policies: Object.fromEntries(await Promise.all(policies)),
    };
  } finally {
    iam.destroy();
  }
}

/** By name. */
export async function groupsIn(by: Customer): Promise<AppliedGroup[]> {
  const logs = new CloudWatchLogsClient(by);
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  logs.destroy();
  return byName(logGroups.map(({ logGroupName = '', retentionInDays }) => ({ name: logGroupName, retentionDays: retentionInDays })));
}

export function byName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** IAM answers URL-encoded. */
function documentOf(text: string | undefined): unknown {
  return JSON.parse(decodeURIComponent(text ?? ''));
}
