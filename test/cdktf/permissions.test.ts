import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { grantsOf, list, type PolicyStatement } from './policies.ts';
import { resource, synthesize } from './synthesized.ts';

const { lambda, queue } = synthesize({}, ['core', 'queue', 'lambda']);
/** Of the function; the task's role is made of the same statements. */
const granted = grantsOf(lambda, 'logferry-test-lambda');
const operator = (JSON.parse(String(resource(queue, 'aws_iam_policy')['policy'])) as { Statement: PolicyStatement[] }).Statement;

const sqs = (part: string) => `arn:aws:sqs:eu-central-1:111122223333:logferry-test-${part}`;
const bucket = (part: string) => `arn:aws:s3:::logferry-test-${part}-111122223333-eu-central-1`;
const table = (part: string) => `arn:aws:dynamodb:eu-central-1:111122223333:table/logferry-test-${part}`;

/** Actions on each resource, by service, however they are spread over statements. */
function grants(statements: readonly PolicyStatement[], service: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const statement of statements) {
    const actions = list(statement.Action).filter((action) => action.startsWith(`${service}:`));
    if (actions.length > 0) for (const one of list(statement.Resource)) found[one] = [...(found[one] ?? []), ...actions].toSorted();
  }
  return found;
}

const servicesOf = ({ Condition }: PolicyStatement) =>
  list(Condition?.['StringEquals']?.['kms:ViaService']).map((one) => one.split('.')[0]);
const actionsOf = (statements: readonly PolicyStatement[]) => statements.flatMap(({ Action }) => list(Action));
const taking = ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'];
const burying = ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'];

describe('worker', () => {
  test('it may take from and return to its two queues, and send to the dead letters, but never take them', () => {
    expect(grants(granted, 'sqs')).toEqual({
      [sqs('notifications')]: taking,
      [sqs('overflow')]: taking,
      [sqs('dead-letters')]: burying,
    });
  });

  test('it may read and list the log bucket, and write to the quarantine, where it reads nothing', () => {
    expect(grants(granted, 's3')).toEqual({
      [`${bucket('logs')}/*`]: ['s3:GetObject', 's3:GetObjectVersion'],
      [bucket('logs')]: ['s3:ListBucket'],
      [`${bucket('quarantine')}/*`]: ['s3:PutObject'],
    });
  });

  test('it may read tenants and never change them; keep the ledger and never forget', () => {
    expect(grants(granted, 'dynamodb')).toEqual({
      [table('tenants')]: ['dynamodb:Query'],
      [table('ledger')]: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      [`${table('ledger')}/index/attention`]: ['dynamodb:Query'],
    });
  });

  test('it may assume the central role only, and only with the three tags and no other', () => {
    const hops = granted.filter(({ Action }) => list(Action).some((action) => action.startsWith('sts:')));
    const tags = ['tenant_id', 'cluster_id', 'environment'];
    expect(hops).toMatchObject([
      { Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: 'arn:aws:iam::111122223333:role/logferry-test-central' },
    ]);
    expect(hops[0]?.Condition).toEqual({
      Null: Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag}`, 'false'])),
      'ForAllValues:StringEquals': { 'aws:TagKeys': tags },
    });
  });

  test('it uses keys by the services that need them, never by KMS itself', () => {
    const keys = granted.filter(({ Action }) => list(Action).some((action) => action.startsWith('kms:')));
    expect(keys.map((one) => [...list(one.Action), '|', ...servicesOf(one)].join(' '))).toEqual([
      'kms:Decrypt | s3 dynamodb',
      'kms:GenerateDataKey | s3',
      'kms:Decrypt kms:GenerateDataKey | sqs',
    ]);
  });

  test('it may do nothing else but write its own log', () => {
    const services = new Set(actionsOf(granted).map((action) => action.replace(/:.*/, '')));
    expect([...services].toSorted()).toEqual(['dynamodb', 'kms', 'logs', 's3', 'sqs', 'sts']);
    expect(granted.filter(({ Resource }) => list(Resource).includes('*'))).toEqual([]);
  });
});

/** What the worker's code calls with its own credentials, and what IAM calls it. */
const ACTION_OF: Readonly<Record<string, string>> = {
  GetQueueAttributes: 'sqs:GetQueueAttributes',
  GetQueueUrl: 'sqs:GetQueueUrl',
  SendMessage: 'sqs:SendMessage',
  SendMessageBatch: 'sqs:SendMessage',
  DeleteMessageBatch: 'sqs:DeleteMessage',
  ChangeMessageVisibilityBatch: 'sqs:ChangeMessageVisibility',
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  ListObjectsV2: 's3:ListBucket',
  AssumeRole: 'sts:AssumeRole',
  Query: 'dynamodb:Query',
  Get: 'dynamodb:GetItem',
  Update: 'dynamodb:UpdateItem',
};
/** Calls with a tenant's credentials: their own role allows them. */
const TENANTS = new Set(['CreateLogStream', 'CreateLogGroup', 'PutLogEvents']);

/** Names of the API calls in the code below a folder. */
function callsIn(part: string): string[] {
  const folder = join(import.meta.dirname, '..', '..', part);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const calls = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/new (\w+)Command\(|\bpaginate(\w+)\(/g)].map(
      ([, sent, paged]) => sent ?? paged ?? '',
    ),
  );
  return [...new Set(calls)];
}

test('every call in the worker’s code is allowed, and a new one cannot be forgotten here', () => {
  const ours = callsIn('worker').filter((call) => !TENANTS.has(call));
  expect(ours.toSorted()).toEqual(Object.keys(ACTION_OF).toSorted());
  expect(ours.filter((call) => !actionsOf(granted).includes(ACTION_OF[call]!))).toEqual([]);
  // sqs-consumer receives for us.
  expect(actionsOf(granted)).toContain('sqs:ReceiveMessage');
});

describe('operators', () => {
  test('their policy is attached to nobody', () => {
    const attached = [
      'aws_iam_role_policy_attachment',
      'aws_iam_policy_attachment',
      'aws_iam_user_policy_attachment',
      'aws_iam_group_policy_attachment',
    ];
    for (const type of attached) expect(queue.resource?.[type]).toBeUndefined();
  });

  test('they may write tenants’ rows, which no worker may', () => {
    expect(grants(operator, 'dynamodb')[table('tenants')]).toEqual(
      expect.arrayContaining(['dynamodb:PutItem', 'dynamodb:Scan', 'dynamodb:UpdateItem']),
    );
  });

  test('every call of their command is allowed, and a new one cannot be forgotten here', () => {
    const actions: Readonly<Record<string, string>> = {
      AssumeRole: 'sts:AssumeRole',
      DescribeTable: 'dynamodb:DescribeTable',
      ListObjectVersions: 's3:ListBucketVersions',
      Put: 'dynamodb:PutItem',
      Query: 'dynamodb:Query',
      Scan: 'dynamodb:Scan',
      Update: 'dynamodb:UpdateItem',
      UpdateAssumeRolePolicy: 'iam:UpdateAssumeRolePolicy',
    };
    // Of `verify`, by the session in the customer's account or with the customer's own keys.
    const theirs = new Set([...TENANTS, 'GetLogEvents', 'DescribeLogGroups', 'GetRole', 'ListRolePolicies', 'GetRolePolicy']);
    // `remove --erase` needs a right that is given on purpose, for as long as it takes, and not with this policy.
    const notTheirs = new Set(['DeleteObjects']);
    // Everybody may ask who they are: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    const calls = callsIn('cli').filter((call) => call !== 'GetCallerIdentity' && !theirs.has(call) && !notTheirs.has(call));
    expect(calls.filter((call) => !(call in actions))).toEqual([]);
    expect(calls.length).toBeGreaterThan(0);
    expect(Object.values(actions).filter((action) => !actionsOf(operator).includes(action))).toEqual([]);
    const ofTable = Object.values(actions).filter((action) => action.startsWith('dynamodb:'));
    expect(grants(operator, 'dynamodb')[table('tenants')]).toEqual(expect.arrayContaining(ofTable));
    for (const part of ['logs', 'quarantine']) expect(grants(operator, 's3')[bucket(part)]).toContain('s3:ListBucketVersions');
  });

  test('they may take dead letters and send them again, but take nothing from the queue of the living', () => {
    const allowed = grants(operator, 'sqs');
    expect(allowed[sqs('dead-letters')]).toEqual(expect.arrayContaining(['sqs:DeleteMessage', 'sqs:ReceiveMessage']));
    expect(allowed[sqs('notifications')]).toEqual(['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage']);
    expect(allowed[sqs('overflow')]).toEqual(['sqs:GetQueueAttributes', 'sqs:GetQueueUrl']);
  });

  test('they get into customers’ accounts by the central role alone, and destroy nothing but dead letters', () => {
    const all = actionsOf(operator);
    expect(grants(operator, 'sts')).toEqual({
      'arn:aws:iam::111122223333:role/logferry-test-central': ['sts:AssumeRole', 'sts:TagSession'],
    });
    expect(all.filter((action) => action.startsWith('logs:'))).toEqual([]);
    expect(all.filter((action) => /:(Delete|Purge|Remove)/.test(action))).toEqual(['sqs:DeleteMessage']);
    const asking = 'iam:UpdateAssumeRolePolicy';
    expect(grants(operator, 'iam')['arn:aws:iam::111122223333:role/logferry-test-probe']).toEqual([asking]);
    expect(all.filter((action) => action === asking)).toHaveLength(1);
    expect(all.filter((action) => /^iam:(?!Get|List|UpdateAssumeRolePolicy)|^s3:(?!Get|List)|^sns:(?!Get|List)/.test(action))).toEqual([]);
  });
});

test('in China, keys are used by the services as they are called there', () => {
  const china = synthesize({ region: 'cn-north-1' }, ['core', 'queue', 'lambda']);
  const text = JSON.stringify(grantsOf(china.lambda, 'logferry-test-lambda'));
  expect(text).toContain('sqs.cn-north-1.amazonaws.com.cn');
  expect(text).not.toContain('"arn:aws:');
});
