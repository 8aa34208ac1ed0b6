/**
 * What each of the two makes, in one form: plain documents, so that a difference shows as one. Names that nobody but their maker reads (logical ids, a dashboard's name)
 * are left out; so is where JSON has a list of one for a single value.
 */
import type { Resolved } from '../../customer-module/cloudformation/resolve.ts';

export interface Documents {
  readonly role: Readonly<Record<'name' | 'description' | 'maxSessionDuration' | 'trust', unknown>>;
  /** By name. */
  readonly policies: Readonly<Record<string, unknown>>;
  /** By name. */
  readonly groups: Readonly<Record<string, { readonly retentionDays: unknown; readonly class: unknown; readonly key: unknown }>>;
  readonly filter: unknown;
  readonly alarm: unknown;
  readonly dashboard: unknown;
  /** Without the role, whose ARN a plan does not know. */
  readonly handshake: unknown;
}

type Properties = Readonly<Record<string, unknown>>;

/** A plan as `terraform show -json` prints it. */
export interface Plan {
  readonly planned_values: {
    readonly root_module: { readonly resources: readonly { readonly type: string; readonly values: Properties }[] };
  };
  readonly output_changes: Readonly<Record<string, { readonly after: Properties }>>;
}

export function ofPlan({ planned_values, output_changes }: Plan): Documents {
  const all = (type: string) => planned_values.root_module.resources.filter((one) => one.type === type).map(({ values }) => values);
  const [role = {}] = all('aws_iam_role');
  const [filter] = all('aws_cloudwatch_log_metric_filter');
  const [alarm] = all('aws_cloudwatch_metric_alarm');
  const [dashboard] = all('aws_cloudwatch_dashboard');
  return {
    role: {
      name: role['name'],
      description: role['description'],
      maxSessionDuration: role['max_session_duration'],
      trust: parsed(role['assume_role_policy']),
    },
    policies: Object.fromEntries(all('aws_iam_role_policy').map((one) => [one['name'], parsed(one['policy'])])),
    groups: Object.fromEntries(all('aws_cloudwatch_log_group').map((one) => [one['name'], groupOfTerraform(one)])),
    filter: filter && filterOfTerraform(filter),
    alarm: alarm && alarmOfTerraform(alarm),
    dashboard: dashboard && parsed(dashboard['dashboard_body']),
    handshake: withoutRole(output_changes['handshake']?.after ?? {}),
  };
}

export function ofTemplate({ resources, outputs }: Resolved): Documents {
  const all = (type: string) =>
    Object.values(resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Properties);
  const [role = {}] = all('AWS::IAM::Role');
  const [filter] = all('AWS::Logs::MetricFilter');
  const [alarm] = all('AWS::CloudWatch::Alarm');
  const [dashboard] = all('AWS::CloudWatch::Dashboard');
  return {
    role: {
      name: role['RoleName'],
      description: role['Description'],
      maxSessionDuration: role['MaxSessionDuration'],
      trust: role['AssumeRolePolicyDocument'],
    },
    policies: Object.fromEntries((role['Policies'] as Properties[]).map((one) => [one['PolicyName'], one['PolicyDocument']])),
    groups: Object.fromEntries(all('AWS::Logs::LogGroup').map((one) => [one['LogGroupName'], groupOfTemplate(one)])),
    filter: filter && filterOfTemplate(filter),
    alarm: alarm && alarmOfTemplate(alarm),
    dashboard: dashboard && parsed(dashboard['DashboardBody']),
    handshake: withoutRole(parsed(outputs['Handshake']) as Properties),
  };
}

const parsed = (text: unknown): unknown => JSON.parse(text as string);

function withoutRole(handshake: Properties): Properties {
  return Object.fromEntries(Object.entries(handshake).filter(([name]) => name !== 'role_arn'));
}

/** 0 is Terraform's for ever. */
function groupOfTerraform(group: Properties) {
  return { retentionDays: group['retention_in_days'] || undefined, class: group['log_group_class'], key: group['kms_key_id'] ?? undefined };
}

function groupOfTemplate(group: Properties) {
  return { retentionDays: group['RetentionInDays'], class: group['LogGroupClass'], key: group['KmsKeyId'] };
}

function filterOfTerraform({ name, log_group_name, pattern, metric_transformation }: Properties): unknown {
  const [metric = {}] = metric_transformation as Properties[];
  const { namespace, name: metricName, value, default_value, unit } = metric;
  return { name, group: log_group_name, pattern, metric: [namespace, metricName, value, Number(default_value), unit] };
}

function filterOfTemplate({ FilterName: name, LogGroupName: group, FilterPattern: pattern, MetricTransformations }: Properties): unknown {
  const [metric = {}] = MetricTransformations as Properties[];
  const { MetricNamespace, MetricName, MetricValue, DefaultValue, Unit } = metric;
  return { name, group, pattern, metric: [MetricNamespace, MetricName, MetricValue, DefaultValue, Unit] };
}

const ALARM = {
  AlarmName: 'alarm_name',
  AlarmDescription: 'alarm_description',
  Namespace: 'namespace',
  MetricName: 'metric_name',
  Statistic: 'statistic',
  Period: 'period',
  EvaluationPeriods: 'evaluation_periods',
  Threshold: 'threshold',
  ComparisonOperator: 'comparison_operator',
  TreatMissingData: 'treat_missing_data',
  AlarmActions: 'alarm_actions',
  OKActions: 'ok_actions',
};

/** Each under CloudFormation's name; no topics are no topics. */
function alarmOfTerraform(alarm: Properties): unknown {
  const named = Object.entries(ALARM).map(([name, attribute]) => [name, sortedList(alarm[attribute])]);
  return Object.fromEntries(named.filter(([, value]) => value !== undefined));
}

function alarmOfTemplate(alarm: Properties): unknown {
  return Object.fromEntries(Object.entries(alarm).map(([name, value]) => [name, sortedList(value)]));
}

function sortedList(value: unknown): unknown {
  if (!Array.isArray(value)) return value ?? undefined;
  return value.length === 0 ? undefined : (value as string[]).toSorted((a, b) => (a < b ? -1 : 1));
}
