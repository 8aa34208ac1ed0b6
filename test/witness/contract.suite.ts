/** Every contract suite, on the witness that `main.ts` has started. */
import { contractSuites } from '../contract/suites.ts';
import { witnessTarget } from './target.ts';

for (const suite of contractSuites) suite(witnessTarget);
