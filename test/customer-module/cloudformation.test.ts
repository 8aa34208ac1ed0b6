/** What a customer gets who makes a stack of the CloudFormation template, for the parameters that they fill in. */
import { describe, expect, it } from 'vitest';
import { parameterFaults, resolve, type Resolved, type Values } from './cloudformation/resolve.ts';
import { readTemplate } from './cloudformation/template.ts';

const TEMPLATE = readTemplate();
const CENTRAL = 'arn:aws:iam::111111111111:role/logferry-production-central';
/** All that has to be filled in. */
const FILLED: Values = { CentralLogDistributionRoleArn: CENTRAL, TenantId: 'acme-corp', ExternalId: 'agreed-with/acme' };
const PLACE = { account: '222222222222', region: 'eu-west-1', stack: 'logferry' };

const made = (more: Values = {}): Resolved => resolve(TEMPLATE, { ...FILLED, ...more }, PLACE);
const properties = (more: Values, resource: string) => made(more).resources[resource]?.Properties ?? {};
const arn = (group: string) => `arn:aws:logs:eu-west-1:222222222222:log-group:${group}:*`;
const types = (more: Values) => Object.keys(made(more).resources);

interface Trust {
  readonly Statement: readonly { readonly Action: string; readonly Principal: object; readonly Condition?: { StringEquals: object } }[];
}
const trust = (more: Values = {}) => (properties(more, 'LogDistributionRole')['AssumeRolePolicyDocument'] as Trust).Statement;
const groups = (more: Values = {}) => Object.values(made(more).resources).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');

describe('the form', () => {
  const { ParameterGroups, ParameterLabels } = TEMPLATE.Metadata['AWS::CloudFormation::Interface'];

  it('asks for the central role, the tenant and the ExternalId; all else has a default', () => {
    const asked = Object.entries(TEMPLATE.Parameters).filter(([, { Default }]) => Default === undefined);
    expect(asked.map(([name]) => name)).toEqual(Object.keys(FILLED));
    expect(parameterFaults(TEMPLATE, FILLED)).toEqual([]);
  });

  it('keeps the names of the original', () => {
    expect(TEMPLATE.Parameters['LogRetentionDays']?.Default).toBe(90);
    expect(TEMPLATE.Parameters['CentralLogDistributionRoleArn']).toBeDefined();
  });

  it('shows each parameter once, in a group, with a label, a description, a limit and words for what breaks it', () => {
    const names = Object.keys(TEMPLATE.Parameters);
    expect(ParameterGroups.flatMap(({ Parameters }) => Parameters).toSorted()).toEqual(names.toSorted());
    expect(Object.keys(ParameterLabels).toSorted()).toEqual(names.toSorted());
    const bare = Object.entries(TEMPLATE.Parameters).filter(
      ([, one]) => !one.Description || !one.ConstraintDescription || !(one.AllowedPattern ?? one.AllowedValues ?? one.MinValue),
    );
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  it('hides no ExternalId: it is no secret, and hidden it could not be compared', () => {
    expect(Object.values(TEMPLATE.Parameters).filter(({ NoEcho }) => NoEcho)).toEqual([]);
  });

  it.each([
    ['CentralLogDistributionRoleArn', ['arn:aws:iam::111111111111:root', 'arn:aws:iam::*:role/x', 'arn:aws:iam::111111111111:role/*', '']],
    ['CentralLogDistributionRoleArn', ['arn:aws:sts::111111111111:assumed-role/central/worker', '111111111111', '*']],
    ['TenantId', ['', '*', 'acme corp', 'acme/corp', '..', 'a'.repeat(129), '${aws:PrincipalTag/tenant_id}']],
    ['ExternalId', ['', 'x', 'with blank', '${aws:username}', 'quoted"', 'a'.repeat(1225)]],
    ['PreviousExternalId', ['x', 'with blank', '*']],
    ['ClusterIds', ['one two', 'one,t*o', '${x}', 'a'.repeat(129)]],
    ['RoleName', ['', 'with/path', 'a'.repeat(65)]],
    ['ApplicationLogGroupName', ['', '*', '/ROSA/*', 'with:colon', 'aws/mine', 'a'.repeat(513)]],
    ['LogRetentionDays', ['2', '-1', 'ninety', '']],
    ['KmsKeyArn', ['alias/mine', 'arn:aws:kms:eu-west-1:222222222222:alias/mine', '*']],
    ['AlarmTopicArns', ['me@example.com', 'arn:aws:sns:eu-west-1:222222222222:*']],
    ['ErrorFilterPattern', ['', '   ']],
    ['ErrorAlarmThreshold', ['0', '-1', '1.5']],
    ['CreateErrorAlarm', ['yes', '']],
    ['LogGroupClass', ['DELIVERY', '']],
  ])('refuses for %s: %j', (name, values) => {
    const taken = values.filter((value) => parameterFaults(TEMPLATE, { ...FILLED, [name]: value }).length === 0);
    expect(taken).toEqual([]);
  });

  it.each([
    ['CentralLogDistributionRoleArn', ['arn:aws:iam::111111111111:role/team/central', 'arn:aws-us-gov:iam::111111111111:role/central']],
    ['TenantId', ['a', 'acme.corp_1-x', 'a'.repeat(128)]],
    ['ExternalId', ['ab', 'Aa0_+=,.@:/-']],
    ['ClusterIds', ['', 'one', 'one,two']],
    ['LogRetentionDays', ['0', '1', '3653']],
    ['KmsKeyArn', ['', 'arn:aws:kms:eu-west-1:222222222222:key/mrk-1234']],
    ['AlarmTopicArns', ['', 'arn:aws:sns:eu-west-1:222222222222:one,arn:aws:sns:eu-west-1:222222222222:two']],
  ])('takes for %s: %j', (name, values) => {
    expect(values.flatMap((value) => parameterFaults(TEMPLATE, { ...FILLED, [name]: value }))).toEqual([]);
  });

  it.each(['ApplicationLogGroupName', 'SystemLogGroupName'])('refuses one name for two groups: %s', (name) => {
    expect(() => made({ [name]: '/ROSA/cluster-logs/audit' })).toThrow('must differ');
  });
});

describe('the role', () => {
  it('trusts the central role alone, for this tenant and this ExternalId', () => {
    expect(trust()).toEqual([
      {
        Sid: 'AssumeForTenant',
        Effect: 'Allow',
        Principal: { AWS: CENTRAL },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'agreed-with/acme', 'aws:PrincipalTag/tenant_id': 'acme-corp' } },
      },
      { Sid: 'InheritTags', Effect: 'Allow', Principal: { AWS: CENTRAL }, Action: 'sts:TagSession' },
    ]);
  });

  it('asks for one of the clusters where some are named', () => {
    expect(trust({ ClusterIds: 'one, two' })[0]?.Condition?.StringEquals).toMatchObject({ 'aws:PrincipalTag/cluster_id': ['one', 'two'] });
  });

  it('lets both ExternalIds in while one is changed for the other', () => {
    const [assume] = trust({ PreviousExternalId: 'until-now' });
    expect(assume?.Condition?.StringEquals).toMatchObject({ 'sts:ExternalId': ['agreed-with/acme', 'until-now'] });
  });

  it('may make streams and put events in its log groups, and nothing else', () => {
    const names = ['/acme/apps', '/ROSA/cluster-logs/audit', '/ROSA/cluster-logs/system'];
    expect(properties({ ApplicationLogGroupName: '/acme/apps' }, 'LogDistributionRole')['Policies']).toEqual([
      {
        PolicyName: 'deliver',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Sid: 'DeliverLogs', Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: names.map(arn) },
          ],
        },
      },
    ]);
  });

  it('has the name that was asked for, and sessions of an hour', () => {
    expect(properties({}, 'LogDistributionRole')).toMatchObject({ RoleName: 'CustomerLogDistribution', MaxSessionDuration: 3600 });
    expect(made({ RoleName: 'CustomerLogDistributionTwo' }).outputs['RoleArn']).toBe(
      'arn:aws:iam::222222222222:role/CustomerLogDistributionTwo',
    );
  });
});

describe('the log groups', () => {
  it('are those of applications and system for 90 days, and audit for 365, all with CloudWatch’s own key', () => {
    expect(groups().map(({ Properties }) => Properties)).toEqual([
      { LogGroupName: '/ROSA/cluster-logs/application', LogGroupClass: 'STANDARD', RetentionInDays: 90 },
      { LogGroupName: '/ROSA/cluster-logs/system', LogGroupClass: 'STANDARD', RetentionInDays: 90 },
      { LogGroupName: '/ROSA/cluster-logs/audit', LogGroupClass: 'STANDARD', RetentionInDays: 365 },
    ]);
  });

  it('take other retentions, classes and a key', () => {
    const key = 'arn:aws:kms:eu-west-1:222222222222:key/1234';
    const more = { LogRetentionDays: '30', AuditLogRetentionDays: '0', AuditLogGroupClass: 'INFREQUENT_ACCESS', KmsKeyArn: key };
    const [application, , audit] = groups(more).map(({ Properties }) => Properties);
    expect(application).toMatchObject({ RetentionInDays: 30, LogGroupClass: 'STANDARD', KmsKeyId: key });
    expect(audit).toEqual({ LogGroupName: '/ROSA/cluster-logs/audit', LogGroupClass: 'INFREQUENT_ACCESS', KmsKeyId: key });
  });

  it('outlive the stack and a new name, but not a creation that failed', () => {
    const policies = groups().map(({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy]);
    expect(policies).toEqual(Array.from({ length: 3 }, () => ['RetainExceptOnCreate', 'Retain']));
  });

  it('are left alone where they are there already, and the role may write to them all the same', () => {
    const there = { CreateLogGroups: 'false' };
    expect(groups(there)).toEqual([]);
    expect(properties(there, 'LogDistributionRole')).toEqual(properties({}, 'LogDistributionRole'));
    expect(properties(there, 'ErrorCount')).toEqual(properties({}, 'ErrorCount'));
    expect(made(there).outputs).toEqual(made().outputs);
  });
});

describe('what watches', () => {
  it('counts errors of applications, raises an alarm and shows both, unless told not to', () => {
    expect(types({})).toEqual(expect.arrayContaining(['ErrorCount', 'ErrorAlarm', 'Dashboard']));
    expect(types({ CreateErrorAlarm: 'false' })).not.toContain('ErrorAlarm');
    expect(types({ CreateErrorMetric: 'false' })).not.toContain('ErrorCount');
    expect(types({ CreateErrorMetric: 'false' })).not.toContain('ErrorAlarm');
    expect(types({ CreateDashboard: 'false' })).not.toContain('Dashboard');
  });

  it('the alarm watches the metric that the filter writes', () => {
    const [metric] = properties({}, 'ErrorCount')['MetricTransformations'] as Record<string, unknown>[];
    const { Namespace, MetricName } = properties({}, 'ErrorAlarm');
    expect([Namespace, MetricName]).toEqual([metric?.['MetricNamespace'], metric?.['MetricName']]);
  });

  it('tells the topics, and nobody without one', () => {
    const AlarmTopicArns = 'arn:aws:sns:eu-west-1:222222222222:one,arn:aws:sns:eu-west-1:222222222222:two';
    const alarm = properties({ AlarmTopicArns, ErrorAlarmThreshold: '3' }, 'ErrorAlarm');
    expect(alarm).toMatchObject({ Threshold: 3, AlarmActions: AlarmTopicArns.split(','), OKActions: AlarmTopicArns.split(',') });
    expect(properties({}, 'ErrorAlarm')).not.toHaveProperty('AlarmActions');
  });

  it('refuses to count errors in a class that knows no metric filters', () => {
    expect(() => made({ LogGroupClass: 'INFREQUENT_ACCESS' })).toThrow('CreateErrorMetric');
    expect(types({ LogGroupClass: 'INFREQUENT_ACCESS', CreateErrorMetric: 'false' })).not.toContain('ErrorCount');
  });

  it.each([
    [{}, ['Lines', 'Bytes', 'Errors of applications']],
    [{ CreateErrorMetric: 'false' }, ['Lines', 'Bytes']],
  ])('the dashboard is JSON that CloudWatch can read, with %j', (more, titles) => {
    const body = JSON.parse(properties(more, 'Dashboard')['DashboardBody'] as string) as { widgets: { properties: { title: string } }[] };
    expect(body.widgets.map((widget) => widget.properties.title)).toEqual(titles);
  });
});

describe('the outputs', () => {
  it('hand back all that the platform needs, in the form of the Terraform module’s handshake', () => {
    expect(JSON.parse(made().outputs['Handshake'] ?? '')).toEqual({
      version: 1,
      tenant_id: 'acme-corp',
      role_arn: 'arn:aws:iam::222222222222:role/CustomerLogDistribution',
      region: 'eu-west-1',
      external_id: 'agreed-with/acme',
      log_groups: {
        application: '/ROSA/cluster-logs/application',
        audit: '/ROSA/cluster-logs/audit',
        system: '/ROSA/cluster-logs/system',
      },
    });
  });

  it('name role, region and groups', () => {
    expect(made().outputs).toMatchObject({
      RoleArn: 'arn:aws:iam::222222222222:role/CustomerLogDistribution',
      Region: 'eu-west-1',
      LogGroupNames: '/ROSA/cluster-logs/application,/ROSA/cluster-logs/system,/ROSA/cluster-logs/audit',
    });
  });
});
