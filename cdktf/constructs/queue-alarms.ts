/** What the queues alone can tell of trouble: letters that are dead, messages that get old, a queue that hands out no more. */
import { Construct } from 'constructs';
import type { QueueRefs } from '../config.ts';
import { nameIn, type Names } from '../names.ts';
import { Alarm, type AlarmProps } from './alarm.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At 10 days the worker parks what still waits, at 14 SQS deletes it. */
const NEARLY_TEN_DAYS = 9 * DAY;
/** SQS hands out no more at about 120,000: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
const NEARLY_MAX_IN_FLIGHT = 100_000;

type Rule = Pick<AlarmProps, 'metric' | 'above' | 'periodSeconds' | 'periods' | 'missing' | 'advice'> & { readonly queue: keyof QueueRefs };

/**
 * SQS tells nothing of a queue that was idle for 6 hours, and begins again up to 15 minutes late. Its age is told only while there is a message, so that none
 * means nothing waits; a message that was received three times no longer counts for it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const AGE = { metric: 'ApproximateAgeOfOldestMessage', missing: 'notBreaching' } as const;
/** `ignore`: letters lie in an idle queue too, and must not pass for gone because SQS has fallen silent. */
const WAITING = { metric: 'ApproximateNumberOfMessagesVisible', missing: 'ignore' } as const;

const RULES: Readonly<Record<string, Rule>> = {
  'dead-letters-waiting': {
    ...WAITING,
    queue: 'deadLetterQueueArn',
    above: 0,
    periodSeconds: MINUTE,
    periods: [1, 1],
    advice:
      'Messages that could not be delivered lie in the dead-letter queue; SQS deletes them after 14 days. Read their attributes `reason`, `tenant` and `object` (none: SNS or SQS itself put them there), mend the cause, then send them to the queue again.',
  },
  'notifications-old': {
    ...AGE,
    queue: 'queueArn',
    above: 15 * MINUTE,
    periodSeconds: MINUTE,
    periods: [3, 5],
    advice:
      'Lines arrive more than 15 minutes late. Are tasks running, and at their maximum? Is /readyz false, and why? Else raise worker.maxTasks (or lambda.reservedConcurrency).',
  },
  'notifications-nearly-lost': {
    ...AGE,
    queue: 'queueArn',
    above: NEARLY_TEN_DAYS,
    periodSeconds: 5 * MINUTE,
    periods: [1, 1],
    advice:
      'Notifications have waited for 9 days; SQS deletes them after 14, and their lines are then lost unless replayed from the bucket. Get a worker running today.',
  },
  'notifications-in-flight': {
    metric: 'ApproximateNumberOfMessagesNotVisible',
    missing: 'notBreaching',
    queue: 'queueArn',
    above: NEARLY_MAX_IN_FLIGHT,
    periodSeconds: MINUTE,
    periods: [5, 5],
    advice:
      'More than 100,000 messages are held or wait for their return; at 120,000 SQS hands out no more, and all tenants stand still. Look in the log for whose messages return, and disable that tenant or mend its role.',
  },
  'overflow-old': {
    ...AGE,
    queue: 'overflowQueueArn',
    above: HOUR,
    periodSeconds: 5 * MINUTE,
    periods: [3, 3],
    advice:
      "One tenant's surplus has waited for more than an hour; the others are not held up by it. Is that tenant's account throttled or slow? Else raise worker.maxTasks.",
  },
};

export interface QueueAlarmsProps {
  readonly names: Names;
  readonly topicArn: string;
  readonly queue: QueueRefs;
}

export class QueueAlarms extends Construct {
  constructor(scope: Construct, id: string, { names, topicArn, queue }: QueueAlarmsProps) {
    super(scope, id);
    for (const [part, { queue: whose, ...rule }] of Object.entries(RULES)) {
      const dimensions = { QueueName: nameIn(queue[whose]) };
      new Alarm(this, part, { ...rule, names, topicArn, dimensions, namespace: 'AWS/SQS', statistic: 'Maximum' });
    }
  }
}
