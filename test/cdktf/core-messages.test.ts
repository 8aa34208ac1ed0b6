import { describe, expect, test } from 'vitest';
import { statementsOf, type PolicyStatement } from './policies.ts';
import { ACCOUNT, resource, resources, synthesize, type Json } from './synthesized.ts';

const { core, queue } = synthesize({ alarmEmails: ['ops@example.org', 'night@example.org'] }, ['core', 'queue']);
const MESSAGES_KEY = /^\$\{aws_kms_key\.messages-key_\w+\.arn\}$/;
const ARN = `eu-central-1:${ACCOUNT}`;

function topic(part: string): { readonly logical: string; readonly topic: Json; readonly statements: readonly PolicyStatement[] } {
  const [logical, made] = Object.entries(resources(core, 'aws_sns_topic')).find(([, { name }]) => name === `logferry-test-${part}`)!;
  const policy = resource(core, 'aws_sns_topic_policy', ({ arn }) => arn === `\${aws_sns_topic.${logical}.arn}`);
  return { logical, topic: made, statements: statementsOf(String(policy['policy'])) };
}

function key(part: 'data' | 'messages') {
  const alias = resource(core, 'aws_kms_alias', ({ name }) => name === `alias/logferry-test-${part}`);
  const [logical, made] = Object.entries(resources(core, 'aws_kms_key')).find(([name]) => String(alias['target_key_id']).includes(name))!;
  return { logical, made, statements: statementsOf(String(made['policy'])) };
}

/** Who is let in, for what, and for whose sake. */
function allowed(statements: readonly PolicyStatement[]) {
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Principal, Action, Condition }) => ({ Principal, Action, Condition }));
}

describe('keys', () => {
  test.each(['data', 'messages'] as const)(
    'the key for %s is turned every year, and its deletion can be taken back for 30 days',
    (part) => {
      expect(key(part).made).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 30 });
    },
  );

  test("the key for data is used by the account's own roles only: no service is let in", () => {
    expect(allowed(key('data').statements)).toEqual([
      { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Condition: undefined },
    ]);
  });

  test('the key for messages lets in each service that passes one on, for our own topics and log groups alone', () => {
    const seal = ['kms:GenerateDataKey*', 'kms:Decrypt'];
    const forTopic = (name: string) => ({ StringEquals: { 'kms:EncryptionContext:aws:sns:topicArn': `arn:aws:sns:${ARN}:${name}` } });
    const [account, ...services] = allowed(key('messages').statements);
    expect(account).toMatchObject({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } });
    expect(services).toEqual([
      { Principal: { Service: ['s3.amazonaws.com'] }, Action: seal, Condition: forTopic('logferry-test-hub') },
      {
        Principal: { Service: 'sns.amazonaws.com' },
        Action: seal,
        Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:sns:${ARN}:logferry-test-hub` } },
      },
      {
        Principal: { Service: ['cloudwatch.amazonaws.com'] },
        Action: seal,
        Condition: forTopic('logferry-test-alarms'),
      },
      {
        Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
        Action: expect.arrayContaining(['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey*']) as string[],
        Condition: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${ARN}:log-group:/logferry/logferry-test/*` },
        },
      },
    ]);
  });

  test('the principal of CloudWatch Logs is that of the region, in China too', () => {
    const { core: china } = synthesize({ region: 'cn-north-1' }, ['core']);
    expect(JSON.stringify(resources(china, 'aws_kms_key'))).toContain('logs.cn-north-1.amazonaws.com.cn');
  });

  test('other stacks get the key that was made, not a name for it', () => {
    const made = key('messages').logical;
    const output = Object.entries(core.output ?? {}).find(([, { value }]) => value === `\${aws_kms_key.${made}.arn}`);
    expect(output).toBeDefined();
    expect(JSON.stringify(queue.resource?.['aws_sqs_queue'])).toMatch(/data\.terraform_remote_state\.[^}]*messages-key[^}]*arn/);
  });
});

describe('the hub', () => {
  const hub = topic('hub');

  test('is sealed with the key for messages', () => {
    expect(hub.topic['kms_master_key_id']).toMatch(MESSAGES_KEY);
  });

  test('hears the log bucket of this account and no other, and refuses whoever comes without TLS', () => {
    expect(allowed(hub.statements)).toEqual([
      {
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Condition: {
          ArnEquals: { 'aws:SourceArn': expect.stringMatching(/^\$\{aws_s3_bucket\.log-bucket_\w+\.arn\}$/) as string },
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
        },
      },
    ]);
    expect(hub.statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  test('is told of every new object, once S3 may publish to it', () => {
    const notification = resource(core, 'aws_s3_bucket_notification');
    expect(notification['bucket']).toMatch(/aws_s3_bucket\.log-bucket_/);
    expect(notification['topic']).toEqual([{ topic_arn: `\${aws_sns_topic.${hub.logical}.arn}`, events: ['s3:ObjectCreated:*'] }]);
    expect(notification['depends_on']).toEqual([expect.stringMatching(/^aws_sns_topic_policy\.hub_/)]);
  });

  test('hears nothing of what is quarantined: it would be delivered again', () => {
    expect(Object.values(resources(core, 'aws_s3_bucket_notification'))).toHaveLength(1);
  });
});

describe('the topic of alarms', () => {
  const alarms = topic('alarms');

  test('is sealed with a key that CloudWatch can use', () => {
    expect(alarms.topic['kms_master_key_id']).toMatch(MESSAGES_KEY);
  });

  test('hears alarms of this account only', () => {
    const forAccount = { StringEquals: { 'aws:SourceAccount': ACCOUNT } };
    expect(allowed(alarms.statements)).toEqual([
      {
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${ARN}:alarm:*` }, ...forAccount },
      },
    ]);
  });

  test('writes to each address that the environment names', () => {
    const mails = Object.values(resources(core, 'aws_sns_topic_subscription'));
    expect(mails.map(({ protocol, endpoint }) => [protocol, endpoint])).toEqual([
      ['email', 'night@example.org'],
      ['email', 'ops@example.org'],
    ]);
  });
});

test('every output tells an operator what it is', () => {
  const named = Object.entries(core.output ?? {}).filter(([name]) => !name.startsWith('cross-stack-output'));
  expect(named.length).toBeGreaterThan(10);
  for (const [, { description }] of named) expect(description).toMatch(/^[A-Z].{20,}\.$/);
});
