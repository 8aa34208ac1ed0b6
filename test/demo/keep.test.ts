/** `--keep`: what it tells people to try works, and Ctrl-C ends everything. */
import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { DemoProcess } from '../support/demo-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const shell = promisify(exec);

let demo: DemoProcess;
afterEach(() => demo.close());

/** Runs what it printed, as a person would paste it. @param what the beginning of the command. */
async function paste(what: string): Promise<string> {
  const [, exports = ''] = await demo.printed(/^ {2}(export AWS_ENDPOINT_URL.*)$/m);
  const command = demo.output.split('\n').find((line) => line.startsWith(`  ${what}`));
  if (command === undefined) throw new Error(`no ${what} in: ${demo.output}`);
  const { stdout, stderr } = await shell(`${exports}; ${command}`, { cwd: ROOT });
  return stdout + stderr;
}

it('goes on with new lines, its hints work, and SIGINT ends everything with 0', { timeout: 60_000 }, async () => {
  demo = await DemoProcess.start(['--keep', '--lines', '60']);
  await demo.printed(/second worker on the same queue\n/);
  expect(await paste('npm run generate -- --bucket demo-central --customer-id acme-corp --total-batches 5')).toContain(
    'to s3://demo-central',
  );
  await vi.waitFor(async () => expect(await paste('curl ')).toMatch(/logferry_lines_total\{way="accepted"\} \d+/), 20_000);
  expect((await paste('AWS_ACCESS_KEY_ID=111111111111 node')).trim().split('\n').length).toBeGreaterThan(10);
  await demo.printed(/since then {2}[1-9]\d* objects? {2}[1-9]/);
  const pid = await demo.workerPid();
  demo.child.kill('SIGINT');
  await demo.expectExit(0);
  expect(demo.output).toContain('Stopped: nothing is left running, and nothing is kept.');
  await demo.expectNothingLeft(pid);
});

it('SIGINT before the end ends everything too, and is no success', async () => {
  demo = await DemoProcess.start(['--lines', '60000']);
  const pid = await demo.workerPid();
  demo.child.kill('SIGINT');
  await demo.expectExit(130);
  await demo.expectNothingLeft(pid);
});

it('the end of the worker is no end that passes unseen', async () => {
  demo = await DemoProcess.start(['--keep', '--lines', '60']);
  await demo.printed(/second worker on the same queue\n/);
  process.kill(await demo.workerPid(), 'SIGKILL');
  await demo.expectExit(1);
  expect(demo.output).toContain('✗ The worker has ended by itself (SIGKILL).');
});
