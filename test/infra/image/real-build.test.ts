/** The real build by a real engine, where one runs and the base image can be had; image.test.ts follows the same steps where not. */
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { findEngine } from './engine.ts';
import { readDockerfile, ROOT } from './dockerfile.ts';

const engine = findEngine(readDockerfile()[0]!.from);
const tag = `localhost/logferry-test:${process.pid}`;
const isBuildah = engine.reason === undefined && engine.name === 'buildah';

function call(...args: string[]): string {
  if (engine.reason !== undefined) throw new Error(engine.reason);
  return execFileSync(engine.name, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
}

/** With the hardening of the task definition. @returns exit code and output. */
function start(args: readonly string[], options: readonly string[] = []): { code: number | null; out: string } {
  if (engine.reason !== undefined) throw new Error(engine.reason);
  const hardened = ['run', '--rm', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', ...options, tag, ...args];
  const { status, stdout, stderr } = spawnSync(engine.name, hardened, { encoding: 'utf8' });
  return { code: status, out: stdout + stderr };
}

describe.skipIf(engine.reason !== undefined)(
  `the real build${engine.reason === undefined ? ` by ${engine.name}` : ` (skipped: ${engine.reason})`}`,
  () => {
    afterAll(() => void call('rmi', tag));

    it('succeeds', () => {
      if (engine.reason !== undefined) return;
      const command = {
        docker: ['buildx', 'build', '--load'],
        podman: ['build', '--format', 'docker'],
        buildah: ['build', '--format', 'docker'],
      }[engine.name];
      expect(call(...command, '--tag', tag, '.')).toBeDefined();
    }, 900_000);

    it('says in its configuration what the Dockerfile says', () => {
      const inspected = isBuildah
        ? call('inspect', '--type', 'image', '--format', '{{json .Docker.config}}', tag)
        : call('image', 'inspect', '--format', '{{json .Config}}', tag);
      expect(JSON.parse(inspected)).toMatchObject({
        User: '10001:10001',
        WorkingDir: '/app',
        Entrypoint: ['/sbin/tini', '-s', '--', 'node', 'dist/worker/main.js'],
        Healthcheck: { Test: ['CMD', 'node', 'dist/worker/healthcheck.js'] },
        Labels: { 'org.opencontainers.image.licenses': 'MIT' },
      });
    });

    it.skipIf(isBuildah)('answers --help, and tells all faults at once (buildah only builds)', () => {
      expect(start(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('SQS_QUEUE_URL') as string });
      expect(start([])).toMatchObject({ code: 64, out: expect.stringContaining('SQS_QUEUE_URL is not set') as string });
    });

    it.skipIf(isBuildah)('has Node alone: no npm, and no compiler’s headers (buildah only builds)', () => {
      const script =
        'console.log(process.getuid(), ["/usr/local/bin/npm", "/usr/local/lib/node_modules", "/usr/local/include"].map((path) => require("node:fs").existsSync(path)).join())';
      expect(start(['-e', script], ['--entrypoint', 'node'])).toEqual({ code: 0, out: '10001 false,false,false\n' });
    });
  },
);
