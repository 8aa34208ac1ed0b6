/**
 * What the service can tell of trouble that scaling does not mend: told to the alarms' topic, with what to do. That lines are late is the queues' alarm, and a
 * scaling alarm asks for nobody.
 */
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import { alarmQueries, taskCount, utilization, type MetricMath } from '../metrics.ts';
import type { Names } from '../names.ts';
import { asleepWithWork, BACKLOG, backlogSources, type Signals } from '../scaling-signals.ts';
import { Alarm } from './alarm.ts';

const MINUTE = 60;
const FIVE_MINUTES = 300;
/** Per cent of the task's memory, which is a hard limit: above it the task is killed. */
const MEMORY_HIGH = 85;

export interface WorkerAlarmsProps extends Signals {
  readonly names: Names;
  readonly environment: Environment;
  readonly topicArn: string;
}

interface Rule {
  readonly signal: MetricMath;
  /** It is one when the signal is so much or more. */
  readonly from: number;
  readonly periodSeconds: number;
  /** So many of the last so many periods. */
  readonly periods: readonly [bad: number, of: number];
  /** What it means, and what to do: it stands in the mail. */
  readonly advice: string;
}

export class WorkerAlarms extends Construct {
  constructor(scope: Construct, id: string, props: WorkerAlarmsProps) {
    super(scope, id);
    for (const [part, { signal, from, periodSeconds, periods, advice }] of Object.entries(rules(props)))
      new CloudwatchMetricAlarm(this, part, {
        alarmName: props.names.of(part),
        alarmDescription: advice,
        metricQuery: alarmQueries(signal, periodSeconds),
        comparisonOperator: 'GreaterThanOrEqualToThreshold',
        threshold: from,
        datapointsToAlarm: periods[0],
        evaluationPeriods: periods[1],
        // A queue that nobody polls or fills, and a service without tasks, report nothing: no trouble by itself.
        treatMissingData: 'notBreaching',
        alarmActions: [props.topicArn],
        okActions: [props.topicArn],
      });
    this.#memory(props);
  }

  #memory(props: WorkerAlarmsProps): void {
    const { namespace, name, dimensions } = utilization(props, 'MemoryUtilization');
    new Alarm(this, 'worker-memory-high', {
      names: props.names,
      topicArn: props.topicArn,
      namespace,
      metric: name,
      dimensions,
      statistic: 'Maximum',
      above: MEMORY_HIGH,
      periodSeconds: MINUTE,
      periods: [10, 15],
      missing: 'notBreaching',
      advice: `A task has been above ${MEMORY_HIGH} % of its memory for 10 minutes; above 100 % it is killed, and its objects begin anew. Raise worker.memoryMiB, or lower BYTE_BUDGET or CONCURRENCY in worker.settings.`,
    });
  }
}

function rules(props: WorkerAlarmsProps): Readonly<Record<string, Rule>> {
  return {
    'worker-none-running': {
      signal: asleepWithWork(props),
      from: 1,
      periodSeconds: MINUTE,
      // Waking takes some five minutes.
      periods: [10, 10],
      advice:
        'Messages wait and no task has run for 10 minutes: nothing is delivered. The events of the ECS service say why tasks do not start (image not pushed, no address or no Spot capacity, a secret or log group missing), the log of the last task why it ended.',
    },
    'worker-at-maximum': atMaximum(props),
    'worker-below-desired': {
      signal: belowDesired(props),
      from: 1,
      periodSeconds: MINUTE,
      periods: [15, 15],
      advice:
        'Fewer tasks run than are wanted, for 15 minutes: they end at once, or Fargate has no room. See the events of the ECS service and the reason of its stopped tasks. No Spot capacity: lower worker.spotShare. A deployment that failed goes back by itself.',
    },
  };
}

/** A lag of metrics leaves it as it was: the newest points of both counts come together. */
function belowDesired(props: WorkerAlarmsProps): MetricMath {
  return {
    sources: { desired: taskCount(props, 'DesiredTaskCount'), running: taskCount(props, 'RunningTaskCount') },
    expressions: { missing_tasks: 'desired - running' },
  };
}

function atMaximum(props: WorkerAlarmsProps): Rule {
  const { maxTasks } = props.environment.worker;
  return {
    signal: {
      sources: { ...backlogSources(props.queue), desired: taskCount(props, 'DesiredTaskCount') },
      expressions: { backlog: BACKLOG, growth_at_maximum: `IF(FILL(desired, REPEAT) >= ${maxTasks}, DIFF(backlog), 0)` },
    },
    from: 1,
    periodSeconds: FIVE_MINUTES,
    // Half an hour, in which one sample of five minutes may have shrunk.
    periods: [5, 6],
    advice: `The most tasks that are allowed (worker.maxTasks, ${maxTasks}) have run for 30 minutes, and the backlog still grows. Is one tenant's account slow or refusing, so that its messages come back again and again? Then mend or disable that tenant. Else raise worker.maxTasks, and the account's quota of Fargate vCPUs.`,
  };
}
