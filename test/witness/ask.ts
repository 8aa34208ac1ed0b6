/** Asks one witness: starts it, runs the suites on it, stops it, and says what came of it. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { ProvidedWitness, Report } from './provided.ts';
import { RunningWitness } from './running.ts';
import { compare, tally, type Counts, type Tally } from './tally.ts';
import type { Installed, Witness } from './witness.ts';

const SUITES = join(import.meta.dirname, 'suites.ts');

export interface Question {
  readonly witness: Witness;
  readonly installed: Installed;
  /** Undefined: whatever the counts are, they are right. */
  readonly expected: Counts | undefined;
  readonly recheck: boolean;
  readonly only?: string;
  /** Ends the suites and the witness. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** @returns the tally, its faults the expectations' too. @throws when the witness does not start, or its suites end without a report. */
export async function ask({ witness, installed, expected, recheck, only, signal, print }: Question): Promise<Tally> {
  const { name, differences } = witness;
  const running = await RunningWitness.start(witness, installed, signal);
  try {
    print(`${name}: ready`);
    const { cases, strayErrors } = await runSuites({ name, endpoint: running.endpoint, lacks: installed.lacks, recheck, only }, signal);
    const result = tally(cases, only === undefined ? differences : {}, recheck);
    const faults = [...(only === undefined ? result.faults : [])];
    if (strayErrors > 0) faults.push(`${strayErrors} errors outside of any case, see above`);
    if (expected && only === undefined) faults.push(...compare(result.counts, expected, Object.keys(installed.lacks).length > 0));
    return { ...result, faults };
  } finally {
    await running.stop();
  }
}

async function runSuites(witness: ProvidedWitness, signal: AbortSignal): Promise<Report> {
  const child = fork(SUITES, [JSON.stringify(witness)], { signal, killSignal: 'SIGTERM', detached: true });
  let report: Report | undefined;
  child.on('message', (message) => (report = message as Report));
  const code = await exitOf(child);
  endGroup(child);
  if (!report) throw new Error(`the suites on ${witness.name} ended with ${code} and no report`);
  return report;
}

/** The workers of a case that was cut off outlive it, and vitest; they are in its group. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

async function exitOf(child: ChildProcess): Promise<string> {
  // An abort is an error event first; `once` would take that for the end.
  child.on('error', () => undefined);
  return await new Promise((resolve) => child.on('exit', (code, signal) => resolve(String(code ?? signal))));
}
