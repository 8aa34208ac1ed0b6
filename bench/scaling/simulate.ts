/** Drives the policies of a synthesized environment over a shape of traffic on a virtual clock. Pure: the same arguments give the same run. */
import { ASSUMPTIONS, type Assumptions } from './assumptions.ts';
import { decide, initially, type Readings, type ScalerState } from './autoscaler.ts';
import { CloudWatch, type AlarmState } from './cloudwatch.ts';
import { emittedMetrics, Publisher, type QueueNames } from './emitted.ts';
import { Fleet } from './fleet.ts';
import type { Policy, ScalingModel } from './model.ts';
import { Lags, Queue } from './queues.ts';
import { poisson, seeded, type Random } from './random.ts';
import type { Shape } from './traffic.ts';

/** Seconds of the clock between two looks at the world. */
const STEP = 5;

export interface Scenario {
  readonly model: ScalingModel;
  readonly queues: QueueNames;
  readonly shape: Shape;
  readonly vcpu: number;
  /** Seconds between two sweeps; Infinity for none. */
  readonly sweepEvery: number;
  readonly seed: number;
  readonly assumptions?: Partial<Assumptions>;
}

/** One minute of a run. */
export interface Sample {
  readonly minute: number;
  readonly backlog: number;
  readonly desired: number;
  readonly running: number;
  /** Tasks that are paid for. */
  readonly paid: number;
  /** Age of the oldest message, in seconds. */
  readonly oldest: number;
}

export interface Run {
  readonly samples: readonly Sample[];
  readonly lags: Lags;
}

export function simulate(scenario: Scenario): Run {
  const world = new World(scenario);
  for (let now = STEP; now <= scenario.shape.hours * 3600; now += STEP) world.step(now);
  return { samples: world.samples, lags: world.lags };
}

class World {
  readonly samples: Sample[] = [];
  readonly lags = new Lags();
  readonly #scenario: Scenario;
  readonly #assumptions: Assumptions;
  readonly #random: Random;
  readonly #fleet: Fleet;
  readonly #main = new Queue();
  readonly #overflow = new Queue();
  readonly #cloudWatch: CloudWatch;
  readonly #publisher: Publisher;
  readonly #states = new Map<Policy, AlarmState>();
  #scaler: ScalerState;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#assumptions = { ...ASSUMPTIONS, ...scenario.assumptions };
    this.#random = seeded(scenario.seed);
    this.#scaler = initially(scenario.model.minTasks);
    this.#fleet = new Fleet(scenario.model.minTasks, this.#random, this.#assumptions);
    this.#cloudWatch = new CloudWatch(emittedMetrics(scenario.model, scenario.queues));
    this.#publisher = new Publisher(this.#cloudWatch, scenario.model, scenario.queues, this.#random, this.#assumptions);
  }

  step(now: number): void {
    this.#arrive(now);
    this.#work(now);
    this.#fleet.reconcile(this.#scaler.desired, now);
    this.#publisher.active(now, this.#fleet.running(now) > 0, this.#main, this.#overflow);
    if (now % 60 === 0) this.#minute(now);
  }

  #arrive(now: number): void {
    const { shape, sweepEvery, model } = this.#scenario;
    const due = (every: number) => Math.floor(now / every) - Math.floor((now - STEP) / every);
    const messages = poisson(this.#random, shape.rate(now - STEP) * STEP);
    // Whatever of one tenant is above its share of the running tasks is moved by them.
    const share = this.#assumptions.tenantShare * this.#fleet.running(now);
    const surplus = share > 0 && this.#main.waiting > share ? Math.round(messages * shape.noisy) : 0;
    const canary = model.minTasks > 0 ? due(this.#assumptions.canaryEvery) : 0;
    this.#main.send(messages - surplus + canary + due(sweepEvery), now);
    this.#overflow.send(surplus, now);
  }

  #work(now: number): void {
    const { objectsPerVcpuSecond, slots, objectLatency } = this.#assumptions;
    const running = this.#fleet.running(now);
    const byCpu = objectsPerVcpuSecond * Math.min(1, this.#scenario.vcpu);
    const most = poisson(this.#random, running * Math.min(byCpu, slots / objectLatency) * STEP);
    const lag = (seconds: number, count: number) => this.lags.add(seconds + objectLatency, count);
    const first = this.#main.take(most, now, lag);
    const done = first + this.#overflow.take(most - first, now, lag);
    this.#fleet.work(running === 0 ? 0 : done / running, now);
    const { idleCpuPercent } = this.#assumptions;
    if (running > 0)
      this.#publisher.used(Math.min(100, idleCpuPercent + (100 * done) / (running * objectsPerVcpuSecond * this.#scenario.vcpu * STEP)));
  }

  #minute(now: number): void {
    const running = this.#fleet.running(now);
    this.#publisher.publish(now, running, this.#scaler.desired, this.#main, this.#overflow);
    const readings = new Map<Policy, Readings>();
    for (const policy of this.#scenario.model.policies) readings.set(policy, this.#read(policy, now));
    this.#scaler = decide(this.#scaler, { model: this.#scenario.model, readings, running, now });
    this.samples.push({
      minute: now / 60,
      backlog: this.#main.waiting + this.#overflow.waiting,
      desired: this.#scaler.desired,
      running,
      paid: this.#fleet.count,
      oldest: Math.max(this.#main.oldest(now) ?? 0, this.#overflow.oldest(now) ?? 0),
    });
  }

  #read(policy: Policy, now: number): Readings {
    if (policy.kind === 'tracking') return { main: this.#cloudWatch.read(policy.high, now), low: this.#cloudWatch.read(policy.low, now) };
    const main = this.#cloudWatch.read(policy.alarm, now, this.#states.get(policy));
    this.#states.set(policy, main.state);
    return { main };
  }
}
