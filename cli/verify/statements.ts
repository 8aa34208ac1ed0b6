/** The statements to add, with a tenant's own values (pure): ready to paste. */
import type { Route } from '../../worker/locate/locate.ts';

export interface Side {
  readonly route: Route;
  readonly centralRoleArn: string;
  /** Whether statements hold the ExternalId itself. */
  readonly reveal: boolean;
}

const VERSION = '2012-10-17';

export function document(...Statement: readonly object[]): object {
  return { Version: VERSION, Statement };
}

/** As it stands in a statement. */
export function externalIdOf({ route, reveal }: Side): string | undefined {
  if (route.externalId === undefined || reveal) return route.externalId;
  return `<the ExternalId that \`logferry tenant show ${route.source.tenant}\` tells>`;
}

/** The whole trust policy, as customer-module makes it. */
export function trustDocument(side: Side): object {
  return document(assumeStatement(side), tagSessionStatement(side));
}

export function assumeStatement(side: Side): object {
  const externalId = externalIdOf(side);
  return {
    Sid: 'AssumeForTenant',
    Effect: 'Allow',
    Principal: { AWS: side.centralRoleArn },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: {
        ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
        'aws:PrincipalTag/tenant_id': side.route.source.tenant,
      },
    },
  };
}

export function tagSessionStatement({ centralRoleArn }: Side): object {
  return { Sid: 'InheritTags', Effect: 'Allow', Principal: { AWS: centralRoleArn }, Action: 'sts:TagSession' };
}

export function groupArn({ region, account, group, roleArn }: Route): string {
  return `arn:${partitionOf(roleArn)}:logs:${region}:${account}:log-group:${group}`;
}

/** For the permissions of the customer's role. */
export function logsStatement(route: Route, actions: readonly string[]): object {
  return { Sid: 'DeliverLogs', Effect: 'Allow', Action: actions, Resource: `${groupArn(route)}:*` };
}

/** For the policy of their key. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
export function keyStatement(route: Route): object {
  return {
    Sid: 'LetCloudWatchLogsUseIt',
    Effect: 'Allow',
    Principal: { Service: `logs.${route.region}.${partitionOf(route.roleArn) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}` },
    Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    Resource: '*',
    Condition: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': groupArn(route) } },
  };
}

/** Both for our central role: who may take it, and whose roles it may take. */
export function centralTrustStatement(operator: string): object {
  return {
    Sid: 'OperatorsVerify',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partitionOf(operator)}:iam::${operator.split(':')[4] ?? ''}:root` },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { ArnLike: { 'aws:PrincipalArn': operator } },
  };
}

export function mayAssumeStatement(roleArn: string): object {
  return { Sid: 'AssumeCustomers', Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: roleArn };
}

/**
 * Who it is, as `operators` names them: the role of an assumed session's ARN, whose path is not told there; other ARNs as they are. Roles of IAM Identity Center
 * end in a suffix that changes: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
export function operatorOf(arn: string): string {
  const [, partition = '', account = '', role = ''] = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (role === '') return arn;
  const [sso] = /^AWSReservedSSO_.+_(?=[0-9a-f]{16}$)/.exec(role) ?? [];
  return `arn:${partition}:iam::${account}:role/${sso === undefined ? role : `aws-reserved/sso.amazonaws.com*/${sso}*`}`;
}

function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}
