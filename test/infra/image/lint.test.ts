/** hadolint finds nothing in the Dockerfile, by the rules of .hadolint.yaml. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { virtualEnvironment } from '../../witness/setup/python.ts';
import { Unavailable } from '../../witness/witness.ts';
import { ROOT } from './dockerfile.ts';

let hadolint = '';
let missing: string | undefined;

beforeAll(async () => {
  try {
    hadolint = join(dirname(await virtualEnvironment('hadolint', join(import.meta.dirname, 'requirements.txt'))), 'hadolint');
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    missing = `hadolint cannot be installed: ${error.message}`;
  }
});

/** @returns the codes that it found. */
function lint(dockerfile: string): string[] {
  const options = ['--config', join(ROOT, '.hadolint.yaml'), '--format', 'json', '-'];
  const { stdout, stderr } = spawnSync(hadolint, options, { input: dockerfile, encoding: 'utf8' });
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { line: number; code: string; message: string }[]).map(
    ({ line, code, message }) => `${line} ${code} ${message}`,
  );
}

const dockerfile = () => readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

it('is clean', ({ skip }) => {
  skip(missing !== undefined, missing);
  expect(lint(dockerfile())).toEqual([]);
});

it.each([
  ['an unpinned base', /\$\{NODE_IMAGE\} AS base/, 'node:latest AS base', 'DL3007'],
  ['an unpinned package', /'tini=~[\d.]+'/, 'tini', 'DL3018'],
  ['a licence that is none', 'licenses="MIT"', 'licenses="nobody-knows"', 'DL3054'],
  ['root at the end', /USER .*/, 'USER root', 'DL3002'],
])('would find %s', (_what, from, to, code) => {
  if (missing !== undefined) return;
  expect(lint(dockerfile().replace(from, to)).join('\n')).toContain(code);
});
