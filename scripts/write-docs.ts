/** Writes the docs that are made from code (`npm run docs`); with `--check` it only says which of them are out of date, by its exit code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliDoc } from '../cli/docs.ts';
import { witnessesDoc } from '../test/witness/docs.ts';
import { configurationDoc, envSample } from '../worker/help.ts';

const ROOT = join(import.meta.dirname, '..');

/** File (below the repository) -> what it must hold. */
export const MADE_FROM_CODE: Readonly<Record<string, () => string>> = {
  'docs/cli.md': cliDoc,
  'docs/configuration.md': configurationDoc,
  'docs/witnesses.md': witnessesDoc,
  '.env.sample': envSample,
};

function main(check: boolean): void {
  for (const [file, make] of Object.entries(MADE_FROM_CODE)) {
    const path = join(ROOT, file);
    if (!check) writeFileSync(path, make());
    else if (readFileSync(path, 'utf8') !== make()) {
      process.stderr.write(`${file} is out of date: run \`npm run docs\`\n`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.main) main(process.argv.includes('--check'));
