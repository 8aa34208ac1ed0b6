/** `tenant verify --all`: thirty tenants, some of them broken, each in its own way; none stops the others. */
import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import type { Check } from '../../cli/verify/check.ts';
import { withOperator } from './operator.ts';
import { makeCustomer, runVerify, type Made } from './verifying.ts';

const operator = withOperator();
const COUNT = 30;
const nameOf = (at: number): string => `tenant-${String(at).padStart(2, '0')}`;

interface Verified {
  readonly tenant_id: string;
  readonly state: string;
  readonly result: string;
  readonly failed?: Check;
}

async function makeFleet(): Promise<Made[]> {
  return await Promise.all(Array.from({ length: COUNT }, (_, at) => makeCustomer(operator(), { id: nameOf(at) })));
}

async function verifyAll(...args: string[]): Promise<{ code: number | null; stderr: string; fleet: Verified[] }> {
  const { code, stderr, stdout } = await runVerify(operator(), ['--all', '--json', ...args]);
  return { code, stderr, fleet: JSON.parse(stdout) as Verified[] };
}

test('each broken tenant is told with its cause, the others are green, and the exit code is 1', async () => {
  const fleet = await makeFleet();
  await fleet[3]!.tenant.logs.send(new DeleteLogGroupCommand({ logGroupName: fleet[3]!.tenant.group }));
  await fleet[7]!.setPermissions({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'logs:CreateLogStream', Resource: '*' } });
  const change = async (at: number, more: object) => operator().put({ ...(await operator().row(nameOf(at))), ...more });
  await change(11, { log_distribution_role_arn: `${fleet[11]!.tenant.roleArn}-gone` });
  await change(13, { target_region: 'nowhere' });
  await change(17, { external_id: 'another-one' });
  await change(19, { enabled: false });
  await operator().put({ tenant_id: '*', type: 'fleet', paused: true });
  await operator().put({ tenant_id: 'tenant-of-old', enabled: false, removed_at: '2026-01-01T00:00:00.000Z' });

  const { code, stderr, fleet: all } = await verifyAll();
  expect(code).toBe(1);
  expect(stderr).toBe('');
  expect(all.map(({ tenant_id }) => tenant_id)).toEqual(fleet.map((_, at) => nameOf(at)));
  const broken = all
    .filter(({ result }) => result !== 'green')
    .map(({ tenant_id, result, failed }) => [tenant_id, result, failed?.check, failed?.causes?.[0]]);
  expect(broken).toEqual([
    ['tenant-03', 'red', 'group', 'group-missing'],
    ['tenant-07', 'red', 'put', 'logs-permission'],
    ['tenant-11', 'red', 'hop 2', 'role-missing'],
    ['tenant-13', 'red', 'row', 'bad-row'],
    ['tenant-17', 'red', 'hop 2', 'trust-principal'],
  ]);
  expect(all[19]).toMatchObject({ state: 'disabled', result: 'green' });
  const enabled = (await verifyAll('--enabled', '--concurrency', '2')).fleet;
  expect(enabled.map(({ tenant_id }) => tenant_id)).not.toContain('tenant-19');

  const { stdout } = await runVerify(operator(), ['--all']);
  expect(stdout).toMatch(/tenant-03 +enabled +red +group +there is no log group/);
  expect(stdout).toMatch(/30 tenants: 25 green, 0 warning, 0 unknown, 5 red\.\n$/);
});

test('all is well: exit code 0; an id and --all together are refused', async () => {
  await makeCustomer(operator());
  expect((await verifyAll()).code).toBe(0);
  expect(await runVerify(operator(), ['acme', '--all'])).toMatchObject({
    code: 64,
    stderr: 'logferry: which tenant? Give its id, or --all\n',
  });
  expect(await runVerify(operator(), ['acme'], { environment: { CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: '' } })).toMatchObject({ code: 64 });
  expect(await runVerify(operator(), ['nobody'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no tenant nobody') as string,
  });
});
