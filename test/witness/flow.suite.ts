/** Every flow suite, on the witness that `main.ts` has started: real workers, told its endpoint by their environment. */
import { flowSuites } from '../flow/suites.ts';
import { witnessTarget } from './target.ts';

for (const suite of flowSuites) suite(witnessTarget);
