/** The module's documents against its own files: what a customer reads is what Terraform will ask for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from '@cdktf/hcl2json';
import { markdownOf, tablesIn, tablesOf, type Tables } from './terraform-docs.ts';

const MODULE = join(import.meta.dirname, '..', '..', 'customer-module');
const EXAMPLE = join(MODULE, 'examples', 'complete');
const README = readFileSync(join(MODULE, 'README.md'), 'utf8');

interface Call {
  readonly module: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>]>>;
}

/** Of a `module` block: what it hands over. */
async function argumentsOf(text: string): Promise<string[]> {
  const { module } = (await parse('main.tf', text)) as Call;
  const [[call]] = Object.values(module) as [readonly [Readonly<Record<string, unknown>>]];
  return Object.keys(call).filter((name) => !['source', 'version', 'depends_on', 'providers'].includes(name));
}

function inputs(tables: Tables): { readonly all: string[]; readonly required: string[] } {
  const rows = (tables['Inputs'] ?? []).slice(1);
  return { all: rows.map(([name = '']) => name), required: rows.filter((row) => row.at(-1) === 'yes').map(([name = '']) => name) };
}

test("the README's tables say what the .tf files say: requirements, resources, inputs with types and defaults, outputs", async () => {
  const tables = await tablesOf(MODULE);
  const { Requirements, Resources, Inputs, Outputs } = tablesIn(README);
  expect({ Requirements, Resources, Inputs, Outputs }, `the tables should be:\n\n${markdownOf(tables)}`).toEqual(tables);
});

test('every variable and every output is described', async () => {
  const { Inputs = [], Outputs = [] } = await tablesOf(MODULE);
  expect([...Inputs, ...Outputs].filter(([, description = '']) => description.length < 10)).toEqual([]);
});

test('the usage in the README hands over what is required, and nothing that is not there', async () => {
  const [, usage = ''] = /```hcl\n([^`]*module "[^`]*)```/.exec(README) ?? [];
  const given = await argumentsOf(usage);
  const { all, required } = inputs(await tablesOf(MODULE));
  expect(all).toEqual(expect.arrayContaining(given));
  expect(given).toEqual(expect.arrayContaining(required));
});

test('the example hands over what is required, and nothing that is not there', async () => {
  const given = await argumentsOf(readFileSync(join(EXAMPLE, 'main.tf'), 'utf8'));
  const { all, required } = inputs(await tablesOf(MODULE));
  expect(all).toEqual(expect.arrayContaining(given));
  expect(given).toEqual(expect.arrayContaining(required));
});

test('the example has the requirements of the module', () => {
  const [theirs, ours] = [EXAMPLE, MODULE].map((folder) => readFileSync(join(folder, 'versions.tf'), 'utf8'));
  expect(theirs).toBe(ours);
});
