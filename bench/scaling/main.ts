/** `npm run simulate:scaling`: simulates every environment, prints the tables, and writes them and the plots into docs/scaling.md and docs/scaling/. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadEnvironments } from '../../cdktf/load.ts';
import { PRICES_AS_OF } from '../prices.ts';
import { runTrial, TRIALS } from './candidates.ts';
import { plot } from './plot.ts';
import { table, withBlock } from './report.ts';
import { results, type Result } from './results.ts';
import { synthesized } from './synthesis.ts';

const PAGE = new URL('../../docs/scaling.md', import.meta.url);
const PLOTS = new URL('../../docs/scaling/', import.meta.url);

const environments = await loadEnvironments();
const all = results(synthesized(environments));
const shown = `${table('environment, traffic', all)}\n\nSeed 1; list prices of us-east-1, ${PRICES_AS_OF}.`;
const tried = TRIALS.map(
  (trial) => `### ${trial.question} (${trial.environment}, ${trial.shape})\n\n${table('', runTrial(trial, environmentOf))}`,
);
process.stdout.write(`${[shown, ...tried].join('\n\n')}\n`);

rmSync(PLOTS, { recursive: true, force: true });
mkdirSync(PLOTS, { recursive: true });
for (const result of all) writeFileSync(new URL(fileOf(result), PLOTS), plot(result.label, result.run, result.environment.kind));
const page = readFileSync(PAGE, 'utf8');
writeFileSync(PAGE, withBlock(withBlock(page, 'results', shown), 'tried', tried.join('\n\n')));
process.stdout.write(`\ndocs/scaling.md and ${all.length} plots in docs/scaling/ are written\n`);

function fileOf({ environment, shape }: Result): string {
  return `${environment.name}-${shape.name}.svg`;
}

function environmentOf(name: string, backlogPerTask?: number) {
  const environment = environments.find((one) => one.name === name);
  if (environment === undefined) throw new Error(`cdktf/environments.ts has no ${name}, which the figures are tried on`);
  const worker = backlogPerTask === undefined ? environment.worker : { ...environment.worker, backlogPerTask };
  const [one] = synthesized([{ ...environment, worker }]);
  if (one === undefined) throw new Error('one environment in, one out');
  return one;
}
