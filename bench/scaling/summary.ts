/** The figures of a run that a choice is made by. Pure. */
import { HOURS_PER_MONTH, PRICES } from '../prices.ts';
import type { Run, Sample } from './simulate.ts';

export interface TaskKind {
  readonly vcpu: number;
  readonly gb: number;
  /** Tasks that are never Spot; of those above, `spotShare` in a hundred are. */
  readonly onDemandBase: number;
  readonly spotShare: number;
}

export interface Summary {
  readonly maxBacklog: number;
  /** Seconds. */
  readonly lagP95: number;
  readonly lagMax: number;
  readonly maxTasks: number;
  readonly taskHours: number;
  /** If the whole month were so. */
  readonly usdPerMonth: number;
  /** How often the desired count turned from growing to shrinking or back. */
  readonly turns: number;
  /** Share of the time without any task. */
  readonly asleep: number;
}

export function summarize({ samples, lags }: Run, kind: TaskKind): Summary {
  const most = (of: (sample: Sample) => number) => samples.reduce((max, sample) => Math.max(max, of(sample)), 0);
  return {
    maxBacklog: most(({ backlog }) => backlog),
    lagP95: lags.quantile(0.95),
    lagMax: lags.quantile(1),
    maxTasks: most(({ paid }) => paid),
    taskHours: samples.reduce((sum, { paid }) => sum + paid / 60, 0),
    usdPerMonth: (costs(samples, kind).at(-1) ?? 0) * ((HOURS_PER_MONTH * 60) / samples.length),
    turns: turns(samples.map(({ desired }) => desired)),
    asleep: samples.filter(({ paid }) => paid === 0).length / samples.length,
  };
}

/** USD from the beginning to each minute, tasks alone. */
export function costs(samples: readonly Sample[], { vcpu, gb, onDemandBase, spotShare }: TaskKind): number[] {
  const hour = vcpu * PRICES.fargateArmVcpuHour + gb * PRICES.fargateArmGbHour;
  let sum = 0;
  return samples.map(({ paid }) => {
    const spot = (Math.max(0, paid - onDemandBase) * spotShare) / 100;
    sum += ((paid - spot + spot * PRICES.fargateSpotShare) * hour) / 60;
    return sum;
  });
}

export function turns(desired: readonly number[]): number {
  const ways = desired.map((count, at) => Math.sign(count - (desired[at - 1] ?? count))).filter((way) => way !== 0);
  return ways.filter((way, at) => at > 0 && way !== ways[at - 1]).length;
}
