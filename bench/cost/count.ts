/** What the environments of cdktf/environments.ts cost, counted in what is synthesized of them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf, synthesize } from '../../cdktf/cli/selection.ts';
import type { Environment } from '../../cdktf/config.ts';
import { loadEnvironments } from '../../cdktf/load.ts';
import type { StackJson } from '../../test/cdktf/synthesized.ts';
import { PRICES_AS_OF } from '../prices.ts';
import { standingCosts } from './standing.ts';
import { costTable, type Costs } from './table.ts';
import { volumeCosts } from './volume.ts';

/**
 * A month's lines. Sixteen objects that a real Vector made of real logs were 5.6 times smaller than their lines (3.3 to 9.9), 25 times than their records;
 * an object's size is Vector's batch, here 1 MB.
 */
const VOLUME = { gb: 1000, ratio: 5.5, objectMb: 1 };

/** Markdown: a table, and what it was counted with. */
export async function countCosts(): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'logferry-cost-'));
  try {
    const environments = await loadEnvironments();
    synthesize(environments, out);
    const { gb, ratio, objectMb } = VOLUME;
    const assumptions = `List prices of us-east-1, ${PRICES_AS_OF}, without free tiers; lines ${ratio} times larger than their objects, of ${objectMb} MB each; without the tasks above the minimum.`;
    return `${costTable(
      environments.map((one) => costsOf(one, out)),
      gb,
    )}\n${assumptions}\n`;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function costsOf(environment: Environment, out: string): Costs {
  const { name, stacks, worker, retention } = environment;
  const read = stacks.map((kind) => JSON.parse(readFileSync(join(folderOf(out, environment, kind), 'cdk.tf.json'), 'utf8')) as StackJson);
  const keptDays = retention.objectDays + retention.noncurrentDays;
  return { name, standing: standingCosts(read, worker.minTasks), volume: volumeCosts({ ...VOLUME, keptDays }) };
}
