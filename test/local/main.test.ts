/** `npm run local` as a process: what it prints serves, it ends cleanly on a signal, and a taken port is explained. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));

let running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
});

interface Run {
  readonly child: ChildProcess;
  /** Both streams, as far as they have come. */
  readonly output: () => string;
  readonly exit: Promise<unknown>;
}

function start(...flags: string[]): Run {
  return track(spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] }));
}

function track(child: ChildProcessByStdio<null, Readable, Readable>): Run {
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, exit: once(child, 'close').then(([code]) => code as unknown) };
}

async function endpointOf({ output }: Run): Promise<string> {
  return vi.waitFor(() => {
    const endpoint = /AWS_ENDPOINT_URL=(\S+)/.exec(output())?.[1];
    if (endpoint === undefined) throw new Error(`no endpoint in: ${output()}`);
    return endpoint;
  }, 10_000);
}

it.each(['SIGINT', 'SIGTERM'] as const)('serves at the endpoint that it prints until %s, then exits with 0', async (signal) => {
  const local = start('--port', '0');
  const endpoint = await endpointOf(local);
  expect((await fetch(`${endpoint}/_logferry/health`)).status).toBe(200);
  expect(local.output()).toContain(`aws --endpoint-url ${endpoint} s3 mb s3://logs`);
  local.child.kill(signal);
  expect(await local.exit).toBe(0);
});

it.each([
  ['SIGTERM to npm alone', 'SIGTERM', 1],
  ['Ctrl-C, which reaches all of npm’s group', 'SIGINT', -1],
] as const)('ends by %s, and leaves nothing behind', async (_, signal, sign) => {
  const tmp = await mkdtemp(join(tmpdir(), 'local-main-'));
  const env = { ...process.env, TMPDIR: tmp };
  const npm = track(
    spawn('npm', ['run', '-s', 'local', '--', '--port', '0'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true }),
  );
  await endpointOf(npm);
  const folders = async (): Promise<string[]> => (await readdir(tmp)).filter((name) => name.startsWith('logferry-aws-'));
  expect(await folders()).toHaveLength(1);
  process.kill(sign * npm.child.pid!, signal);
  await npm.exit;
  await vi.waitFor(async () => expect(await folders()).toEqual([]), 10_000);
  await rm(tmp, { recursive: true });
});

it('says who may have a port that is taken, and how to choose another', async () => {
  const { port } = new URL(await endpointOf(start('--port', '0')));
  const second = start('--port', port);
  expect(await second.exit).toBe(1);
  expect(second.output()).toBe(
    `Port ${port} on 127.0.0.1 is taken, perhaps by LocalStack or another "npm run local". Choose another: npm run local -- --port 4567 (or 0 for any free one).\n`,
  );
});

it.each([
  ['--port', '99999', 'expected a number from 0 to 65535'],
  ['--port', 'many', 'expected a number from 0 to 65535'],
  ['--host', '203.0.113.1', 'This machine has no address 203.0.113.1'],
])('refuses %s %s', async (flag, value, message) => {
  const local = start(flag, value, ...(flag === '--host' ? ['--port', '0'] : []));
  expect(await local.exit).toBe(1);
  expect(local.output()).toContain(message);
});
