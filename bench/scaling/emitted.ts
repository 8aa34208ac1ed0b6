/** What SQS and ECS tell CloudWatch in a simulated minute, and when it is known. */
import type { Assumptions } from './assumptions.ts';
import type { CloudWatch } from './cloudwatch.ts';
import type { MetricName, ScalingModel } from './model.ts';
import type { Queue } from './queues.ts';
import { between, poisson, type Random } from './random.ts';

export interface QueueNames {
  readonly main: string;
  readonly overflow: string;
}

const VISIBLE = 'ApproximateNumberOfMessagesVisible';
const IN_FLIGHT = 'ApproximateNumberOfMessagesNotVisible';
const AGE = 'ApproximateAgeOfOldestMessage';
const SENT = 'NumberOfMessagesSent';

const ofQueue = (queue: string, name: string): MetricName => ({
  namespace: 'AWS/SQS',
  metric_name: name,
  dimensions: { QueueName: queue },
});
const ofService = ({ cluster, service }: ScalingModel, namespace: string, name: string): MetricName => ({
  namespace,
  metric_name: name,
  dimensions: { ClusterName: cluster, ServiceName: service },
});
const tasks = (model: ScalingModel, name: 'RunningTaskCount' | 'DesiredTaskCount') => ofService(model, 'ECS/ContainerInsights', name);
const cpu = (model: ScalingModel) => ofService(model, 'AWS/ECS', 'CPUUtilization');

export function emittedMetrics(model: ScalingModel, { main, overflow }: QueueNames): MetricName[] {
  const queues = [main, overflow].flatMap((queue) => [VISIBLE, IN_FLIGHT, AGE, SENT].map((name) => ofQueue(queue, name)));
  return [...queues, tasks(model, 'RunningTaskCount'), tasks(model, 'DesiredTaskCount'), cpu(model)];
}

interface Activity {
  lastAt: number;
  /** Nothing is reported before. */
  from: number;
}

export class Publisher {
  readonly #cloudWatch: CloudWatch;
  readonly #model: ScalingModel;
  readonly #names: QueueNames;
  readonly #random: Random;
  readonly #assumptions: Assumptions;
  readonly #main: Activity = { lastAt: 0, from: 0 };
  readonly #overflow: Activity = { lastAt: -Infinity, from: 0 };
  #cpu: number[] = [];

  constructor(cloudWatch: CloudWatch, model: ScalingModel, names: QueueNames, random: Random, assumptions: Assumptions) {
    this.#cloudWatch = cloudWatch;
    this.#model = model;
    this.#names = names;
    this.#random = random;
    this.#assumptions = assumptions;
  }

  /** A queue is active while it holds messages or is called; only the main one is polled at all times. */
  active(now: number, polled: boolean, main: Queue, overflow: Queue): void {
    this.#active(this.#main, now, polled || main.waiting > 0 || main.sent > 0);
    this.#active(this.#overflow, now, overflow.waiting > 0 || overflow.sent > 0);
  }

  #active(activity: Activity, now: number, active: boolean): void {
    if (!active) return;
    const { queueIdleAfter, idleQueueDelay } = this.#assumptions;
    if (now - activity.lastAt > queueIdleAfter) activity.from = now + idleQueueDelay;
    activity.lastAt = now;
  }

  used(cpuPercent: number): void {
    this.#cpu.push(cpuPercent);
  }

  publish(now: number, running: number, desired: number, main: Queue, overflow: Queue): void {
    const held = Math.min(main.waiting + overflow.waiting, this.#assumptions.admission * running);
    const ofMain = Math.min(main.waiting, held);
    this.#queue(now, this.#names.main, this.#main, main, ofMain);
    this.#queue(now, this.#names.overflow, this.#overflow, overflow, held - ofMain);
    const minute = now / 60 - 1;
    const at = () => now + between(this.#random, ...this.#assumptions.ecsDelay);
    const counted = at();
    const { insights } = this.#assumptions;
    if (insights === 'always' || (insights === 'with tasks' && running > 0)) {
      this.#cloudWatch.publish(tasks(this.#model, 'RunningTaskCount'), minute, running, counted);
      this.#cloudWatch.publish(tasks(this.#model, 'DesiredTaskCount'), minute, desired, counted);
    }
    const used = this.#cpu.reduce((sum, one) => sum + one, 0) / this.#cpu.length;
    if (this.#cpu.length > 0) this.#cloudWatch.publish(cpu(this.#model), minute, used, at());
    this.#cpu = [];
  }

  #queue(now: number, name: string, activity: Activity, queue: Queue, held: number): void {
    // What passes through in between is in flight for its latency: Little's law.
    const passing = poisson(this.#random, (queue.processed / 60) * this.#assumptions.objectLatency);
    const inFlight = held + passing;
    const { lastAt, from } = activity;
    const minute = now / 60 - 1;
    const knownAt = now + between(this.#random, ...this.#assumptions.sqsDelay);
    const tell = (metric: string, value: number) => this.#cloudWatch.publish(ofQueue(name, metric), minute, value, knownAt);
    if (now >= from && now - lastAt <= this.#assumptions.queueIdleAfter) {
      tell(VISIBLE, queue.waiting - held);
      tell(SENT, queue.sent);
      if (inFlight > 0) tell(IN_FLIGHT, inFlight);
      const age = queue.oldest(now);
      if (age !== undefined) tell(AGE, age);
    }
    queue.sent = 0;
    queue.processed = 0;
  }
}
