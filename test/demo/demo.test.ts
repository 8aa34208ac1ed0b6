/** `npm run demo`, as a process: everything arrives, and the table says so. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { DemoProcess } from '../support/demo-process.ts';

const VECTOR = fileURLToPath(new URL('../../../shared/data/vector', import.meta.url));
const ACCOUNTS = { 'acme-corp': '111111111111', globex: '222222222222', initech: '333333333333' };

let demos: DemoProcess[] = [];
afterEach(async () => {
  await Promise.all(demos.map((demo) => demo.close()));
  demos = [];
});

async function start(flags: readonly string[], env?: Record<string, string>): Promise<DemoProcess> {
  const demo = await DemoProcess.start(flags, env);
  demos.push(demo);
  return demo;
}

function expectExact(demo: DemoProcess): void {
  for (const { lines, events, empty, lost, duplicated } of Object.values(demo.rows()))
    expect({ lost, duplicated, missing: lines - events - empty }).toEqual({ lost: 0, duplicated: 0, missing: 0 });
}

it('brings three customers their lines, real ones among them, and leaves nothing behind', async () => {
  const demo = await start(['--lines', '600'], {
    npm_config_cache: await npmCache(['0 verbose cli /usr/bin/node npm-cli.js', '', '1 info using npm@11.6.1 and node@v24.12.0']),
  });
  await demo.expectExit(0);
  const rows = demo.rows();
  expect(Object.fromEntries(Object.entries(rows).map(([id, { account }]) => [id, account]))).toEqual(ACCOUNTS);
  expectExact(demo);
  const total = Object.values(rows).reduce((sum, { lines }) => sum + lines, 0);
  expect(total).toBeGreaterThanOrEqual(603);
  expect(demo.output).toContain(`All ${total.toLocaleString('en')} lines arrived`);
  expect(demo.output).toContain("3 real lines of 1 debug log of npm on this machine, as acme-corp's");
  expect(demo.output).toMatch(/acme-corp +npm +(?:0 verbose cli|1 info using)/);
  expect(demo.output).toContain('refused, 3 of 3 (AccessDeniedException)');
  await demo.expectNothingLeft(await demo.workerPid());
});

/** @returns a folder as npm's cache is, with one debug log. */
async function npmCache(lines: readonly string[]): Promise<string> {
  const { folder } = await start(['--help']);
  await mkdir(join(folder, '_logs'));
  await writeFile(join(folder, '_logs', '2026-11-24T12_00_00_000Z-debug-0.log'), lines.map((line) => `${line}\n`).join(''));
  return folder;
}

it('the seed decides how many lines there are, and says so where npm has no logs', async () => {
  const flags = ['--lines', '90', '--seed', 'again'];
  const [one, two] = await Promise.all([start(flags, { npm_config_cache: '/nowhere' }), start(flags, { npm_config_cache: '/nowhere' })]);
  expect([await one.exit, await two.exit]).toEqual([0, 0]);
  expect(one.output).toContain('npm has no debug logs here');
  expect(one.rows()).toEqual(two.rows());
});

it('takes another port when the usual one is taken', async () => {
  const blocker = createServer().listen(4566, '127.0.0.1');
  // Somebody else's will do as well.
  await once(blocker, 'listening').catch(() => undefined);
  const demo = await start(['--lines', '30']);
  await demo.expectExit(0);
  blocker.close();
  expect(demo.output).toMatch(/local AWS +http:\/\/127\.0\.0\.1:(?!4566)\d+ \(port 4566 is taken\)/);
});

it('--from ships real files, whatever stands in them', async () => {
  const demo = await start(['--help']);
  const file = join(demo.folder, 'Odd App.log');
  const long = 'ä'.repeat(700_000);
  await writeFile(file, `first\r\n\n\u001b[31mred\u001b[0m\t"quoted" \\ {"message":1}\n${long}\n${long}\ntwice\ntwice\nno line end`);
  const shipping = await start(['--lines', '0', '--from', file]);
  await shipping.expectExit(0);
  // Two parts of each long line; nothing for the empty one.
  expect(shipping.rows()['acme-corp']).toEqual({ account: ACCOUNTS['acme-corp'], lines: 8, events: 9, empty: 1, lost: 0, duplicated: 0 });
  expect(shipping.output).toContain("8 real lines of 1 file, as acme-corp's");
  expect(shipping.output).not.toContain('\u001b');
});

it.skipIf(!existsSync(VECTOR))(
  '--objects delivers what a real Vector wrote, line for line (skipped where ../shared/data is not there)',
  async () => {
    const demo = await start(['--objects', VECTOR]);
    await demo.expectExit(0);
    const lines = Object.entries(demo.rows()).map(([id, row]) => [id, row.lines, row.events]);
    expect(lines).toEqual([
      ['acme-corp', 17_992, 17_992],
      ['globex', 5998, 5998],
      ['initech', 7997, 7997],
    ]);
    expectExact(demo);
  },
);

it.each([
  [['--lines', 'many'], 'Expected a whole number from 0 to 1000000.'],
  [['--objects', '.', '--lines', '5'], "option '--objects <folder>' cannot be used with option '--lines <number>'"],
  [['--objects', 'package.json'], 'Cannot read the folder'],
  [['--objects', 'docs'], 'is no object of an agent'],
  [['--from', 'no-such.log'], 'there is no such file'],
  [['surplus'], 'too many arguments'],
])('refuses %j in one line', async (flags, reason) => {
  const demo = await start(flags);
  await demo.expectExit(1);
  expect(demo.output).toContain(reason);
  expect(demo.output.trim().split('\n')).toHaveLength(1);
});
