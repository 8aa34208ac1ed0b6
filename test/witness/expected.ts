/** `expected.json`: how many cases each suite runs and skips on each witness. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Counts } from './tally.ts';

const FILE = join(import.meta.dirname, 'expected.json');

export type Expected = Readonly<Record<string, Counts>>;

export async function readExpected(): Promise<Expected> {
  return JSON.parse(await readFile(FILE, 'utf8')) as Expected;
}

/** One suite a line, by name and as prettier leaves it, so that a change reads well: suites come in the order in which their files end. */
export async function writeExpected(expected: Expected): Promise<void> {
  const witnesses = Object.entries(expected).map(([name, counts]) => {
    const byName = Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const suites = byName.map(([suite, { run, ability, difference }]) => {
      return `    ${JSON.stringify(suite)}: { "run": ${run}, "ability": ${ability}, "difference": ${difference} }`;
    });
    return `  ${JSON.stringify(name)}: {\n${suites.join(',\n')}\n  }`;
  });
  await writeFile(FILE, `{\n${witnesses.join(',\n')}\n}\n`);
}
