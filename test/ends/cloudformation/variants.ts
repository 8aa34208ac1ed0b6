/** The same wishes as a customer states them to CloudFormation and to Terraform. */
import type { Values } from '../../customer-module/cloudformation/resolve.ts';

export interface Variant {
  readonly account: string;
  readonly parameters: Values;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const CENTRAL_ROLE = 'arn:aws:iam::123456789012:role/central';

const AGREED = {
  parameters: { CentralLogDistributionRoleArn: CENTRAL_ROLE, TenantId: 'acme-corp', ExternalId: 'agreed-with-acme' },
  variables: { central_log_distribution_role_arn: CENTRAL_ROLE, tenant_id: 'acme-corp', external_id: 'agreed-with-acme' },
};
const KEY = 'arn:aws:kms:eu-west-1:333333333333:key/11111111-2222-3333-4444-555555555555';
const TOPICS = ['one', 'two'].map((name) => `arn:aws:sns:eu-west-1:333333333333:${name}`);

export const VARIANTS: Readonly<Record<'nothing but what is asked' | 'everything of their own' | 'nothing beside the role', Variant>> = {
  'nothing but what is asked': { account: '222222222222', ...AGREED },
  'everything of their own': {
    account: '333333333333',
    parameters: {
      ...AGREED.parameters,
      PreviousExternalId: 'until-now',
      ClusterIds: 'prod-1,prod-2',
      RoleName: 'CustomerLogDistributionAcme',
      ApplicationLogGroupName: '/acme/apps',
      SystemLogGroupName: '/acme/system',
      AuditLogGroupName: '/acme/audit',
      LogRetentionDays: '30',
      AuditLogRetentionDays: '0',
      AuditLogGroupClass: 'INFREQUENT_ACCESS',
      KmsKeyArn: KEY,
      ErrorFilterPattern: '{ $.level = "error" }',
      ErrorAlarmThreshold: '3',
      AlarmTopicArns: TOPICS.join(','),
    },
    variables: {
      ...AGREED.variables,
      previous_external_id: 'until-now',
      cluster_ids: ['prod-1', 'prod-2'],
      role_name: 'CustomerLogDistributionAcme',
      log_groups: {
        application: { name: '/acme/apps', retention_days: 30 },
        system: { name: '/acme/system', retention_days: 30 },
        audit: { name: '/acme/audit', retention_days: 0, class: 'INFREQUENT_ACCESS' },
      },
      kms_key_arn: KEY,
      error_filter_pattern: '{ $.level = "error" }',
      error_alarm_threshold: 3,
      alarm_topic_arns: TOPICS,
    },
  },
  'nothing beside the role': {
    account: '444444444444',
    parameters: { ...AGREED.parameters, CreateLogGroups: 'false', CreateErrorMetric: 'false', CreateDashboard: 'false' },
    variables: { ...AGREED.variables, create_log_groups: false, create_error_metric: false, create_dashboard: false },
  },
};
