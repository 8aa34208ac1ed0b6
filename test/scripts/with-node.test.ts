/** The bootstrap's idea of a fitting Node is that of package.json's "engines". */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const WITH_NODE = join(ROOT, 'scripts', 'with-node.mjs');
const { fits } = (await import(WITH_NODE)) as { fits: (version: string) => boolean };

it('knows the range that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { engines: { node: string } };
  expect(engines.node).toBe('^22.18 || ^24 || >=26');
});

test.each([
  ['v18.20.0', false],
  ['v20.20.2', false],
  ['v22.17.9', false],
  ['v22.18.0', true],
  ['v22.99.0', true],
  ['v23.11.0', false],
  ['v24.0.0', true],
  ['v25.3.0', false],
  ['v26.0.0', true],
  ['v30.1.2', true],
])('%s fits: %s', (version, expected) => {
  expect(fits(version)).toBe(expected);
});

const run = (...args: string[]) => spawnSync(process.execPath, [WITH_NODE, ...args], { encoding: 'utf8' });

it('hands on arguments and the exit code', () => {
  expect(run('scripts/write-docs.ts', '--check').status).toBe(0);
  const worker = run('worker/main.ts', '--no-such-option');
  expect(worker.status).toBe(64);
  expect(worker.stderr).toContain('--no-such-option');
  const none = run();
  expect(none.status).toBe(1);
  expect(none.stderr).toContain('usage: with-node.mjs [--install FOLDER] FILE|npm:TOOL');
});
