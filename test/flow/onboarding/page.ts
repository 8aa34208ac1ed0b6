/** The commands of docs/onboarding.md, as they stand there. Nothing is run here. */
import { readFile } from 'node:fs/promises';

/** Where a customer has the choice. */
export type Way = 'terraform' | 'cloudformation';

export interface Step {
  /** The heading that it stands under. */
  readonly heading: string;
  /** By the line before the block, such as `<!-- as customer, terraform -->`. A block without one is for the reader alone. */
  readonly who: 'operator' | 'customer';
  /** Undefined: either way. */
  readonly way?: Way;
  readonly commands: readonly string[];
}

const PAGE = new URL('../../../docs/onboarding.md', import.meta.url);
const BLOCK = /^## (?<heading>.*)$|^<!-- as (?<who>[^>]*?) -->\s*```console\n(?<console>[\s\S]*?)^```$/gm;

/** The faults that the page's table names, in its order. */
export async function readFaults(): Promise<string[]> {
  const [, table = ''] = /^\| fault .*\n\|[ -|]*\n((?:\|.*\n)*)/m.exec(await readFile(PAGE, 'utf8')) ?? [];
  return [...table.matchAll(/^\| (.*?) +\|/gm)].map(([, name = '']) => name);
}

/** @throws Error for somebody whom the walk does not know. */
export async function readPage(): Promise<Step[]> {
  const steps: Step[] = [];
  let heading = '';
  for (const { groups = {} } of (await readFile(PAGE, 'utf8')).matchAll(BLOCK)) {
    if (groups['heading'] !== undefined) heading = groups['heading'];
    else steps.push({ heading, ...partOf(groups['who'] ?? ''), commands: commandsOf(groups['console'] ?? '') });
  }
  return steps;
}

function partOf(text: string): Pick<Step, 'who' | 'way'> {
  const [, who, way] = /^(operator|customer)(?:, (terraform|cloudformation))?$/.exec(text) ?? [];
  if (who === undefined) throw new Error(`docs/onboarding.md: nobody is "${text}"`);
  return { who: who as Step['who'], ...(way !== undefined && { way: way as Way }) };
}

/** Lines that begin with `$ ` are commands; those that end with `\` go on in the next. The others are what was printed. */
function commandsOf(block: string): string[] {
  return [...block.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, command = '']) => command.replaceAll(/\\\n\s*/g, ''));
}
