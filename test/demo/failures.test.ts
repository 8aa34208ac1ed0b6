/** What the demo does when the delivery fails: it says what is missing and why, exits with 1, and never hangs. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { DemoProcess, isAlive } from '../support/demo-process.ts';

let demos: DemoProcess[] = [];
afterEach(async () => {
  await Promise.all(demos.map((demo) => demo.close()));
  demos = [];
});

async function start(flags: readonly string[]): Promise<DemoProcess> {
  const demo = await DemoProcess.start(flags);
  demos.push(demo);
  return demo;
}

/** @returns a folder with an object of one line for each time. */
async function objectsOf(times: Readonly<Record<string, string>>): Promise<string> {
  const { folder } = await start(['--help']);
  for (const [customer, timestamp] of Object.entries(times)) {
    const path = join(folder, 'objects', customer, 'prod-1', 'web', 'web-0', 'a.json');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify({ message: `of ${timestamp}`, timestamp })}\n`);
  }
  return join(folder, 'objects');
}

it('old objects arrive by a clock that is set to their time', async () => {
  const demo = await start(['--objects', await objectsOf({ old: '2020-01-31T00:00:00Z', older: '2020-01-25T00:00:00Z' })]);
  await demo.expectExit(0);
  expect(demo.output).toContain("CloudWatch Logs is set to 2020-01-31T00:00:00.000Z, the lines' time");
});

it('a line that CloudWatch Logs refuses is told as lost, with the reason', async () => {
  const demo = await start(['--objects', await objectsOf({ fine: '2020-01-31T00:00:00Z', late: '2020-01-01T00:00:00Z' })]);
  await demo.expectExit(1);
  expect(demo.rows()).toMatchObject({ fine: { lines: 1, events: 1, lost: 0 }, late: { lines: 1, events: 0, lost: 1 } });
  expect(demo.output).toContain('✗ Not every line is where it belongs, and only there.');
  expect(demo.output).toMatch(/missing +late: 1 object, lines-rejected/);
  expect(demo.output).toMatch(/queue +1 dead letter/);
  const log = await readFile((await demo.printed(/whole: (\S+)/))[1] ?? '', 'utf8');
  expect(log).toContain('"event":"batch:reject"');
});

it('a worker that dies is told at once', async () => {
  const demo = await start(['--lines', '60000']);
  process.kill(await demo.workerPid(), 'SIGKILL');
  await demo.expectExit(1);
  expect(demo.output).toContain('✗ The worker has ended by itself (SIGKILL).');
  expect(demo.output).toMatch(/missing +globex: \d+ objects, not delivered yet/);
});

it('a worker that hangs is waited for no longer than --patience, and is not left behind', async () => {
  const demo = await start(['--lines', '60000', '--patience', '2']);
  const pid = await demo.workerPid();
  process.kill(pid, 'SIGSTOP');
  await demo.expectExit(1);
  expect(demo.output).toContain('✗ Nothing has moved for 2 s.');
  expect(demo.output).toContain('last words');
  expect(isAlive(pid)).toBe(false);
});
