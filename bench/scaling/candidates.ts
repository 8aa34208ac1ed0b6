/** What was tried before the defaults were chosen: figures that were varied, and guards that were taken away, each with the runs that show it. Pure. */
import { ASSUMPTIONS, type Assumptions } from './assumptions.ts';
import * as changes from './changes.ts';
import { scenario, usualRate, type SimulatedEnvironment } from './environment.ts';
import type { ScalingModel } from './model.ts';
import { simulate } from './simulate.ts';
import { summarize, type Summary } from './summary.ts';
import { shapes } from './traffic.ts';

export interface Trial {
  readonly question: string;
  readonly environment: string;
  readonly shape: string;
  readonly candidates: readonly Candidate[];
}

interface Candidate {
  readonly label: string;
  /** Of the environment's policies as synthesized; a number is a `backlogPerTask` that it is to be synthesized with. */
  readonly change: number | ((model: ScalingModel) => ScalingModel);
  readonly assumptions?: Partial<Assumptions>;
}

const asIs = (model: ScalingModel) => model;
/** 10 s of CPU each, as of some 160 MB of lines. */
const HEAVY = { objectsPerVcpuSecond: 0.1 };
const each = <T>(values: readonly T[], one: (value: T) => Candidate) => values.map(one);
const TARGETS = [25, 50, 100, 200, 400, 1000];

export const TRIALS: readonly Trial[] = [
  {
    question: 'Messages per task, on a usual day',
    environment: 'production',
    shape: 'daily',
    candidates: each(TARGETS, (target) => ({ label: `${target}`, change: target })),
  },
  {
    question: 'Messages per task, objects of 10 s of CPU each',
    environment: 'staging',
    shape: 'steady',
    candidates: each(TARGETS, (target) => ({ label: `${target}`, change: target, assumptions: HEAVY })),
  },
  {
    question: 'CPU in per cent that makes a task busy enough',
    environment: 'production',
    shape: 'daily',
    candidates: each([30, 45, 60, 75, 90], (percent) => ({
      label: `${percent}`,
      change: (model) => changes.withBusyPercent(model, percent),
    })),
  },
  {
    question: 'Cooldowns, out and in, seconds',
    environment: 'production',
    shape: 'daily',
    candidates: [
      [60, 60],
      [180, 300],
      [300, 900],
    ].map(([out = 0, into = 0]) => ({ label: `${out}, ${into}`, change: (model) => changes.withCooldowns(model, out, into) })),
  },
  {
    question: 'Quiet minutes before the last task ends',
    environment: 'development',
    shape: 'silence',
    candidates: each([5, 10, 15, 30], (minutes) => ({ label: `${minutes}`, change: (model) => changes.withQuietMinutes(model, minutes) })),
  },
  {
    question: 'Without one of the guards, under a steady load',
    environment: 'production',
    shape: 'steady',
    candidates: [
      { label: 'all as synthesized', change: asIs },
      { label: 'CPU counts for nothing', change: changes.withoutCpu },
      { label: 'tasks that come or go do not hold it', change: changes.withoutSettling },
    ],
  },
  {
    question: 'Without Container Insights: steps on age alone',
    environment: 'production',
    shape: 'burst',
    candidates: [
      { label: 'as synthesized, it reports', change: asIs },
      { label: 'it never reports', change: asIs, assumptions: { insights: 'never' } },
      {
        label: 'it never reports, no steps on age',
        change: (model) => changes.withoutPolicy(model, 'scale-age'),
        assumptions: { insights: 'never' },
      },
    ],
  },
];

/** @param environmentOf synthesizes the named environment with another `backlogPerTask`. */
export function runTrial(
  trial: Trial,
  environmentOf: (name: string, backlogPerTask?: number) => SimulatedEnvironment,
): { readonly label: string; readonly summary: Summary }[] {
  return trial.candidates.map(({ label, change, assumptions = {} }) => {
    const environment = environmentOf(trial.environment, typeof change === 'number' ? change : undefined);
    const model = typeof change === 'number' ? environment.model : change(environment.model);
    const rate =
      (usualRate(environment) * (assumptions.objectsPerVcpuSecond ?? ASSUMPTIONS.objectsPerVcpuSecond)) / ASSUMPTIONS.objectsPerVcpuSecond;
    const shape = shapes(rate).find(({ name }) => name === trial.shape);
    if (shape === undefined) throw new Error(`no shape ${trial.shape}`);
    return { label, summary: summarize(simulate({ ...scenario({ ...environment, model }, shape), assumptions }), environment.kind) };
  });
}
