/** What `main.ts` and the process that runs the suites on one witness tell each other. */
import type { Ability } from '../contract/target.ts';
import type { CaseResult } from './tally.ts';

export interface ProvidedWitness {
  readonly name: string;
  readonly endpoint: string;
  /** Abilities missing on this machine only, with the reason. */
  readonly lacks: Partial<Record<Ability, string>>;
  /** Known differences run like any other case, to see whether they are still there. */
  readonly recheck: boolean;
  /** A pattern of case names; all when absent. */
  readonly only?: string;
}

export interface Report {
  readonly cases: readonly CaseResult[];
  /** Errors outside of any case. */
  readonly strayErrors: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    witness: ProvidedWitness;
  }
}
