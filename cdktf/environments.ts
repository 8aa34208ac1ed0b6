/**
 * Where Logferry runs: the one file of `cdktf/` that a new user edits. Account, region and the project's name are all that has to be changed; cdktf/config.ts
 * lists every other field with its default. Nothing secret belongs here.
 */
import type { EnvironmentsInput } from './config.ts';

/** In the names of all resources: 2 to 12 of a-z, 0-9 and single - between them. */
export const project = 'logferry';

/** The placeholder account 000000000000 can be synthesized and validated, and is refused by `deploy`. */
export const environments: EnvironmentsInput = {
  development: {
    account: '000000000000',
    region: 'us-east-1',
    worker: { minTasks: 0, maxTasks: 4, cpu: 512, memoryMiB: 1024 },
    network: { zones: 2 },
  },
  staging: {
    account: '000000000000',
    region: 'us-east-1',
    worker: { minTasks: 1, maxTasks: 10 },
    network: { zones: 2 },
  },
  production: {
    account: '000000000000',
    region: 'us-east-1',
    worker: { minTasks: 2, maxTasks: 50, onDemandBase: 2 },
    network: { zones: 3, natPerZone: true },
  },
};
