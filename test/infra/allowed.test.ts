/** The judge of the deployed run, on calls and roles made up here: it must find what AWS would refuse, or "all was allowed" says nothing. */
import { describe, expect, test } from 'vitest';
import { judge, type Applied } from './allowed.ts';
import type { Call } from './calls.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:work';
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1';
const TASK = 'arn:aws:iam::123456789012:role/task';
const CENTRAL = 'arn:aws:iam::123456789012:role/central';

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource: string, more: object = {}) => document({ Effect: 'Allow', Action, Resource, ...more });
const trusts = (AWS: string, more: object = {}) =>
  document({ Effect: 'Allow', Principal: { AWS }, Action: ['sts:AssumeRole', 'sts:TagSession'], ...more });

const via = (service: string) => ({ Condition: { StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } } });

function call(service: string, operation: string, input: Record<string, unknown> = {}, more: Partial<Call> = {}): Call {
  return { service, operation, input, region: 'us-east-1', accessKeyId: 'ASIATASK', url: '/', status: 200, ...more };
}

function by(policies: object[], more: Partial<Applied> = {}): Applied {
  const nobody = document({ Effect: 'Deny', Principal: '*', Action: 'sts:*' });
  const roles = [{ arn: TASK, trust: nobody, policies }];
  return { roles, sessions: new Map([['ASIATASK', TASK]]), administrators: new Map(), keys: new Map(), ...more };
}

describe('a call of the worker', () => {
  const url = { QueueUrl: 'http://127.0.0.1:1/123456789012/work' };

  test('for ten messages is allowed by the name of the call for one', () => {
    const applied = by([allow('sqs:DeleteMessage', QUEUE)]);
    expect(judge([call('sqs', 'DeleteMessageBatch', url)], applied).denied).toEqual([]);
  });

  test('on another queue than the allowed one is denied, in words that name role, action and queue', () => {
    const applied = by([allow('sqs:*', `${QUEUE}-other`)]);
    expect(judge([call('sqs', 'ReceiveMessage', url)], applied).denied).toEqual([`task sqs:ReceiveMessage on ${QUEUE}`]);
  });

  test('on an encrypted queue needs the key of it, by SQS and no other service', () => {
    const judged = (service: string) =>
      judge(
        [call('sqs', 'ReceiveMessage', url)],
        by([allow('sqs:*', QUEUE), allow('kms:Decrypt', KEY, via(service))], { keys: new Map([[QUEUE, KEY]]) }),
      );
    expect(judged('sqs').denied).toEqual([]);
    expect(judged('s3').denied).toEqual([`task kms:Decrypt on ${KEY}`]);
  });

  test('for a version of an object needs the right to versions', () => {
    const applied = by([allow('s3:GetObject', 'arn:aws:s3:::logs/*')]);
    const at = (path: string) => judge([call('s3', 'GetObject', {}, { url: path })], applied).denied;
    expect(at('/logs/acme/a%20b.gz')).toEqual([]);
    expect(at('/logs/acme/a%20b.gz?versionId=1')).toEqual(['task s3:GetObjectVersion on arn:aws:s3:::logs/acme/a b.gz']);
  });

  test('of an index of a table is not allowed by the table', () => {
    const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/ledger';
    const judged = judge(
      [call('dynamodb', 'Query', { TableName: 'ledger', IndexName: 'attention' })],
      by([allow('dynamodb:Query', table)], { keys: new Map([[table, KEY]]) }),
    );
    expect(judged.denied).toEqual([`task dynamodb:Query on ${table}/index/attention`, `task kms:Decrypt on ${KEY}`]);
  });

  test('that the judge does not know is an error', () => {
    expect(() => judge([call('sqs', 'ListQueues')], by([allow('*', '*')]))).toThrow(/permissions\.ts/);
    expect(() => judge([call('kinesis', 'PutRecords')], by([allow('*', '*')]))).toThrow(/permissions\.ts/);
  });
});

describe('a session', () => {
  const tagged = { Null: { 'aws:RequestTag/tenant_id': 'false' } };
  const assume = allow(['sts:AssumeRole', 'sts:TagSession'], CENTRAL, { Condition: tagged });
  const roles = [
    { arn: TASK, trust: trusts('123456789012'), policies: [assume] },
    { arn: CENTRAL, trust: trusts(TASK), policies: [allow('logs:PutLogEvents', '*')] },
  ];
  const hop = (tags: Record<string, string>) =>
    call(
      'sts',
      'AssumeRole',
      { Action: 'AssumeRole', RoleArn: CENTRAL, RoleSessionName: 'acme', ...tags },
      { assumed: { accessKeyId: 'ASIACENTRAL', roleArn: CENTRAL } },
    );
  const put = call('logs', 'PutLogEvents', { logGroupName: 'g', logStreamName: 's' }, { accessKeyId: 'ASIACENTRAL' });

  test('is followed to the role that it assumed, whose policies then count', () => {
    const { denied, allowed } = judge([hop({ 'Tags.member.1.Key': 'tenant_id', 'Tags.member.1.Value': 'acme' }), put], by([], { roles }));
    expect(denied).toEqual([]);
    expect(allowed).toContain('central logs:PutLogEvents on arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:s');
  });

  test('without the tag that the policy asks for is denied, though the emulator gave it', () => {
    expect(judge([hop({}), put], by([], { roles })).denied).toEqual([`task sts:AssumeRole on ${CENTRAL}`]);
  });

  test('of a role that does not trust it is denied', () => {
    const others = [roles[0]!, { ...roles[1]!, trust: trusts('arn:aws:iam::123456789012:role/another') }];
    const tags = { 'Tags.member.1.Key': 'tenant_id', 'Tags.member.1.Value': 'acme' };
    expect(judge([hop(tags)], by([], { roles: others })).denied).toHaveLength(1);
  });

  test('that nobody began is an error', () => {
    expect(() => judge([put], by([]))).toThrow(/nobody's/);
  });
});
