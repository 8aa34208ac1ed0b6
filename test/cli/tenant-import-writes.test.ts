/** `tenant import` while others write, AWS refuses, it is killed; a large fleet; and the question at a terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { standBetween, type Meet } from './between.ts';
import { goodRow, MAIN, withOperator, type Ended } from './operator.ts';

const operator = withOperator();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const between = (meet: Meet): Promise<{ AWS_ENDPOINT_URL: string }> => standBetween(operator().central.cloud.endpoint, meet, closing);

const fleet = (count: number, late: string): string =>
  `version: 1\ntenants:\n${Array.from(
    { length: count },
    (_, i) =>
      `  tenant-${i}: { log_distribution_role_arn: 'arn:aws:iam::${100_000_000_000 + i}:role/x', target_region: us-east-1, late: ${late} }\n`,
  ).join('')}`;
const bring = (input: string, args: readonly string[] = [], environment = {}): Promise<Ended> =>
  operator().run(['tenant', 'import', '-', '--yes', ...args], { input, environment });

describe('of what is in the file', () => {
  test('a row that somebody has changed since the diff is left alone, and the others are written', async () => {
    for (let i = 0; i < 3; i++) await operator().put(goodRow(`tenant-${i}`, String(100_000_000_000 + i)));
    const others = async (): Promise<void> => {
      await operator().put(goodRow('tenant-1', '100000000001', { target_region: 'eu-west-2' }));
      await operator().put(goodRow('tenant-3', '100000000003', { contact: 'they, too' }));
    };
    let faster: Promise<void> | undefined;
    const environment = await between(async (operation) => {
      if (operation === 'UpdateItem' || operation === 'PutItem') await (faster ??= others());
      return undefined;
    });
    const { code, stdout, stderr } = await bring(fleet(4, 'now'), ['--json'], environment);
    expect(code).toBe(1);
    const answer = JSON.parse(stdout) as { written: string[]; refused: { tenant_id: string }[] };
    expect(answer.written).toEqual(['tenant-0', 'tenant-2']);
    expect(answer.refused.map(({ tenant_id }) => tenant_id).toSorted()).toEqual(['tenant-1', 'tenant-3']);
    expect(stderr).toContain('the row of tenant tenant-1 has been changed by somebody else meanwhile');
    expect(stderr).toContain('tenant tenant-3 has been added by somebody else meanwhile');
    expect(await operator().row('tenant-1')).toMatchObject({ target_region: 'eu-west-2' });
    expect(await operator().row('tenant-3')).toMatchObject({ contact: 'they, too' });
  });

  test('what AWS refuses ends it, the rest is not tried, and a pause stays; the next run does what is left', async () => {
    await operator().put({ tenant_id: '*', type: 'fleet', paused: true });
    let writes = 0;
    const environment = await between(async (operation) => {
      if (operation !== 'PutItem' || ++writes <= 20) return undefined;
      return { status: 400, body: JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message: 'no more' }) };
    });
    const file = `${fleet(60, 'now')}fleet: { paused: false }\n`;
    const { code, stdout, stderr } = await bring(file, [], environment);
    expect([code, stdout]).toEqual([1, expect.stringContaining('Written: 20 tenants.\n')]);
    expect(stderr).toMatch(/AWS denies it.*no more/);
    expect(stderr).toMatch(/not tried after that: tenant-\d+, .* more; repeat the import/);
    expect(await operator().row('*', 'fleet')).toMatchObject({ paused: true });
    const again = await bring(file);
    expect(again.stdout).toContain('40 tenants to add, 0 to change, 20 untouched.\n');
    expect(again.stdout).toContain('Written: 40 tenants and the switch of the fleet.\n');
    expect(await operator().row('*', 'fleet')).toMatchObject({ paused: false });
    expect((await bring(file)).stdout).toContain('Nothing to change.');
  });

  test('300 tenants are added, changed, and after a kill midway finished by the next run, some at once', async () => {
    let [now, most] = [0, 0];
    const count = await between(async (operation) => {
      if (operation !== 'PutItem') return undefined;
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      return undefined;
    });
    expect(await bring(fleet(300, 'now'), [], count)).toMatchObject({ code: 0, stderr: '' });
    expect(most).toBeLessThanOrEqual(16);
    const folder = await mkdtemp(join(tmpdir(), 'logferry-import-'));
    closing.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'fleet.yaml'), fleet(300, 'quarantine'));
    const { cloud, table } = operator().central;
    let [writes, kill] = [0, (): void => undefined];
    const environment = await between(async (operation) => {
      if (operation === 'UpdateItem' && ++writes === 100) kill();
      return undefined;
    });
    const keys = { AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId, AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey, AWS_REGION: cloud.region };
    const args = [MAIN, 'tenant', 'import', join(folder, 'fleet.yaml'), '--yes', '--table', table];
    const child = spawn(process.execPath, args, { env: { ...keys, ...environment }, stdio: 'ignore' });
    kill = () => child.kill('SIGKILL');
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
    const { stdout } = await bring(fleet(300, 'quarantine'));
    const [, changed = '', untouched = ''] = /0 tenants to add, (\d+) to change, (\d+) untouched/.exec(stdout) ?? [];
    expect(Number(untouched)).toBeGreaterThanOrEqual(80);
    expect(Number(changed) + Number(untouched)).toBe(300);
    expect((await bring(fleet(300, 'quarantine'))).stdout).toContain('0 to change, 300 untouched.\nNothing to change.\n');
  });
});

const noScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux')
  ? undefined
  : 'no util-linux script here, which makes a terminal';

describe.skipIf(noScript !== undefined)(`at a terminal${noScript === undefined ? '' : ` (skipped: ${noScript})`}`, () => {
  test.each([
    ['yes', 0, 'late', 'now'],
    ['no', 1, 'tenant_id', undefined],
  ])('it shows the difference and asks; "%s" decides', async (typed, code, field, value) => {
    const folder = await mkdtemp(join(tmpdir(), 'logferry-import-'));
    closing.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'fleet.yaml'), fleet(1, 'now'));
    const { cloud, table } = operator().central;
    const env = {
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey,
      AWS_REGION: cloud.region,
      AWS_ENDPOINT_URL: cloud.endpoint,
      TENANT_CONFIG_TABLE: table,
    };
    const command = `${process.execPath} ${MAIN} tenant import ${join(folder, 'fleet.yaml')}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    let screen = '';
    child.stdout.on('data', (chunk) => {
      screen += String(chunk);
      if (screen.includes('Type yes:') && !screen.includes('\n', screen.indexOf('Type yes:'))) child.stdin.write(`${typed}\r`);
    });
    const [ended] = (await once(child, 'close')) as [number];
    child.stdin.end();
    expect(screen).toMatch(/\+ tenant-0: new, disabled[^]*1 tenant to add, 0 to change, 0 untouched\.[^]*Write this\? Type yes: /);
    expect(ended).toBe(code);
    expect((await operator().row('tenant-0'))?.[field]).toBe(value);
  });
});
