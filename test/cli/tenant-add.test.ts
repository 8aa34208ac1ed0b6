/** `tenant add`, as an operator runs it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRow } from '../../worker/locate/tenant-row.ts';
import { goodRow, withOperator } from './operator.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const operator = withOperator();
const ROLE = 'arn:aws:iam::111111111111:role/CustomerLogDistribution';

interface Added {
  readonly state: string;
  readonly written: boolean;
  readonly row: { readonly external_id: string };
}

test('a new tenant is disabled and has an ExternalId that nobody guesses, another for each', async () => {
  const ids = new Set<string>();
  for (const tenant of ['acme', 'globex']) {
    const { state, written, row } = await operator().json<Added>('add', tenant);
    expect({ state, written }).toEqual({ state: 'pending', written: true });
    expect(row.external_id).toMatch(/^logferry-[\w-]{32}$/);
    expect(await operator().row(tenant)).toEqual({ ...row, tenant_id: tenant, type: 'cloudwatch', enabled: false });
    ids.add(row.external_id);
  }
  expect(ids.size).toBe(2);
});

test('options become fields as the worker reads them', async () => {
  const options = [
    '--role-arn',
    ROLE,
    '--target-region',
    'eu-west-1',
    '--applications',
    'web,api',
    '--create-log-group',
    '--retention-days',
    '30',
  ];
  expect(await operator().json('add', 'acme', ...options, '--late', 'now')).toMatchObject({ state: 'disabled', reasons: [] });
  const parsed = parseRow((await operator().row('acme'))!);
  expect(parsed).toMatchObject({
    kind: 'cloudwatch',
    row: { enabled: false, desired_applications: ['web', 'api'], create_log_group: true, retention_days: 30, late: 'now' },
  });
});

test('a dry run shows the row and writes none', async () => {
  const { code, stdout } = await operator().run(['tenant', 'add', 'acme', '--target-region', 'eu-west-1', '--dry-run']);
  expect(code).toBe(0);
  expect(stdout).toContain('+ target_region: eu-west-1\n');
  expect(stdout).toContain('Dry run, nothing written');
  expect(await operator().row('acme')).toBeUndefined();
});

async function expectRefused(said: string | RegExp, ...args: string[]): Promise<void> {
  expect(await operator().run(['tenant', 'add', 'acme', ...args])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(said) as string,
  });
  expect(await operator().row('acme')).toBeUndefined();
}

describe('it refuses', () => {
  test('what the worker would, all faults at once', async () => {
    await expectRefused(
      /^logferry: .*role_arn is "arn:x"; expected .*retention_days is "31"; expected one of 1,.*\n$/,
      '--role-arn',
      'arn:x',
      '--retention-days',
      '31',
    );
  });

  test('a role, an account and an ExternalId of another tenant', async () => {
    await operator().put(goodRow('globex', '111111111111'));
    await expectRefused('this role is already used by tenant globex; if that is meant, give --shared-account', '--role-arn', ROLE);
    await expectRefused("role's account is already used by tenant globex", '--role-arn', `${ROLE}2`);
    await expectRefused('this ExternalId is already that of tenant globex', '--external-id', 'external-globex', '--shared-account');
    expect(await operator().json('add', 'acme', '--role-arn', ROLE, '--shared-account')).toMatchObject({ state: 'pending' });
  });

  test('our own account', async () => {
    await expectRefused(
      'is in account 000000000000, which is our own',
      '--role-arn',
      'arn:aws:iam::000000000000:role/x',
      '--shared-account',
    );
  });
});

test('a tenant that is there already stays as it is', async () => {
  await operator().put(goodRow('acme', '111111111111'));
  const before = await operator().row('acme');
  const { code, stderr } = await operator().run(['tenant', 'add', 'acme']);
  expect([code, stderr]).toEqual([1, 'logferry: tenant acme is there already; `logferry tenant set acme` changes it\n']);
  expect(await operator().row('acme')).toEqual(before);
});

test('of two who add the same tenant at once, one is refused', async () => {
  const [a, b] = await Promise.all([
    operator().run(['tenant', 'add', 'acme', '--json']),
    operator().run(['tenant', 'add', 'acme', '--json']),
  ]);
  expect([a.code, b.code].toSorted((x, y) => Number(x) - Number(y))).toEqual([0, 1]);
  const won = a.code === 0 ? a : b;
  expect((await operator().row('acme'))!['external_id']).toBe((JSON.parse(won.stdout) as Added).row.external_id);
});

test.each(['a/b', '..', '', 'x'.repeat(129), '*'])('%j is no id', async (id) => {
  expect(await operator().run(['tenant', 'add', id])).toMatchObject({
    code: 64,
    stdout: '',
    stderr: expect.stringMatching(/^logferry: .*\n$/) as string,
  });
});

/** It installs what is missing: that must not happen under the running tests. */
function isInstalled(): boolean {
  const stamp = join(ROOT, 'node_modules', '.logferry-installed');
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
}

test('bin/logferry.mjs is the same command', async (context) => {
  context.skip(!isInstalled(), 'the dependencies were not installed by scripts/with-node.mjs, which would do so now');
  const { code, stdout } = await operator().run(['tenant', 'add', 'acme', '--json'], { main: join(ROOT, 'bin', 'logferry.mjs') });
  expect([code, (JSON.parse(stdout) as Added).state]).toEqual([0, 'pending']);
});
