/**
 * How many tasks run. The largest capacity wins (https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html):
 *
 * - **backlog** per running task, target tracking: out when messages pile up, in when tasks are idle;
 * - **age** of the oldest message, in steps: for messages that are few and heavy;
 * - **wake** and **quiet**, where the minimum is 0: from none to one on any visible message, and to none when nothing has come for a while.
 *
 * It never stops a busy task: those hold scale-in protection. docs/scaling.md shows what each figure was chosen by.
 */
import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target/index.js';
import { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import { trackedMetrics, type MetricMath } from '../metrics.ts';
import type { Names } from '../names.ts';
import { activityWhileAwake, asleepWithWork, backlogPerTask, oldestWaiting, type Signals } from '../scaling-signals.ts';
import { StepOnAlarm, type StepOnAlarmProps } from './step-on-alarm.ts';

/** Seconds where nothing else is said. Chosen by `npm run simulate:scaling`; docs/scaling.md has the tables. */
export const SCALING = {
  /** A task starts within a minute, and its share of the work shows a minute or two later: scaling out again before that would count it twice. */
  scaleOutCooldown: 180,
  scaleInCooldown: 300,
  /** Per cent of one vCPU that a task should use at least: a worker has one event loop, and further CPU serves only what Node does beside it. */
  busyPercent: 60,
  ageSeconds: 300,
  ageCooldown: 300,
  wakeCooldown: 300,
  /** Minutes without a message, of which the newest one or two are not reported yet. */
  quietMinutes: 10,
} as const;

export interface WorkerAutoscalingProps extends Signals {
  readonly environment: Environment;
  readonly names: Names;
}

export class WorkerAutoscaling extends Construct {
  readonly #props: WorkerAutoscalingProps;
  readonly #target: AppautoscalingTarget;

  constructor(scope: Construct, id: string, props: WorkerAutoscalingProps) {
    super(scope, id);
    this.#props = props;
    const { minTasks, maxTasks } = props.environment.worker;
    this.#target = new AppautoscalingTarget(this, 'target', {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: `service/${props.clusterName}/${props.serviceName}`,
      minCapacity: minTasks,
      maxCapacity: maxTasks,
    });
    this.#trackBacklog();
    this.#stepOnAge();
    if (minTasks === 0) {
      this.#wake();
      this.#sleep();
    }
  }

  #trackBacklog(): void {
    const { serviceNamespace, scalableDimension, resourceId } = this.#target;
    const { backlogPerTask: targetValue } = this.#props.environment.worker;
    const { scaleOutCooldown, scaleInCooldown } = SCALING;
    new AppautoscalingPolicy(this, 'backlog', {
      name: this.#props.names.of('scale-backlog'),
      policyType: 'TargetTrackingScaling',
      serviceNamespace,
      scalableDimension,
      resourceId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue,
        scaleOutCooldown,
        scaleInCooldown,
        customizedMetricSpecification: { metrics: trackedMetrics(backlogSignal(this.#props)) },
      },
    });
  }

  /**
   * No fight with target tracking, which would take away again what this adds: where messages stand in line, each task already holds ADMISSION_OBJECTS of them, and
   * that is no low backlog as long as `backlogPerTask` is not above it.
   */
  #stepOnAge(): void {
    this.#steps('age', {
      description: `Scales out: a message has waited for ${SCALING.ageSeconds} s. Nothing to do; ${this.#props.names.of('notifications-old')} is the alarm that asks for you.`,
      signal: oldestWaiting(this.#props),
      when: 'GreaterThanOrEqualToThreshold',
      threshold: SCALING.ageSeconds,
      minutes: 3,
      adjustmentType: 'PercentChangeInCapacity',
      cooldown: SCALING.ageCooldown,
      steps: [
        { from: 0, to: 600, adjustment: 25 },
        { from: 600, adjustment: 50 },
      ],
    });
  }

  /** Target tracking waits for three minutes above its target; at no task at all one message is enough. */
  #wake(): void {
    this.#steps('wake', {
      description: 'Scales from 0 to 1: a message waits and no task runs. Nothing to do.',
      signal: asleepWithWork(this.#props),
      when: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
      minutes: 1,
      adjustmentType: 'ChangeInCapacity',
      // The alarm still sees no task when the first one has begun: by then the cooldown must not be over.
      cooldown: SCALING.wakeCooldown,
      steps: [{ from: 0, adjustment: 1 }],
    });
  }

  /**
   * Target tracking keeps the last task: some CPU is always used, and any part of a task is rounded up to one
   * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html on scaling to zero). It would be no judge of silence either. A message
   * every few minutes keeps the task; the sweep, once an hour where the minimum is 0, does not.
   */
  #sleep(): void {
    this.#steps('quiet', {
      description: `Scales to 0: no message for ${SCALING.quietMinutes} minutes. Nothing to do.`,
      signal: activityWhileAwake(this.#props),
      when: 'LessThanOrEqualToThreshold',
      threshold: 0,
      minutes: SCALING.quietMinutes,
      adjustmentType: 'ExactCapacity',
      cooldown: SCALING.scaleInCooldown,
      steps: [{ to: 0, adjustment: 0 }],
    });
  }

  #steps(name: string, props: Omit<StepOnAlarmProps, 'target' | 'name'>): void {
    new StepOnAlarm(this, name, { target: this.#target, name: this.#props.names.of(`scale-${name}`), ...props });
  }
}

/** What target tracking follows; the dashboard shows it. */
export function backlogSignal(props: WorkerAutoscalingProps): MetricMath {
  const { backlogPerTask: target, cpu } = props.environment.worker;
  return backlogPerTask(props, target, Math.round(SCALING.busyPercent / Math.max(1, cpu / 1024)));
}
