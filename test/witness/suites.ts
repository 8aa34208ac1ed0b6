/**
 * Runs the suites on one witness, in a process of its own: vitest ends its process on a signal, and `main.ts` has a witness to stop then. Started by
 * `main.ts` alone, with the witness as its argument; what it found goes back as one message.
 */
import { join } from 'node:path';
import { createVitest } from 'vitest/node';
import type { ProvidedWitness, Report } from './provided.ts';
import type { CaseResult } from './tally.ts';

const witness = JSON.parse(process.argv[2] ?? '') as ProvidedWitness;
const vitest = await createVitest({
  root: join(import.meta.dirname, '..', '..'),
  config: join(import.meta.dirname, 'vitest.config.ts'),
  watch: false,
  reporters: ['dot'],
  testNamePattern: witness.only,
  provide: { witness },
});
await vitest.start();
const modules = vitest.state.getTestModules();
const cases = modules.flatMap((module) =>
  [...module.children.allTests()].map((one): CaseResult => ({
    suite: one.parent.type === 'suite' ? one.parent.name : '',
    name: one.name,
    state: one.result().state,
    skippedFor: one.meta().skippedFor,
  })),
);
// A hook that fails takes its suite's cases with it.
const entities = modules.flatMap((module) => [module, ...module.children.allSuites()]);
const strayErrors = entities.reduce((sum, entity) => sum + entity.errors().length, vitest.state.getUnhandledErrors().length);
await vitest.close();
process.send?.({ cases, strayErrors } satisfies Report);
