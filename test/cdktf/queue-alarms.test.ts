import { expect, test } from 'vitest';
import { nameIn } from '../../cdktf/names.ts';
import { resources, synthesize, type Json } from './synthesized.ts';

const { queue, lambda } = synthesize({}, ['core', 'queue', 'lambda']);
const HOUR = 3600;
const alarms = Object.values(resources(queue, 'aws_cloudwatch_metric_alarm'));
const ofFunction = Object.values(resources(lambda, 'aws_cloudwatch_metric_alarm'));

function alarm(part: string, among: readonly Json[] = alarms): Json {
  const found = among.find((one) => one['alarm_name'] === `logferry-test-${part}`);
  if (found === undefined) throw new Error(`no alarm is called ${part}`);
  return found;
}

test('a single dead letter is an alarm, and stays one when SQS falls silent about an idle queue', () => {
  expect(alarm('dead-letters-waiting')).toMatchObject({
    metric_name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: 'logferry-test-dead-letters' },
    statistic: 'Maximum',
    comparison_operator: 'GreaterThanThreshold',
    threshold: 0,
    treat_missing_data: 'ignore',
  });
});

test('lines more than 15 minutes late are an alarm, which ends when nothing waits: age is told only while there is a message', () => {
  expect(alarm('notifications-old')).toMatchObject({
    metric_name: 'ApproximateAgeOfOldestMessage',
    dimensions: { QueueName: 'logferry-test-notifications' },
    threshold: 900,
    treat_missing_data: 'notBreaching',
  });
});

test('days before SQS deletes a notification, somebody is told', () => {
  const { threshold } = alarm('notifications-nearly-lost');
  expect(Number(threshold)).toBeGreaterThan(7 * 24 * HOUR);
  expect(Number(threshold)).toBeLessThan(10 * 24 * HOUR);
});

test('surplus that is not worked off is an alarm of the overflow queue', () => {
  expect(alarm('overflow-old')).toMatchObject({ dimensions: { QueueName: 'logferry-test-overflow' }, threshold: HOUR });
});

test('messages in flight near SQS’s limit are an alarm, before the queue hands out no more', () => {
  const { metric_name, threshold } = alarm('notifications-in-flight');
  expect(metric_name).toBe('ApproximateNumberOfMessagesNotVisible');
  expect(Number(threshold)).toBeLessThan(120_000);
});

test('a function that answers nothing, or finds no room, is an alarm; one that is not invoked is none', () => {
  for (const [part, metric_name] of [
    ['lambda-errors', 'Errors'],
    ['lambda-throttles', 'Throttles'],
  ] as const)
    expect(alarm(part, ofFunction)).toMatchObject({
      metric_name,
      namespace: 'AWS/Lambda',
      statistic: 'Sum',
      treat_missing_data: 'notBreaching',
    });
});

test('every alarm is told where it begins and where it ends, and says what to do', () => {
  for (const one of [...alarms, ...ofFunction]) {
    const topics = ['alarm_actions', 'ok_actions'].flatMap((field) => one[field] as string[]);
    expect(topics.map(nameIn)).toEqual(['logferry-test-alarms', 'logferry-test-alarms']);
    expect(String(one['alarm_description']).length).toBeGreaterThan(100);
    // The limit of CloudWatch.
    expect(String(one['alarm_description']).length).toBeLessThan(1024);
  }
});

test('no alarm asks of data that cannot be there: each period is whole, and no more bad ones are wanted than are looked at', () => {
  for (const one of [...alarms, ...ofFunction]) {
    expect(Number(one['period']) % 60).toBe(0);
    expect(Number(one['datapoints_to_alarm'])).toBeLessThanOrEqual(Number(one['evaluation_periods']));
  }
});
