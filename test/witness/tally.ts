/** The numbers of one witness's run, suite by suite, and what is wrong with them (pure). Nothing that was not run and has no reason goes unnoticed. */
import type { TaskMeta } from 'vitest';

export interface CaseResult {
  readonly suite: string;
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  readonly skippedFor?: TaskMeta['skippedFor'];
}

/** Of one suite; `run` is passed and failed together. */
export interface Count {
  readonly run: number;
  /** Skipped because the emulator lacks an ability. */
  readonly ability: number;
  /** Skipped because the case is a known difference. */
  readonly difference: number;
}

export type Counts = Readonly<Record<string, Count>>;

export interface Tally {
  readonly counts: Counts;
  readonly passed: number;
  readonly failed: number;
  /** What no failed case tells: a line each. */
  readonly faults: readonly string[];
}

export type Differences = Readonly<Record<string, string>>;

const NONE: Count = { run: 0, ability: 0, difference: 0 };

/** @param recheck whether the known differences were run: then each must fail, or is none any more. */
export function tally(cases: readonly CaseResult[], differences: Differences, recheck = false): Tally {
  const counts: Record<string, Count> = {};
  const faults = badNames(cases, differences);
  let [passed, failed] = [0, 0];
  for (const { suite, name, state, skippedFor } of cases) {
    const isRechecked = recheck && state !== 'skipped' && idOf({ suite, name }) in differences;
    const kind = isRechecked ? 'difference' : (skippedFor ?? 'run');
    const count = counts[suite] ?? NONE;
    counts[suite] = { ...count, [kind]: count[kind] + 1 };
    if (isRechecked && state === 'passed') faults.push(`"${suite}: ${name}" is listed as a difference, and passes`);
    if (kind !== 'run') continue;
    if (state === 'passed') passed++;
    else if (state === 'failed') failed++;
    else faults.push(`"${suite}: ${name}" was ${state} without a reason`);
  }
  return { counts, passed, failed, faults };
}

function idOf({ suite, name }: Pick<CaseResult, 'suite' | 'name'>): string {
  return `${suite}: ${name}`;
}

function badNames(cases: readonly CaseResult[], differences: Differences): string[] {
  const ids = cases.map(idOf);
  const stale = Object.keys(differences).filter((id) => !ids.includes(id));
  const doubled = new Set(ids.filter((id, at) => ids.indexOf(id) !== at));
  return [
    ...stale.map((id) => `"${id}" is listed as a difference, and no case is called that`),
    ...[...doubled].map((id) => `two cases are called "${id}": neither could be listed as a difference`),
  ];
}

/**
 * How the counts differ from what they were when somebody last looked: a suite cannot silently shrink.
 * @returns a line each. @param lacks whether abilities are missing on this machine only: a suite that needs one may be skipped whole.
 */
export function compare(counts: Counts, expected: Counts, lacks = false): string[] {
  const suites = [...new Set([...Object.keys(expected), ...Object.keys(counts)])];
  return suites.flatMap((suite) => {
    const [now, then] = [counts[suite] ?? NONE, expected[suite] ?? NONE];
    if (lacks && now.run === 0 && now.ability === casesOf(then)) return [];
    return say(now) === say(then) ? [] : [`${suite}: expected ${say(then)}; got ${say(now)} (\`--update\` accepts it)`];
  });
}

function say({ run, ability, difference }: Count): string {
  return `${run} run, ${ability} without the ability, ${difference} known to differ`;
}

export function casesOf({ run, ability, difference }: Count): number {
  return run + ability + difference;
}
