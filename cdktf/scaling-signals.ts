/** What scaling looks at, as metric math: each guarded against no task, and against metrics that are late or missing. It decides nothing and makes no resource. */
import type { QueueRefs } from './config.ts';
import { queueMetric, taskCount, utilization, type MetricMath, type Service, type Sources } from './metrics.ts';

export interface Signals extends Service {
  readonly queue: QueueRefs;
}

/**
 * What was last seen of a series, or 0 where nothing was: the overflow queue may never have held a message, and a queue that was idle for 6 hours reports nothing,
 * then late: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
 */
function orNone(id: string): string {
  return `FILL(FILL(${id}, REPEAT), 0)`;
}

/** Visible and in flight, of both queues: with the visible alone a busy task would look idle. */
export function backlogSources({ queueArn, overflowQueueArn }: QueueRefs): Sources {
  return {
    visible: queueMetric(queueArn, 'ApproximateNumberOfMessagesVisible'),
    in_flight: queueMetric(queueArn, 'ApproximateNumberOfMessagesNotVisible'),
    overflow_visible: queueMetric(overflowQueueArn, 'ApproximateNumberOfMessagesVisible'),
    overflow_in_flight: queueMetric(overflowQueueArn, 'ApproximateNumberOfMessagesNotVisible'),
  };
}

/** The sum of `backlogSources`. In flight is reported only while there is some; the main queue reports whenever a task polls it, and is never filled. */
export const BACKLOG = `visible + FILL(in_flight, 0) + ${orNone('overflow_visible')} + ${orNone('overflow_in_flight')}`;

/**
 * Messages that each running task has to see to. Without a task it is the whole backlog, since a division by zero has no data point and target tracking would stand
 * still; where the count of tasks is late, what it was last. Where it is missing for long nothing is known, and nothing is scaled.
 *
 * A queue's length says nothing of tasks that keep up: half of a busy fleet would look idle. So the CPU in use counts as backlog too, as much as makes a task that is
 * busy enough look just right, and never more: it says how far to come in, and never to go out. Between the two lies the hysteresis. While tasks come or go every
 * task looks just right: scaling multiplies the metric of two minutes ago by the tasks of now, and of a fleet that has just shrunk far too few would be left. So it
 * does while their CPU is not known yet, or a task that has just woken would be sent to sleep.
 *
 * @param target of target tracking, in messages a task.
 * @param busyPercent of the service's CPU, at which a task is busy enough.
 */
export function backlogPerTask({ queue, ...service }: Signals, target: number, busyPercent: number): MetricMath {
  return {
    sources: {
      ...backlogSources(queue),
      running: taskCount(service, 'RunningTaskCount'),
      desired: taskCount(service, 'DesiredTaskCount'),
      cpu: utilization(service, 'CPUUtilization'),
    },
    expressions: {
      backlog: BACKLOG,
      tasks: 'FILL(running, REPEAT)',
      per_task: 'backlog / IF(tasks > 0, tasks, 1)',
      busy: `FILL(FILL(cpu, REPEAT), ${busyPercent}) / ${busyPercent}`,
      held: `IF(tasks == 0, 0, IF(busy > 1 OR tasks != FILL(desired, REPEAT), 1, busy)) * ${target}`,
      backlog_per_task: 'IF(per_task > held, per_task, held)',
    },
  };
}

/** Seconds, of both queues, and 0 while nothing stands in line: what is in somebody's hands, or held back for a customer who refuses it, more tasks do not hurry. */
export function oldestWaiting({ queue: { queueArn, overflowQueueArn } }: Signals): MetricMath {
  return {
    sources: {
      visible: queueMetric(queueArn, 'ApproximateNumberOfMessagesVisible'),
      age: queueMetric(queueArn, 'ApproximateAgeOfOldestMessage'),
      overflow_visible: queueMetric(overflowQueueArn, 'ApproximateNumberOfMessagesVisible'),
      overflow_age: queueMetric(overflowQueueArn, 'ApproximateAgeOfOldestMessage'),
    },
    expressions: {
      oldest: `IF(visible > 0, FILL(age, 0), 0)`,
      overflow_oldest: `IF(${orNone('overflow_visible')} > 0, ${orNone('overflow_age')}, 0)`,
      oldest_waiting: 'IF(oldest > overflow_oldest, oldest, overflow_oldest)',
    },
  };
}

/**
 * Visible messages while nothing runs, else 0. Not those in flight, and not while anything runs: such an alarm would add a task at the end of each cooldown for as
 * long as one works.
 */
export function asleepWithWork({ queue: { queueArn, overflowQueueArn }, ...service }: Signals): MetricMath {
  return {
    sources: {
      visible: queueMetric(queueArn, 'ApproximateNumberOfMessagesVisible'),
      overflow_visible: queueMetric(overflowQueueArn, 'ApproximateNumberOfMessagesVisible'),
      running: taskCount(service, 'RunningTaskCount'),
    },
    expressions: { asleep_with_work: `IF(${orNone('running')} > 0, 0, visible + ${orNone('overflow_visible')})` },
  };
}

/**
 * Backlog and what was sent in the minute while tasks run, else 1: 0 is a service that runs for nothing. A message that comes and goes between two samples of the
 * queue leaves its trace in what was sent. While tasks run they poll, so the main queue reports, and missing data never reads as silence.
 */
export function activityWhileAwake({ queue, ...service }: Signals): MetricMath {
  return {
    sources: {
      ...backlogSources(queue),
      sent: queueMetric(queue.queueArn, 'NumberOfMessagesSent', 'Sum'),
      overflow_sent: queueMetric(queue.overflowQueueArn, 'NumberOfMessagesSent', 'Sum'),
      running: taskCount(service, 'RunningTaskCount'),
    },
    expressions: {
      activity: `${BACKLOG} + FILL(sent, 0) + FILL(overflow_sent, 0)`,
      activity_while_awake: 'IF(FILL(running, REPEAT) > 0, activity, 1)',
    },
  };
}
