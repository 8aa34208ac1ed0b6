/** A signal in the middle of an apply: Terraform hears it exactly once, since at the second one it leaves without writing its state. The Terraform here only tells what it hears. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const DEPLOY = ['cdktf/cli/main.ts', 'deploy', 'here', '--yes'];
let folder = '';

/** It lives on for longer than the command waits before it hands a signal on, so that a second one would be heard. */
const FAKE = `#!${process.execPath}
const [verb] = process.argv.slice(2);
if (verb === 'version') console.log(JSON.stringify({ terraform_version: '1.11.4' }));
if (verb === 'apply') {
  let heard = 0;
  const alive = setInterval(() => undefined, 1000);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      console.log('Interrupt received.\\nheard ' + ++heard + ' ' + signal);
      setTimeout(() => { clearInterval(alive); process.exitCode = Number(process.env.FAKE_CODE); }, 2500);
    });
  console.log('applying ' + process.cwd());
}
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logferry-signals-'));
  writeFileSync(join(folder, 'terraform'), FAKE, { mode: 0o755 });
  writeFileSync(
    join(folder, 'environments.mjs'),
    `export const project = 'ours'; export const environments = { here: { account: '111122223333', region: 'eu-west-1' } };`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @returns what it printed until everything that it started has ended. @param hit what is done to it once Terraform is at work. */
async function interrupted(command: string, args: readonly string[], hit: (pid: number) => void, code = 1): Promise<string> {
  const environment = {
    ...process.env,
    LOGFERRY_ENVIRONMENTS: join(folder, 'environments.mjs'),
    TERRAFORM_BINARY_NAME: join(folder, 'terraform'),
    TF_PLUGIN_CACHE_DIR: join(folder, 'plugins'),
    npm_lifecycle_event: 'deploy',
    FAKE_CODE: String(code),
  };
  const child = spawn(command, args, { cwd: ROOT, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const before = printed;
    printed += chunk.toString();
    if (!before.includes('applying ') && printed.includes('applying ')) hit(child.pid!);
  });
  const [faults] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return printed + faults;
}

const heard = (printed: string) => printed.split('\n').filter((line) => line.startsWith('heard '));
const out = () => ['--out', join(folder, 'out')];

test('a SIGTERM to the command alone is handed on', async () => {
  const printed = await interrupted(process.execPath, [...DEPLOY, ...out()], (pid) => process.kill(pid, 'SIGTERM'));
  expect(heard(printed)).toEqual(['heard 1 SIGTERM']);
  expect(printed).toMatch(/`.*terraform apply` ended with 1 after SIGTERM in .*here-core/);
});

test.each(['SIGTERM', 'SIGINT'] as const)('a %s to the whole process group, as CI systems send it, is not doubled', async (signal) => {
  const printed = await interrupted(process.execPath, [...DEPLOY, ...out()], (pid) => process.kill(-pid, signal));
  expect(heard(printed)).toEqual([`heard 1 ${signal}`]);
});

test('a SIGTERM that takes the shell of `npm run` away is handed on once', async () => {
  const line = `"${process.execPath}" scripts/with-node.mjs ${[...DEPLOY, ...out()].map((word) => `"${word}"`).join(' ')}; exit $?`;
  const printed = await interrupted('sh', ['-c', line], (pid) => process.kill(pid, 'SIGTERM'));
  expect(heard(printed)).toEqual(['heard 1 SIGTERM']);
});

test('no further stack is begun after a signal, also when the one at work has ended well', async () => {
  const printed = await interrupted(process.execPath, [...DEPLOY, ...out()], (pid) => process.kill(pid, 'SIGTERM'), 0);
  expect(printed.match(/^applying /gm)).toHaveLength(1);
  expect(printed).toContain('ended with 0 after SIGTERM');
});
