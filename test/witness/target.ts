/** The witness under test, as the suites see it. */
import { inject } from 'vitest';
import type { Target } from '../contract/target.ts';
import { WITNESSES } from './all.ts';
import type { ProvidedWitness } from './provided.ts';

export function witnessTarget(): Target {
  const { name, endpoint, lacks, recheck }: ProvidedWitness = inject('witness');
  const witness = WITNESSES.find((one) => one.name === name);
  if (!witness) throw new Error(`no witness is called ${name}`);
  return {
    name,
    endpoint,
    region: 'us-east-1',
    credentialsFor: (account) => witness.credentialsFor(account),
    has: new Set([...witness.has].filter((ability) => lacks[ability] === undefined)),
    differences: recheck ? {} : witness.differences,
  };
}
