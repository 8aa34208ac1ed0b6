import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as changes from '../../bench/scaling/changes.ts';
import { readEnvironment, scenario, usualRate, type SimulatedEnvironment } from '../../bench/scaling/environment.ts';
import { Fleet } from '../../bench/scaling/fleet.ts';
import { ASSUMPTIONS, type Assumptions } from '../../bench/scaling/assumptions.ts';
import type { ScalingModel } from '../../bench/scaling/model.ts';
import { seeded } from '../../bench/scaling/random.ts';
import { table } from '../../bench/scaling/report.ts';
import { results } from '../../bench/scaling/results.ts';
import { simulate, type Run, type Sample } from '../../bench/scaling/simulate.ts';
import { summarize, turns } from '../../bench/scaling/summary.ts';
import { synthesized } from '../../bench/scaling/synthesis.ts';
import { shapes, type Shape } from '../../bench/scaling/traffic.ts';
import { checkEnvironments, type EnvironmentsInput } from '../../cdktf/config.ts';
import { loadEnvironments } from '../../cdktf/load.ts';
import { ACCOUNT, synthesize } from './synthesized.ts';

const HOUR = 60;

function environment(worker: NonNullable<EnvironmentsInput[string]['worker']>): SimulatedEnvironment {
  const [one] = checkEnvironments('logferry', { test: { account: ACCOUNT, region: 'eu-central-1', worker } });
  return readEnvironment(one!, synthesize({ worker }));
}

let sleeping: SimulatedEnvironment;
let usual: SimulatedEnvironment;
let large: SimulatedEnvironment;
beforeAll(() => {
  sleeping = environment({ minTasks: 0, maxTasks: 4, cpu: 512, memoryMiB: 1024 });
  usual = environment({ minTasks: 1, maxTasks: 10 });
  large = environment({ minTasks: 2, maxTasks: 50, onDemandBase: 2 });
});

interface Change {
  readonly model?: (model: ScalingModel) => ScalingModel;
  readonly assumptions?: Partial<Assumptions>;
  readonly sweepEvery?: number;
  readonly seed?: number;
}

function run(one: SimulatedEnvironment, shape: Shape, { model, assumptions, sweepEvery, seed }: Change = {}): Run {
  const whole = scenario({ ...one, model: model?.(one.model) ?? one.model }, shape, seed);
  return simulate({ ...whole, assumptions, sweepEvery: sweepEvery ?? whole.sweepEvery });
}

const steady = (rate: number, hours = 12): Shape => ({ name: 'steady', hours, noisy: 0, rate: () => rate });
/** After the fleet has found its size. */
const settled = ({ samples }: Run): readonly Sample[] => samples.slice(3 * HOUR);
const desired = (samples: readonly Sample[]) => samples.map((sample) => sample.desired);
function shaped(one: SimulatedEnvironment, name: string): Shape {
  return shapes(usualRate(one)).find((shape) => shape.name === name)!;
}

const trackingAlone = (model: ScalingModel) => changes.withoutPolicy(changes.withoutPolicy(model, 'scale-wake'), 'scale-age');
const ofAnotherService = (model: ScalingModel) => ({ ...model, service: 'another' });
const wakingAgain = (model: ScalingModel) =>
  changes.withPolicy(model, 'scale-wake', (policy) => (policy.kind === 'steps' ? { ...policy, cooldown: 0 } : policy));

describe('under a steady load', () => {
  const shares = [0.02, 0.1, 0.18, 0.35, 0.5, 0.7, 0.85];
  it.each(shares)('%d of the most that the tasks can do never makes the fleet flap', (share) => {
    for (const one of [usual, large])
      for (const seed of [1, 2, 3]) {
        const whole = run(one, steady((usualRate(one) * share) / 0.18), { seed });
        expect(turns(desired(settled(whole)))).toBe(0);
        expect(settled(whole).at(-1)!.backlog).toBeLessThan(1000);
      }
  });

  it('a service that may sleep stays awake, without a break', () => {
    for (const rate of [0.1, 1, 10]) {
      const { samples } = run(sleeping, steady(rate));
      expect(Math.min(...desired(samples.slice(10)))).toBeGreaterThan(0);
    }
  });

  it('would flap if the CPU in use did not count, or tasks that come and go did not hold it', () => {
    for (const model of [changes.withoutCpu, changes.withoutSettling])
      expect(turns(desired(settled(run(large, steady(usualRate(large)), { model }))))).toBeGreaterThan(5);
  });

  it('the fleet comes in to less than twice what the work takes', () => {
    const work = usualRate(large) / ASSUMPTIONS.objectsPerVcpuSecond;
    const kept = settled(run(large, steady(usualRate(large))));
    expect(kept.reduce((sum, { paid }) => sum + paid, 0) / kept.length).toBeLessThan(2 * work);
  });
});

describe('in silence, where the minimum is 0', () => {
  it('the service reaches 0 and stays there, but for a quarter of an hour and a little after each sweep', () => {
    const { samples } = run(sleeping, shaped(sleeping, 'silence'));
    const night = samples.filter(({ minute }) => minute > 2.5 * HOUR && minute < 10 * HOUR);
    const awake = night.filter(({ paid }) => paid > 0);
    for (const { minute } of awake) expect(minute % HOUR).toBeLessThan(20);
    expect(Math.max(...night.map(({ paid }) => paid))).toBe(1);
  });

  it('without a sweep it does not wake at all', () => {
    const { samples } = run(sleeping, steady(0), { sweepEvery: Infinity });
    expect(Math.max(...samples.map(({ paid }) => paid))).toBe(0);
  });

  it('a second task would be woken for nothing if the cooldown of waking were shorter than the lag of the metrics', () => {
    const { samples } = run(sleeping, shaped(sleeping, 'silence'), { model: wakingAgain });
    expect(Math.max(...samples.filter(({ minute }) => minute > 2.5 * HOUR && minute < 10 * HOUR).map(({ paid }) => paid))).toBeGreaterThan(
      1,
    );
  });

  it('would never come to rest without the step for silence', () => {
    const { samples } = run(sleeping, shaped(sleeping, 'silence'), { model: (model) => changes.withoutPolicy(model, 'scale-quiet') });
    expect(Math.min(...desired(samples.slice(10)))).toBe(1);
  });

  it('a minimum above 0 is kept', () => {
    expect(Math.min(...desired(run(large, shaped(large, 'silence')).samples))).toBe(2);
  });
});

describe('from 0', () => {
  const late: Shape = { name: 'late', hours: 12, noisy: 0, rate: (seconds) => (seconds >= 10 * 3600 ? 1 : 0) };

  it('one message is enough, within six minutes', () => {
    const { samples } = run(sleeping, late, { sweepEvery: 3600 });
    expect(samples.findIndex(({ minute, running }) => minute >= 10 * HOUR && running > 0)).toBeLessThan(10 * HOUR + 6);
  });

  it('after more than six idle hours it takes the quarter of an hour more that SQS may take to report again', () => {
    const { samples } = run(sleeping, late, { sweepEvery: Infinity });
    const woken = samples.findIndex(({ running }) => running > 0);
    expect(woken).toBeGreaterThan(10 * HOUR + 14);
    expect(woken).toBeLessThan(10 * HOUR + 21);
  });

  it('target tracking alone would see the backlog too, thanks to its guard at no task', () => {
    const assumptions = { insights: 'always' } as const;
    const burst = shaped(sleeping, 'burst');
    expect(run(sleeping, burst, { model: trackingAlone, assumptions }).samples.at(-1)!.backlog).toBeLessThan(100);
    const unguarded = run(sleeping, burst, { model: (model) => changes.withoutZeroGuard(trackingAlone(model)), assumptions });
    expect(Math.max(...desired(unguarded.samples))).toBe(0);
  });
});

describe('a burst of fifty times the load', () => {
  it('drains within half an hour of its beginning, by the most tasks, which go again', () => {
    for (const one of [sleeping, usual, large]) {
      const { samples } = run(one, shaped(one, 'burst'));
      const after = samples.filter(({ minute }) => minute > 2.5 * HOUR && minute < 3 * HOUR);
      expect(Math.max(...after.map(({ backlog }) => backlog))).toBeLessThan(1000);
      expect(Math.max(...desired(samples))).toBe(one.model.maxTasks);
      expect(desired(samples).at(-1)).toBeLessThanOrEqual(Math.max(1, one.model.minTasks));
    }
  });

  it('drains also when Container Insights says nothing, by the steps on age', () => {
    const assumptions = { insights: 'never' } as const;
    const burst = shaped(large, 'burst');
    expect(run(large, burst, { assumptions }).samples.at(-1)!.backlog).toBeLessThan(100);
    const without = run(large, burst, { assumptions, model: (model) => changes.withoutPolicy(model, 'scale-age') });
    expect(Math.max(...desired(without.samples))).toBe(2);
  });
});

describe('docs/scaling.md', () => {
  it('has the results of the environments as they are; else run npm run simulate:scaling', async () => {
    const environments = await loadEnvironments(join(import.meta.dirname, '..', '..', 'cdktf', 'environments.ts'));
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'scaling.md'), 'utf8');
    expect(page).toContain(table('environment, traffic', results(synthesized(environments))));
  });
});

describe('the simulation', () => {
  it('gives the same run for the same seed, another one for another', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => run(usual, steady(50, 2), { seed }).samples);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('refuses a policy that looks at a metric which nobody emits', () => {
    expect(() => run(usual, steady(1, 1), { model: ofAnotherService })).toThrow('nobody emits');
  });

  it('ends no task that holds its protection, and lets go after a minute of quiet', () => {
    const fleet = new Fleet(3, seeded(1), ASSUMPTIONS);
    fleet.work(100, 5);
    fleet.reconcile(0, 5);
    expect(fleet.count).toBe(3);
    for (let now = 10; now <= 70; now += 5) fleet.work(0, now);
    fleet.reconcile(0, 70);
    expect(fleet.count).toBe(0);
  });

  it('reckons Spot at its share of the price, above the base that is on demand', () => {
    const kind = { vcpu: 1, gb: 2, onDemandBase: 1, spotShare: 50 };
    const samples = Array.from({ length: 60 }, (_, minute) => ({ minute, backlog: 0, desired: 3, running: 3, paid: 3, oldest: 0 }));
    const lags = { quantile: () => 0 } as unknown as Run['lags'];
    expect(summarize({ samples, lags }, kind).usdPerMonth).toBeCloseTo((2 + 0.3) * (0.032_38 + 2 * 0.003_56) * 730, 6);
  });
});
