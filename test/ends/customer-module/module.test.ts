/** The module by Terraform's own means: its form, its example, and its tests with a mocked provider. No account, no emulator. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Unavailable } from '../../witness/witness.ts';
import { Terraform } from './terraform.ts';

const TESTS = join(import.meta.dirname, '..', '..', '..', 'customer-module', 'tests');

let folder = '';
let terraform: Terraform;
let hindrance: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-module-'));
  try {
    terraform = await Terraform.prepare(folder);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

test('every file has the form that terraform fmt gives it', async () => {
  expect(await terraform.run('fmt', '-check', '-diff', '-recursive', '-no-color')).toEqual({ code: 0, output: '' });
});

test('the module is valid, and so is its example', async () => {
  await expect(terraform.must('validate', '-no-color')).resolves.toContain('The configuration is valid');
  const example = await Terraform.prepare(join(folder, 'example'), join('examples', 'complete'));
  await expect(example.must('validate', '-no-color')).resolves.toContain('The configuration is valid');
});

test('terraform test: what is planned, what is refused, what is handed on', async () => {
  const output = await terraform.must('test', '-no-color');
  const files = (await readdir(TESTS)).filter((name) => name.endsWith('.tftest.hcl'));
  for (const file of files) expect(output).toContain(`tests/${file}... pass`);
  const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(output) ?? [];
  process.stdout.write(`terraform test: ${passed} passed, ${failed} failed\n`);
  expect(Number(passed)).toBeGreaterThan(0);
  expect(failed).toBe('0');
});
