/**
 * `completion`: prints what makes a shell complete `logferry`; and the hidden command that the shells then ask. The scripts are ours: of the packages there are,
 * @bomb.sh/tab lets bash evaluate what is typed, and cannot wait for an answer from AWS; omelette and tabtab do not read commander's options.
 */
import { readFileSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { FLEET } from '../../worker/locate/tenant-row.ts';
import { isSegment } from '../../worker/locate/object-key.ts';
import { examples, open, shareOptions } from '../context.ts';
import { conditionOf } from '../tenant/state.ts';
import { idOf } from '../fleet/document.ts';
import { wantedAt, type Candidate, type Wanted } from './wanted.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** Whoever pressed Tab waits no longer for the table; then no id is offered. */
const LIMIT_MS = 2_000;

const NOTES = `
It completes commands, options, their choices, files, and the ids of tenants: those are read from the table, with the options and variables that a command would
use; where that fails, or takes longer than 2 seconds, none are offered. To keep it:
  bash   eval "$(logferry completion bash)"                                     in ~/.bashrc
  zsh    source <(logferry completion zsh)                                      in ~/.zshrc, after compinit
  fish   logferry completion fish > ~/.config/fish/completions/logferry.fish    once`;

export function defineCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that lets the shell complete logferry with the Tab key')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', `${NOTES}\n${examples('eval "$(logferry completion bash)"', 'logferry completion zsh > ~/.zfunc/_logferry')}`)
    .action((shell: string) => void process.stdout.write(readFileSync(new URL(`./scripts/logferry.${shell}`, import.meta.url), 'utf8')));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => complete(program, words));
}

/** Answers a line `values`, `parts` or `files`, then a line for each candidate. It never complains: it would end in the middle of somebody's command line. */
async function complete(program: Command, words: readonly string[]): Promise<void> {
  const current = words.at(-1) ?? '';
  const wanted = wantedAt(program, words.slice(0, -1), current);
  const candidates = await candidatesOf(wanted, current);
  const kind = wanted.kind === 'files' ? 'files' : wanted.kind === 'values' && wanted.isPart === true ? 'parts' : 'values';
  const lines = candidates.map(({ value, description }) => `${value}\t${description.replaceAll(/\s+/g, ' ')}`);
  // A call that is still under way would keep the process.
  process.stdout.write(`${[kind, ...lines].join('\n')}\n`, () => process.exit(0));
}

async function candidatesOf(wanted: Wanted, current: string): Promise<readonly Candidate[]> {
  if (wanted.kind === 'values') return wanted.values;
  if (wanted.kind !== 'tenants') return [];
  const late = new Promise<Candidate[]>((done) => setTimeout(done, LIMIT_MS, []));
  const all = await Promise.race([late, tenants(wanted.shared).catch(() => [])]);
  return all.filter(({ value }) => value.startsWith(current));
}

/** Only what can be an id: the shell shows and takes it as it is. */
async function tenants(shared: readonly string[]): Promise<Candidate[]> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  shareOptions(command);
  command.parse(shared, { from: 'user' });
  const rows = await open(command).tenants.all();
  const living = rows.filter((row) => row['removed_at'] === undefined && idOf(row) !== FLEET && isSegment(idOf(row)));
  const states = new Map(living.map((row) => [idOf(row), conditionOf(row).state]));
  return [...states].map(([value, description]) => ({ value, description })).toSorted((a, b) => (a.value < b.value ? -1 : 1));
}
