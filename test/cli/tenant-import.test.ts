/** `tenant export` and `import`: a whole fleet as one file, and only what differs is written. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { goodRow, withOperator, type Ended } from './operator.ts';

const operator = withOperator();
let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'logferry-fleet-'))));
afterAll(() => rm(folder, { recursive: true }));

const fleetFile = async (...args: string[]): Promise<string> => {
  const { code, stdout } = await operator().run(['tenant', 'export', ...args]);
  expect(code).toBe(0);
  return stdout;
};
const bring = (input: string, ...args: string[]): Promise<Ended> => operator().run(['tenant', 'import', '-', ...args], { input });
const table = async (): Promise<Record<string, unknown>[]> => {
  const { documents } = operator().central.clients;
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: operator().central.table }));
  return Items.toSorted((a, b) => (String(a['tenant_id']) < String(b['tenant_id']) ? -1 : 1));
};
const text = (...lines: string[]): string => ['version: 1', 'tenants:', ...lines.map((line) => `  ${line}`)].join('\n');
const role = (account: string): string => `log_distribution_role_arn: arn:aws:iam::${account}:role/CustomerLogDistribution`;

/** One of each that a table may hold. */
async function putFleet(): Promise<void> {
  const rows = [
    goodRow('zeta', '111111111111', {
      enabled: false,
      desired_applications: new Set(['web', 'api']),
      contact: { mail: 'ops@example.com' },
    }),
    goodRow('alive', '222222222222', { retention_days: 30, environment: '', log_group_name: '/x/{application}' }),
    goodRow('twin-1', '333333333333', { enabled: true }),
    goodRow('twin-2', '333333333333', { enabled: false, paused_at: '2026-01-01T00:00:00.000Z', pause_reason: 'they move' }),
    goodRow('faulty', '444444444444', { target_region: 'mars', enabled: 'yes' }),
    { tenant_id: '007', enabled: false, external_id: 'external-007', next_external_id: 'external-008' },
    { tenant_id: 'other', type: 's3' },
    goodRow('gone', '555555555555', { enabled: false, removed_at: '2026-01-01T00:00:00.000Z', expires_at: 4_000_000_000 }),
    { tenant_id: '*', type: 'fleet', paused: true, pause_reason: 'incident 42', paused_at: '2026-01-01T00:00:00.000Z' },
  ];
  for (const row of rows) await operator().put(row);
}

describe('export', () => {
  test('has all living tenants in a stable order, the switch of the fleet, and no ExternalId', async () => {
    await putFleet();
    const { code, stdout, stderr } = await operator().run(['tenant', 'export']);
    expect([code, stderr]).toEqual([0, 'logferry: left out: 1 tenant of a type that this version does not deliver to (other)\n']);
    expect(stdout).toMatch(/^# The tenants of Logferry.*\n(?:#.*\n|\n)+version: 1\n/);
    expect(stdout).not.toContain('external-');
    const fleet = parse(stdout) as { tenants: Record<string, object> };
    expect(fleet).toMatchObject({ version: 1, fleet: { paused: true, pause_reason: 'incident 42' } });
    expect(Object.keys(fleet.tenants)).toEqual(['007', 'alive', 'faulty', 'twin-1', 'twin-2', 'zeta']);
    expect(fleet.tenants['zeta']).toEqual({
      enabled: false,
      log_distribution_role_arn: 'arn:aws:iam::111111111111:role/CustomerLogDistribution',
      target_region: 'eu-west-1',
      desired_applications: ['api', 'web'],
      contact: { mail: 'ops@example.com' },
    });
    expect(fleet.tenants['twin-2']).toMatchObject({ enabled: false, shared_account: true });
    expect(await fleetFile()).toBe(stdout);
  });

  test.each([[[]], [['--with-external-ids']], [['--json']]])('%j, and imported again, changes nothing', async (args) => {
    await putFleet();
    const before = await table();
    const ended = await bring(await fleetFile(...args), '--yes');
    expect([ended.code, ended.stdout]).toEqual([0, '0 tenants to add, 0 to change, 6 untouched.\nNothing to change.\n']);
    expect(await table()).toEqual(before);
  });

  test('to a file is whole, and nobody else may read ExternalIds in it', async () => {
    await putFleet();
    const [file, backup] = [join(folder, 'fleet.yaml'), join(folder, 'backup.yaml')];
    await writeFile(backup, 'what was there before', { mode: 0o644 });
    expect(await operator().run(['tenant', 'export', '--output', file])).toMatchObject({
      code: 0,
      stdout: `6 tenants written to ${file}.\n`,
    });
    expect(await operator().json('export', '--with-external-ids', '--output', backup)).toEqual({ file: backup, tenants: 6 });
    expect((await stat(backup)).mode & 0o777).toBe(0o600);
    expect(await operator().run(['tenant', 'import', file, '--yes'])).toMatchObject({ code: 0 });
  });
});

describe('import', () => {
  test('adds, changes and enables, and leaves alone what the file does not name', async () => {
    await putFleet();
    const file = text(
      'acme: { target_region: us-east-1 }',
      'live:',
      `  ${role('666666666666')}`,
      '  target_region: us-east-1',
      '  enabled: true',
      'alive:',
      `  ${role('222222222222')}`,
      '  target_region: eu-central-1',
      'zeta: { enabled: true, target_region: eu-west-1, log_distribution_role_arn: arn:aws:iam::111111111111:role/CustomerLogDistribution }',
    );
    const dry = await bring(file, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    const before = await table();
    const { code, stdout, stderr } = await bring(file, '--yes');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${dry.stdout.replace(/Dry run.*\n/, '')}Written: 4 tenants.\n`);
    expect(stdout).toContain(
      '+ acme: new, pending\n    + enabled: false\n    + external_id: (a random one)\n    + target_region: us-east-1\n',
    );
    expect(stdout).toContain(
      '~ alive: enabled\n    - target_region: eu-west-1\n    + target_region: eu-central-1\n    - retention_days: 30\n    - log_group_name:',
    );
    expect(stdout).toContain('~ zeta: disabled -> enabled\n');
    expect(stdout).toContain('2 tenants to add, 2 to change, 0 untouched. Deliveries begin for 2 tenants, which the file enables.\n');
    expect(stdout).toContain('In the table and not in the file, left as they are: 007, faulty, twin-1, twin-2.\n');
    expect(await operator().row('acme')).toMatchObject({
      enabled: false,
      external_id: expect.stringMatching(/^logferry-.{32}$/) as string,
    });
    expect(await operator().row('live')).toMatchObject({ enabled: true, external_id: expect.stringMatching(/^logferry-/) as string });
    const { updated_at, ...alive } = (await operator().row('alive'))!;
    expect(updated_at).toEqual(expect.any(String));
    expect(alive).toEqual({ ...goodRow('alive', '222222222222', { environment: '', target_region: 'eu-central-1' }), type: 'cloudwatch' });
    const left = new Set(['007', 'faulty', 'twin-1', 'twin-2', 'other', 'gone', '*']);
    const others = (rows: Record<string, unknown>[]) => rows.filter(({ tenant_id }) => left.has(String(tenant_id)));
    expect(others(await table())).toEqual(others(before));
    expect(await bring(file, '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to change.') as string });
  });

  test('tells all faults of all rows, each with its line, and writes nothing', async () => {
    await putFleet();
    const before = await table();
    const file = text(
      'a b: {}', // 3
      'acme:', // 4
      '  target_region: mars',
      '  late: never',
      '  retention_day: 30',
      '  updated_at: now', // 8
      'stranger: { log_distribution_role_arn: arn:aws:iam::222222222222:role/Other }', // 9
      'thief: { external_id: external-alive }',
      'ours: { log_distribution_role_arn: arn:aws:iam::000000000000:role/x }',
      'gone: {}', // 12
      'one: { log_distribution_role_arn: arn:aws:iam::777777777777:role/x }',
      'two: { log_distribution_role_arn: arn:aws:iam::777777777777:role/x }',
      'half: { enabled: true }', // 15
      'zeta: { external_id: another, next_external_id: third }', // 16
    );
    const { code, stdout, stderr } = await bring(`${file}\nfleet: { paused: maybe, colour: red }`, '--yes');
    expect([code, stdout]).toEqual([1, '']);
    for (const said of [
      '3: "a b" is no tenant id',
      '4: acme: log_distribution_role_arn is missing',
      '5: acme: target_region is "mars"; expected an AWS region',
      '6: acme: late is "never"',
      '7: acme: a row has no field "retention_day"',
      '8: acme: updated_at is written by the commands',
      "9: stranger: this role's account is already used by tenant alive; if that is meant, give --shared-account, or the tenant",
      '10: thief: this ExternalId is already that of tenant alive',
      '11: ours: arn:aws:iam::000000000000:role/x is in account 000000000000, which is our own',
      '12: gone: the tenant was removed on 2026-01-01T00:00:00.000Z; its id rests until',
      '13: one: this role is already used by tenant two',
      '14: two: this role is already used by tenant one',
      '15: half: log_distribution_role_arn is missing',
      '15: half: target_region is missing',
      '16: zeta: the tenant has another ExternalId, which their role asks for; `tenant rotate` changes it',
      '16: zeta: only `tenant rotate` begins or ends a rotation',
      '17: fleet: paused is "maybe"',
      '17: fleet: colour is not known',
    ])
      expect(stderr).toContain(`\n  standard input:${said}`);
    expect(stderr).toMatch(/^logferry: nothing was written: 18 faults in standard input\n/);
    expect(stderr).not.toContain('external-alive');
    expect(await table()).toEqual(before);
  });

  test.each([
    ['is no YAML', 'tenants: [', /:1: /],
    ['names a tenant twice', text('acme: {}', 'acme: {}'), /:4: Map keys must be unique/],
    ['is of a later version', 'version: 2\ntenants: {}', /:1: this command reads version 1/],
    ['is empty', '', /:1: the document is no map/],
    ['has a list where tenants belong', 'version: 1\ntenants: [acme]', /:2: tenants is no map/],
    ['has a tenant that is a text', text('acme: yes'), /:3: acme is no set of fields/],
    ['has tags that nobody knows', text('acme: { late: !Ref x }'), /:3: Unresolved tag/],
    [
      'grows without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\n${text('x: { y: [*c, *c, *c] }')}`,
      /Excessive alias count/,
    ],
  ])('a file that %s is refused', async (_, file, said) => {
    expect(await bring(file, '--yes')).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(said) as string });
    expect(await table()).toEqual([]);
  });

  test('a shared account is taken where the tenant or the operator says it is meant; defaults can be written once', async () => {
    const defaults = `&d { enabled: false, ${role('777777777777')}, shared_account: true }`;
    const anchored = text(`one: ${defaults}`, 'two: { <<: *d, late: now }');
    expect(await bring(anchored, '--yes')).toMatchObject({ code: 0, stderr: '' });
    const arn = 'arn:aws:iam::777777777777:role/CustomerLogDistribution';
    expect(await operator().row('two')).toMatchObject({ log_distribution_role_arn: arn, late: 'now' });
    expect(await operator().row('two')).not.toHaveProperty('shared_account');
    const third = text(`three: { ${role('777777777777')} }`);
    expect(await bring(third, '--yes')).toMatchObject({ code: 1 });
    expect(await bring(third, '--yes', '--shared-account')).toMatchObject({ code: 0 });
  });

  test('a pause of the fleet, and its end, are as the commands make them', async () => {
    await operator().put({ tenant_id: '*', type: 'a', paused: true, paused_at: '2026-01-01T00:00:00.000Z' });
    await operator().put({ tenant_id: '*', type: 'b', paused: 'yes', pause_reason: 'x' });
    expect(await bring('version: 1\nfleet: { paused: false }\ntenants:\n', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(await table()).toMatchObject([{ paused: false }, { paused: false }]);
    expect(JSON.stringify(await table())).not.toContain('pause_reason');
    const { stdout } = await bring('version: 1\nfleet: { paused: true, pause_reason: incident }\ntenants:\n', '--yes');
    expect(stdout).toContain('* the whole fleet: paused: incident\n');
    expect(await operator().json('list')).toMatchObject({ fleet_pause: 'the fleet is paused: incident' });
  });

  test('it asks, and where nobody can be asked it needs --yes', async () => {
    expect(await bring(text('acme: {}'))).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('give --yes') as string });
    expect(await table()).toEqual([]);
  });
});
