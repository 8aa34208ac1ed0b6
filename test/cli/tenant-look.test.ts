/** `tenant list` and `show`, help, and what the command says when AWS does not do as it should. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goodRow, withOperator, type Ended } from './operator.ts';

const operator = withOperator();
const tenant = (...args: string[]): Promise<Ended> => operator().run(['tenant', ...args]);

/** A fleet with one of each. */
async function putFleet(): Promise<void> {
  const rows = [
    goodRow('alive', '111111111111'),
    goodRow('faulty', '222222222222', { target_region: 'mars', enabled: true }),
    goodRow('off', '333333333333', { enabled: false }),
    { tenant_id: 'other', type: 's3' },
    { tenant_id: 'pending', enabled: false, external_id: 'x-1' },
  ];
  for (const row of rows) await operator().put(row);
}

describe('list', () => {
  test('shows every tenant with its state, and of those that the worker refuses the reason', async () => {
    await putFleet();
    const { code, stdout, stderr } = await tenant('list');
    expect([code, stderr]).toEqual([0, '']);
    const cells = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/));
    expect(cells).toContainEqual(['tenant', 'state', 'account', 'region', 'log group', 'updated']);
    expect(cells).toContainEqual(['alive', 'enabled', '111111111111', 'eu-west-1', '/ROSA/cluster-logs/application']);
    expect(cells).toContainEqual(['off', 'disabled', '333333333333', 'eu-west-1', '/ROSA/cluster-logs/application']);
    expect(stdout).toContain('faulty: faulty: target_region is "mars"; expected an AWS region such as us-east-1\n');
    expect(stdout).toContain('other: other: type s3 is not delivered to by this version\n');
    expect(stdout).toContain('pending: pending: still without log_distribution_role_arn, target_region\n');
    expect(stdout).not.toContain('\u001b');
  });

  test('answers machines in JSON, and tells no ExternalId', async () => {
    await putFleet();
    const { stdout } = await tenant('list', '--state', 'faulty', 'enabled', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      fleet_pause: null,
      tenants: [
        { tenant_id: 'alive', state: 'enabled', reasons: [] },
        { tenant_id: 'faulty', state: 'faulty', reasons: [expect.stringContaining('target_region')] },
      ],
    });
    expect(stdout).not.toContain('external-alive');
  });

  test('goes through a table of many pages, and lets no row steer the terminal', async () => {
    const long = 'x'.repeat(200_000);
    for (let i = 0; i < 12; i++) await operator().put(goodRow(`tenant-${i}`, `4444444444${10 + i}`, { note: long }));
    await operator().put(goodRow('evil', '555555555555', { late: '\u001b[2Jgone\r\n' }));
    const { tenants } = await operator().json<{ tenants: unknown[] }>('list');
    expect(tenants).toHaveLength(13);
    const { stdout } = await tenant('show', 'evil');
    expect(stdout).toMatch(/ late +gone/);
    expect(stdout).not.toContain('\u001b');
  });
});

test('show tells the row, its ExternalId, and what the worker adds', async () => {
  await operator().put(goodRow('acme', '111111111111', { contact: 'ops' }));
  const { stdout } = await tenant('show', 'acme');
  expect(stdout).toMatch(/^acme is enabled\n/);
  expect(stdout).toMatch(/ external_id +external-acme\n/);
  expect(stdout).toMatch(/ message_format +message \(default\)\n/);
  expect(stdout).toMatch(/ contact +ops\n/);
  expect(await operator().json('show', 'acme')).toMatchObject({ rows: [{ row: { contact: 'ops' }, defaults: { late: 'quarantine' } }] });
  expect(await tenant('show', 'globex')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no tenant globex') as string });
});

test('colours come with a terminal or FORCE_COLOR only', async () => {
  await operator().put(goodRow('acme', '111111111111'));
  const { stdout } = await operator().run(['tenant', 'list'], { environment: { FORCE_COLOR: '1' } });
  expect(stdout).toContain('\u001b[32menabled');
});

test.each([[[]], [['tenant']], [['tenant', 'add']], [['tenant', 'set']], [['tenant', 'remove']]])(
  '%j --help has an example and needs no AWS',
  async (args) => {
    const { code, stdout } = await operator().run([...args, '--help'], { environment: { TENANT_CONFIG_TABLE: '', AWS_ENDPOINT_URL: '' } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nExamples:\n {2}\$ /);
  },
);

describe('a fault is one line that says what to do', () => {
  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no table', ['list'], { TENANT_CONFIG_TABLE: '' }, 64, /which table\? Give --table, or set TENANT_CONFIG_TABLE/],
    ['a table that is not there', ['list', '--table', 'nope'], {}, 1, /there is no such table in this account and region/],
    ['no endpoint', ['list', '--endpoint-url', 'http://127.0.0.1:1'], {}, 1, /cannot be reached; check --endpoint-url.*ECONNREFUSED/],
    ['an endpoint that is no URL', ['list', '--endpoint-url', 'nowhere'], {}, 64, /expected a URL/],
    ['no region', ['list'], { AWS_REGION: '', HOME: '/nonexistent' }, 1, /which AWS region\?/],
    [
      'a profile that is not there',
      ['list', '--profile', 'nope'],
      { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' },
      1,
      /no AWS credentials/,
    ],
    ['no such command', ['lst'], {}, 64, /unknown command 'lst'/],
    ['a handshake file that is not there', ['set', 'acme', '--from-handshake', '/nonexistent'], {}, 1, /ENOENT.*\/nonexistent/],
  ])('%s', async (_, args, environment, code, said) => {
    const ended = await operator().run(['tenant', ...args], { environment });
    expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(said) as string });
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });
});

test('profile and region come as with the AWS CLI: a named profile goes before keys in the environment', async () => {
  const home = await mkdtemp(join(tmpdir(), 'logferry-home-'));
  const [config, credentials] = [join(home, 'config'), join(home, 'credentials')];
  await writeFile(config, '[profile ours]\nregion = us-east-1\n');
  await writeFile(credentials, '[ours]\naws_access_key_id = 999999999999\naws_secret_access_key = x\n');
  const environment = {
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_REGION: '',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  // Our own account is that of the keys in use.
  const add = (id: string, ...more: string[]): Promise<Ended> =>
    operator().run(['tenant', 'add', id, '--dry-run', '--role-arn', 'arn:aws:iam::999999999999:role/x', ...more], { environment });
  expect(await add('acme', '--profile', 'ours')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('999999999999, which is our own') as string,
  });
  expect(await add('acme')).toMatchObject({ code: 0, stderr: '' });
  await rm(home, { recursive: true });
});
