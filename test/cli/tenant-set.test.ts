/** `tenant set`, by hand and by the customer's handshake. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goodRow, handshake, withOperator, type Ended } from './operator.ts';

const operator = withOperator();
const set = (args: readonly string[], input?: string): Promise<Ended> => operator().run(['tenant', 'set', ...args], { input });
const refusal = (said: string): Ended => ({ code: 1, stdout: '', stderr: expect.stringContaining(said) as string });

async function added(tenant: string): Promise<string> {
  const { row } = await operator().json<{ row: { external_id: string } }>('add', tenant);
  return row.external_id;
}

describe('a handshake', () => {
  test('fills the row in, and then the tenant can be enabled', async () => {
    const externalId = await added('acme');
    const { code, stdout } = await set(['acme', '--from-handshake', '-'], handshake('acme', '111111111111', externalId));
    expect(code).toBe(0);
    expect(stdout).toContain('+ target_region: eu-west-1\n');
    expect(stdout).not.toContain(externalId);
    expect(await operator().json('enable', 'acme')).toMatchObject({ state: 'enabled', written: true });
    expect(await operator().row('acme')).toMatchObject({
      enabled: true,
      log_distribution_role_arn: 'arn:aws:iam::111111111111:role/CustomerLogDistribution',
      target_region: 'eu-west-1',
      external_id: externalId,
    });
  });

  test.each([
    [
      'of `terraform output -json`',
      (text: string) => JSON.stringify({ handshake: { sensitive: true, value: JSON.parse(text) as unknown } }),
    ],
    ['as a text, like an output of CloudFormation', (text: string) => JSON.stringify(text)],
  ])('comes also %s, in a file', async (_, wrap) => {
    const folder = await mkdtemp(join(tmpdir(), 'logferry-handshake-'));
    const file = join(folder, 'handshake.json');
    await writeFile(file, wrap(handshake('acme', '111111111111', await added('acme'))));
    expect(await set(['acme', '--from-handshake', file])).toMatchObject({ code: 0, stderr: '' });
    await rm(folder, { recursive: true });
  });

  test('names the log group; the one that the row has goes before', async () => {
    const groups = { log_groups: { application: '/acme/apps', audit: '/acme/audit' } };
    const text = handshake('acme', '111111111111', await added('acme'), groups);
    await set(['acme', '--from-handshake', '-'], text);
    expect(await operator().row('acme')).toMatchObject({ log_group_name: '/acme/apps' });
    await set(['acme', 'log_group_name=/acme/audit']);
    expect(await set(['acme', '--from-handshake', '-'], text)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to change') as string,
    });
    expect(await operator().row('acme')).toMatchObject({ log_group_name: '/acme/audit' });
  });

  test.each<[string, string, (text: Record<string, unknown>) => unknown]>([
    ['of another tenant', "is tenant globex's, not acme's", (h) => ({ ...h, tenant_id: 'globex' })],
    ['with another ExternalId', 'another ExternalId than the row of acme', (h) => ({ ...h, external_id: 'other' })],
    ['for our own account', 'which is our own', (h) => ({ ...h, role_arn: 'arn:aws:iam::000000000000:role/CustomerLogDistribution' })],
    [
      "for another tenant's role",
      'already used by tenant initech',
      (h) => ({ ...h, role_arn: 'arn:aws:iam::333333333333:role/CustomerLogDistribution' }),
    ],
    [
      "for another tenant's account",
      "role's account is already used by tenant initech",
      (h) => ({ ...h, role_arn: 'arn:aws:iam::333333333333:role/Else' }),
    ],
    ['of a later version', 'version: this command reads version 1', (h) => ({ ...h, version: 2 })],
    ['without a role', 'standard input is no handshake: role_arn', (h) => ({ ...h, role_arn: undefined })],
    ['with a role that is none', 'log_distribution_role_arn is "role/x"', (h) => ({ ...h, role_arn: 'role/x' })],
    ['without a group for applications', 'no log group for applications', (h) => ({ ...h, log_groups: { a: '/a', b: '/b' } })],
    ['that is no JSON', 'is no JSON', () => 'x'],
  ])('%s is refused, and nothing is written', async (_, said, spoil) => {
    await operator().put(goodRow('initech', '333333333333'));
    const externalId = await added('acme');
    const before = await operator().row('acme');
    const spoilt = spoil(JSON.parse(handshake('acme', '111111111111', externalId)) as Record<string, unknown>);
    const ended = await set(['acme', '--from-handshake', '-'], typeof spoilt === 'string' ? spoilt : JSON.stringify(spoilt));
    expect(ended).toEqual(refusal(said));
    expect(ended.stderr).not.toContain(externalId);
    expect(await operator().row('acme')).toEqual(before);
  });

  test('for an account that two tenants share is taken when that is said', async () => {
    await operator().put(goodRow('initech', '111111111111'));
    const text = handshake('acme', '111111111111', await added('acme'));
    expect(await set(['acme', '--from-handshake', '-', '--shared-account'], text)).toMatchObject({ code: 0 });
  });
});

describe('field=value', () => {
  test('sets, and takes off; what is not named stays, also what is not ours', async () => {
    await operator().put(goodRow('acme', '111111111111', { environment: 'dev', contact: 'ops', desired_applications: ['a', 'b'] }));
    const { stdout } = await set(['acme', 'environment=', 'message_format=record', 'desired_applications=web', 'retention_days=30']);
    expect(stdout).toContain('- environment: dev\n+ message_format: record\n- desired_applications: a,b\n+ desired_applications: web\n');
    const { updated_at, ...row } = (await operator().row('acme'))!;
    expect(updated_at).toEqual(expect.any(String));
    const more = { contact: 'ops', message_format: 'record', desired_applications: ['web'], retention_days: 30 };
    expect(row).toEqual({ ...goodRow('acme', '111111111111', more), type: 'cloudwatch' });
  });

  test('a dry run shows the difference and writes nothing', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    const before = await operator().row('acme');
    const { code, stdout } = await set(['acme', 'target_region=us-west-2', '--dry-run']);
    expect([code, stdout]).toEqual([
      0,
      '- target_region: eu-west-1\n+ target_region: us-west-2\nDry run, nothing written; it would be: acme is enabled.\n',
    ]);
    expect(await operator().row('acme')).toEqual(before);
  });

  test.each([
    ['what the worker would refuse', ['acme', 'late=never'], 'late is "never"; expected `quarantine` or `now`'],
    ['another ExternalId', ['acme', 'external_id=new'], 'has an ExternalId, which their role asks for'],
    ['to take the ExternalId off', ['acme', 'external_id='], 'has an ExternalId, which their role asks for'],
    ['to take off what an enabled tenant needs', ['acme', 'target_region='], 'target_region is missing'],
    ['a tenant that is not there', ['globex', 'late=now'], 'there is no tenant globex'],
  ])('it refuses %s', async (_, args, said) => {
    await operator().put(goodRow('acme', '111111111111'));
    expect(await set(args)).toEqual(refusal(said));
    expect(await operator().row('acme')).toEqual({ ...goodRow('acme', '111111111111'), type: 'cloudwatch' });
  });

  test.each([
    ['no pair', ['acme', 'late']],
    ['no field of a row', ['acme', 'colour=red']],
    ['a field with a command of its own', ['acme', 'enabled=true']],
    ['a field twice', ['acme', 'late=now', 'late=quarantine']],
    ['nothing', ['acme']],
  ])('%s is a mistake of the command line', async (_, args) => {
    expect(await set(args)).toMatchObject({ code: 64, stdout: '' });
  });

  test('a faulty row is mended field by field', async () => {
    await operator().put(goodRow('acme', '111111111111', { late: 'never', message_format: 'raw' }));
    expect(await set(['acme', 'late=now'])).toMatchObject({ code: 0 });
    expect(await set(['acme', 'late=never'])).toEqual(refusal('late is "never"'));
    expect(await operator().row('acme')).toMatchObject({ late: 'now', message_format: 'raw' });
  });
});
