/** `npm run golden:vrl`: writes the golden outputs of the agent's programs anew, building the `vrl` command where it is not there yet. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { GOLDEN_FILE } from '../../k8s/vector/programs.ts';
import { runAll } from './pipeline.ts';
import { buildVrl, foundVrl } from './vrl.ts';

const golden = runAll(foundVrl() ?? buildVrl());
const options = await resolveConfig(GOLDEN_FILE);
writeFileSync(GOLDEN_FILE, await format(JSON.stringify(golden), { ...options, parser: 'json' }));
process.stdout.write(
  `${golden.records.length} records, ${golden.dropped.length} events dropped: look at the difference before you commit it.\n`,
);
