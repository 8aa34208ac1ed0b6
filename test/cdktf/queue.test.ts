import { describe, expect, test } from 'vitest';
import { parseEnvelope } from '../../worker/receive/envelope.ts';
import { grantsOf, list, policiesOf, type PolicyStatement } from './policies.ts';
import { resource, resources, synthesize, type Json, type StackJson } from './synthesized.ts';

const DAY = 86_400;
const { queue } = synthesize();
const named = (type: string, name: string, stack: StackJson = queue) => resource(stack, type, (one) => one['name'] === name);
const notifications = named('aws_sqs_queue', 'logferry-test-notifications');
const overflow = named('aws_sqs_queue', 'logferry-test-overflow');
const deadLetters = named('aws_sqs_queue', 'logferry-test-dead-letters');
const arnOf = (part: string) => `arn:aws:sqs:eu-central-1:111122223333:logferry-test-${part}`;
const parsed = (one: Json, field: string) => JSON.parse(String(one[field])) as Json;
const statements = (one: Json, field = 'policy') => parsed(one, field)['Statement'] as PolicyStatement[];

const letIn = (one: Json) => statements(one).filter(({ Effect }) => Effect === 'Allow');
const scheduleOf = (stack: StackJson) => resource(stack, 'aws_scheduler_schedule');

/** A reference to the dead-letter queue as Terraform resolves it, so that it is made first. */
const DEAD_LETTERS = /^\$\{aws_sqs_queue\.\w*dead-letters\w*\.arn\}$/;

describe('queues', () => {
  test('there are three, of the standard kind: notifications, overflow, dead letters', () => {
    expect(Object.keys(resources(queue, 'aws_sqs_queue'))).toHaveLength(3);
    for (const one of [notifications, overflow, deadLetters]) expect(one['fifo_queue'] ?? false).toBe(false);
  });

  test.each([
    ['notifications', notifications],
    ['overflow', overflow],
    ['dead letters', deadLetters],
  ])('%s wait for 14 days, encrypted with our own key, hidden for 15 minutes, received by long polls', (_name, one) => {
    expect(one).toMatchObject({ message_retention_seconds: 14 * DAY, visibility_timeout_seconds: 900, receive_wait_time_seconds: 20 });
    expect(String(one['kms_master_key_id'])).toContain('messages-key');
    expect(one['delay_seconds'] ?? 0).toBe(0);
  });

  test('SQS itself buries a message only after 1,000 receives, from both queues', () => {
    for (const one of [notifications, overflow]) {
      const { maxReceiveCount, deadLetterTargetArn } = parsed(one, 'redrive_policy');
      expect(maxReceiveCount).toBe(1000);
      expect(deadLetterTargetArn).toMatch(DEAD_LETTERS);
    }
    expect(deadLetters['redrive_policy']).toBeUndefined();
  });

  test('no other queue may use our dead-letter queue', () => {
    const sourceQueueArns = [arnOf('notifications'), arnOf('overflow')];
    expect(parsed(deadLetters, 'redrive_allow_policy')).toEqual({ redrivePermission: 'byQueue', sourceQueueArns });
  });

  test('only the hub may send to the queue, and, what it could not deliver, to the dead letters; nobody to the overflow', () => {
    const hub = { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:eu-central-1:111122223333:logferry-test-hub' } };
    for (const [one, part] of [
      [notifications, 'notifications'],
      [deadLetters, 'dead-letters'],
    ] as const) {
      const sns = { Service: 'sns.amazonaws.com' };
      expect(letIn(one)).toMatchObject([{ Principal: sns, Action: 'sqs:SendMessage', Resource: arnOf(part), Condition: hub }]);
    }
    expect(letIn(overflow)).toEqual([]);
  });

  test('whoever comes without TLS is refused everything, at each queue', () => {
    const plain = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    for (const one of [notifications, overflow, deadLetters]) expect(statements(one)).toContainEqual(expect.objectContaining(plain));
  });
});

test('the hub tells the queue in S3’s own words, and what it cannot deliver is kept as a dead letter', () => {
  const subscription = resource(queue, 'aws_sns_topic_subscription');
  expect(subscription).toMatchObject({ protocol: 'sqs', raw_message_delivery: true });
  expect(String(subscription['topic_arn'])).toContain('logferry-test-hub');
  expect(subscription['endpoint']).toMatch(/^\$\{aws_sqs_queue\.\w*notifications\w*\.arn\}$/);
  expect(parsed(subscription, 'redrive_policy')['deadLetterTargetArn']).toMatch(DEAD_LETTERS);
  expect(subscription['filter_policy']).toBeUndefined();
});

describe('sweep', () => {
  const schedule = scheduleOf(queue);
  const target = schedule['target'] as Json;

  test('it comes every 10 minutes; hourly where the service may sleep, or it never would', () => {
    const sleeping = { worker: { minTasks: 0 } };
    expect(schedule['schedule_expression']).toBe('rate(10 minutes)');
    expect(scheduleOf(synthesize(sleeping).queue)['schedule_expression']).toBe('rate(1 hour)');
    // A function costs nothing while it waits.
    expect(scheduleOf(synthesize(sleeping, ['core', 'queue', 'lambda']).queue)['schedule_expression']).toBe('rate(10 minutes)');
  });

  test('it is a message of our own that the worker understands, to the queue of notifications', () => {
    expect(parseEnvelope(String(target['input']))).toEqual({ kind: 'sweep' });
    expect(target['arn']).toMatch(/notifications\w*\.arn\}$/);
  });

  test('sweeps that could not be sent do not pile up: the next comes anyway', () => {
    const { maximum_event_age_in_seconds: age, maximum_retry_attempts: tries } = target['retry_policy'] as Record<string, number>;
    expect(age).toBeLessThan(600);
    expect(tries).toBeLessThan(5);
  });

  test('its role may send to that queue, seal the message, and nothing else', () => {
    const granted = grantsOf(queue, 'logferry-test-sweep');
    expect(granted.flatMap(({ Action }) => list(Action)).toSorted()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey', 'sqs:SendMessage']);
    const [send, seal] = granted;
    expect(send?.Resource).toMatch(/^\$\{aws_sqs_queue\.\w*notifications\w*\.arn\}$/);
    expect(seal?.Condition).toEqual({ StringEquals: { 'kms:ViaService': 'sqs.eu-central-1.amazonaws.com' } });
    expect(target['role_arn']).toMatch(/^\$\{aws_iam_role\.sweep/);
  });

  test('only Scheduler may take the role on, for the schedules of our own group', () => {
    const trust = statements(named('aws_iam_role', 'logferry-test-sweep'), 'assume_role_policy');
    const group = 'arn:aws:scheduler:eu-central-1:111122223333:schedule-group/logferry-test-schedules';
    const bound = { StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:SourceArn': group } };
    expect(trust).toMatchObject([{ Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole', Condition: bound }]);
    expect(named('aws_scheduler_schedule_group', 'logferry-test-schedules')).toBeDefined();
    expect(schedule['group_name']).toMatch(/aws_scheduler_schedule_group/);
  });
});

test('operators are told where the queues are, by URL and ARN, and which policy is theirs', () => {
  const parts = ['queue', 'overflow_queue', 'dead_letter_queue'];
  const wanted = [...parts.flatMap((part) => [`${part}_url`, `${part}_arn`]), 'operator_policy_arn'];
  expect(Object.keys(queue.output ?? {})).toEqual(expect.arrayContaining(wanted));
});

test('nothing but the operators’ policy of this stack is for more than these resources', () => {
  const wide = policiesOf(queue).flatMap(({ statements: all }) => all.filter(({ Resource }) => list(Resource).includes('*')));
  expect(wide.map(({ Sid }) => Sid)).toEqual(['LookAtQuotas']);
});
