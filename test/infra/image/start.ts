/**
 * `docker run --read-only` of what the tests have built, in the foreground: `node start.ts <image.json> [arguments]`, told its settings by the environment. The
 * signals that it gets reach the container's process 1, and the exit code is the container's.
 */
import { readFileSync } from 'node:fs';
import type { Image } from './build.ts';
import { processOne, runContained } from './container.ts';

const [file = '', ...args] = process.argv.slice(2);
const { root, cwd, env, user, entrypoint } = JSON.parse(readFileSync(file, 'utf8')) as Image;
const { PATH: _, ...settings } = process.env as Record<string, string>;

const child = runContained([...entrypoint, ...args], { root, cwd, env: { ...env, ...settings }, user, readOnly: true, stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    const pid = processOne(child);
    if (pid !== undefined) process.kill(pid, signal);
  });
}
child.on('exit', (code) => process.exit(code ?? 1));
