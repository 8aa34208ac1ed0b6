/**
 * How many tasks run. The largest capacity wins on the way out, and target tracking comes in only when each of its policies agrees
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html):
 *
 * - **backlog** per running task, target tracking: how far to scale out;
 * - **cpu**, target tracking: how far to come in. A queue's length says nothing below saturation, so alone it would take most of a busy fleet away every quarter of
 *   an hour, and call it back when the queue has grown;
 * - **age** of the oldest message, in steps: for messages that are few and heavy;
 * - **wake** and **quiet**, where the minimum is 0: from none to one on any visible message, and to none when nothing has come for a while.
 *
 * It never stops a busy task: those hold scale-in protection. docs/scaling.md shows what each figure was chosen by.
 */
import { AppautoscalingPolicy, type AppautoscalingPolicyConfig } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target/index.js';
import { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import { trackedMetrics } from '../metrics.ts';
import type { Names } from '../names.ts';
import { activityWhileAwake, asleepWithWork, backlogPerTask, oldestWaiting, type Signals } from '../scaling-signals.ts';
import { StepOnAlarm, type StepOnAlarmProps } from './step-on-alarm.ts';

/** Seconds where nothing else is said. Chosen by `npm run simulate:scaling`; docs/scaling.md has the tables. */
export const SCALING = {
  /** A task starts within a minute, and its share of the work shows a minute or two later: scaling out again before that would count it twice. */
  scaleOutCooldown: 180,
  scaleInCooldown: 300,
  /** Per cent of one vCPU: a worker has one event loop, and further CPU serves only what Node does beside it. */
  cpuTarget: 70,
  ageSeconds: 300,
  ageCooldown: 300,
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
    const { minTasks, maxTasks, cpu, backlogPerTask: backlogTarget } = props.environment.worker;
    this.#target = new AppautoscalingTarget(this, 'target', {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: `service/${props.clusterName}/${props.serviceName}`,
      minCapacity: minTasks,
      maxCapacity: maxTasks,
    });
    this.#track('backlog', backlogTarget, { customizedMetricSpecification: { metrics: trackedMetrics(backlogPerTask(props)) } });
    this.#track('cpu', Math.round(SCALING.cpuTarget / Math.max(1, cpu / 1024)), {
      predefinedMetricSpecification: { predefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    });
    this.#stepOnAge();
    if (minTasks === 0) {
      this.#wake();
      this.#sleep();
    }
  }

  #track(name: string, targetValue: number, metric: Partial<AppautoscalingPolicyConfig['targetTrackingScalingPolicyConfiguration']>): void {
    const { serviceNamespace, scalableDimension, resourceId } = this.#target;
    const { scaleOutCooldown, scaleInCooldown } = SCALING;
    new AppautoscalingPolicy(this, name, {
      name: this.#props.names.of(`scale-${name}`),
      policyType: 'TargetTrackingScaling',
      serviceNamespace,
      scalableDimension,
      resourceId,
      targetTrackingScalingPolicyConfiguration: { targetValue, scaleOutCooldown, scaleInCooldown, ...metric },
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
      cooldown: SCALING.scaleOutCooldown,
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
