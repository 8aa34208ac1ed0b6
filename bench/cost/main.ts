/** `npm run cost`: what the environments of cdktf/environments.ts cost a month at no logs and at 1 TB, by what is synthesized and by list prices. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { folderOf, synthesize } from '../../cdktf/cli/selection.ts';
import type { Environment } from '../../cdktf/config.ts';
import { loadEnvironments } from '../../cdktf/load.ts';
import type { StackJson } from '../../test/cdktf/synthesized.ts';
import { PRICES_AS_OF } from '../prices.ts';
import { standingCosts, type Item } from './standing.ts';
import { customersCost, volumeCosts, type Volume } from './volume.ts';

/** 1 TB of lines; sixteen objects that a real Vector made of real logs were 5.6 times smaller than their lines (3.3 to 9.9), 25 times than their records. */
const VOLUME = { gb: 1000, ratio: 5.5, objectMb: 1 };

const out = mkdtempSync(join(tmpdir(), 'logferry-cost-'));
try {
  const environments = await loadEnvironments();
  synthesize(environments, out);
  for (const one of environments) print(one, { ...VOLUME, keptDays: one.retention.objectDays + one.retention.noncurrentDays });
} finally {
  rmSync(out, { recursive: true, force: true });
}

function print(environment: Environment, volume: Volume): void {
  const stacks = environment.stacks.map(
    (kind) => JSON.parse(readFileSync(join(folderOf(out, environment, kind), 'cdk.tf.json'), 'utf8')) as StackJson,
  );
  const [standing, more] = [standingCosts(stacks, environment.worker.minTasks), volumeCosts(volume)];
  const table = new Table({ head: [environment.name, 'USD a month'], colAligns: ['left', 'right'], style: { head: [], border: [] } });
  const row = ({ what, usd }: Item) => table.push([what, usd.toFixed(2)]);
  standing.forEach(row);
  row({ what: 'at no logs', usd: sum(standing) });
  more.forEach(row);
  row({ what: `at ${volume.gb} GB of lines, without the tasks above the minimum`, usd: sum(standing) + sum(more) });
  row(customersCost(volume));
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(`list prices of us-east-1, ${PRICES_AS_OF}; ${JSON.stringify(volume)}\n\n`);
}

function sum(items: readonly Item[]): number {
  return items.reduce((all, { usd }) => all + usd, 0);
}
