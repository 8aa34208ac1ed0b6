/** The real build by a real engine, where one runs and the base image can be had; image.test.ts follows the same steps where not. */
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { findEngine, startArguments } from './engine.ts';
import { readDockerfile, ROOT } from './dockerfile.ts';

const { name, reason } = findEngine(readDockerfile()[0]!.from);
const tag = `localhost/logferry-test:${process.pid}`;
const skipped = reason === undefined ? '' : ` (skipped: ${reason})`;

function call(...args: string[]): string {
  return execFileSync(name!, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
}

/** With the hardening of the task definition. @returns exit code and output. */
function start(args: readonly string[], options: readonly string[] = []): { code: number | null; out: string } {
  const hardened = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', ...options, tag, ...args];
  const { status, stdout, stderr } = spawnSync(name!, [...startArguments(name!), ...hardened], { encoding: 'utf8' });
  return { code: status, out: stdout + stderr };
}

/** The configuration, which each engine keeps elsewhere. */
function configuration(): object {
  type Inspected = { Config: object; Healthcheck?: object; Docker?: { config: object } };
  const parsed = JSON.parse(call('inspect', '--type', 'image', tag)) as Inspected | [Inspected];
  const { Config, Healthcheck, Docker } = Array.isArray(parsed) ? parsed[0] : parsed;
  return { ...(Healthcheck && { Healthcheck }), ...(Docker?.config ?? Config) };
}

describe.skipIf(name === undefined)(`the real build by ${name ?? `nobody${skipped}`}`, () => {
  afterAll(() => void call('rmi', tag));

  it('succeeds', () => {
    const options = name === 'docker' ? ['buildx', 'build', '--load'] : ['build', '--format', 'docker', '--layers=false'];
    call(...options, '--tag', tag, '.');
    expect(configuration()).toMatchObject({
      User: '10001:10001',
      WorkingDir: '/app',
      Entrypoint: ['/sbin/tini', '-s', '--', 'node', 'dist/worker/main.js'],
      Healthcheck: { Test: ['CMD', 'node', 'dist/worker/healthcheck.js'] },
      Labels: { 'org.opencontainers.image.licenses': 'MIT', 'org.opencontainers.image.version': expect.stringMatching(/^\d/) as string },
    });
  }, 900_000);

  describe.skipIf(reason !== undefined)(`started${skipped}`, () => {
    it('answers --help, and tells all faults at once', () => {
      expect(start(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('SQS_QUEUE_URL') as string });
      expect(start([])).toMatchObject({ code: 64, out: expect.stringContaining('SQS_QUEUE_URL is not set') as string });
    });

    it('has Node alone: no npm, and no compiler’s headers', () => {
      const paths = ['/usr/local/bin/npm', '/usr/local/lib/node_modules', '/usr/local/include', '/sbin/tini'];
      const script = `console.log(process.getuid(), ${JSON.stringify(paths)}.map((path) => require('node:fs').existsSync(path)).join())`;
      expect(start(['-e', script], ['--entrypoint', 'node'])).toEqual({ code: 0, out: '10001 false,false,false,true\n' });
    });
  });
});
