/** What becomes of a tenant: enabled, paused, disabled, removed; and what the worker makes of each. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { TenantTable } from '../../cli/tenant/table.ts';
import { locate } from '../../worker/locate/locate.ts';
import { parseRow, pauseOf } from '../../worker/locate/tenant-row.ts';
import { goodRow, withOperator, type Ended } from './operator.ts';

const operator = withOperator();
const tenant = (...args: string[]): Promise<Ended> => operator().run(['tenant', ...args]);
const refusal = (said: string): Ended => ({ code: 1, stdout: '', stderr: expect.stringContaining(said) as string });
const DAY_SECONDS = 24 * 3600;

/** The code of the fault that the worker finds in the tenant's row; undefined when it delivers. */
async function workersFault(id: string): Promise<string | undefined> {
  const rows = [parseRow((await operator().row(id))!)];
  const directory = { rows: () => Promise.resolve(rows), pause: () => Promise.resolve(undefined) };
  const ref = { bucket: 'b', key: `${id}/prod-1/web/web-0/x.json.gz` } as Parameters<typeof locate>[0];
  const { deliveries } = await locate(ref, { directory, environment: 'production', now: () => 0 });
  const [delivery] = deliveries;
  return delivery?.kind === 'fault' ? delivery.error.code : undefined;
}

test('pause stops the worker, with a reason for people, and enable goes on', async () => {
  await operator().put(goodRow('acme', '111111111111'));
  expect(await workersFault('acme')).toBeUndefined();
  const { stdout } = await tenant('pause', 'acme', '--reason', 'they move accounts');
  expect(stdout).toMatch(/Written: acme is paused \(since .*: they move accounts\)\.\n$/);
  expect(await workersFault('acme')).toBe('tenant-disabled');
  expect(await tenant('remove', 'acme', '--yes')).toEqual(refusal('acme is paused; `logferry tenant disable acme` comes first'));
  expect(await operator().json('enable', 'acme')).toMatchObject({ state: 'enabled' });
  expect(await workersFault('acme')).toBeUndefined();
  expect(Object.keys((await operator().row('acme'))!)).not.toContain('paused_at');
});

test('disable ends a pause, too; what is disabled cannot be paused', async () => {
  await operator().put(goodRow('acme', '111111111111'));
  await operator().json('pause', 'acme');
  expect(await operator().json('disable', 'acme')).toMatchObject({ state: 'disabled', written: true });
  expect(await operator().json('disable', 'acme')).toMatchObject({ state: 'disabled', written: false, changes: [] });
  expect(await workersFault('acme')).toBe('tenant-disabled');
  expect(await tenant('pause', 'acme')).toEqual(refusal('only one that is enabled can be paused'));
});

test('the fleet is paused and goes on as the worker reads its row', async () => {
  const fleet = async (): Promise<string | undefined> => pauseOf([(await operator().row('*', 'fleet'))!]);
  expect(await tenant('pause', '--fleet', '--dry-run')).toMatchObject({ code: 0 });
  expect(await operator().row('*', 'fleet')).toBeUndefined();
  await operator().json('pause', '--fleet', '--reason', 'incident 42');
  expect(await fleet()).toBe('the fleet is paused');
  expect((await tenant('list')).stdout).toContain('All deliveries are paused: the fleet is paused: incident 42.');
  await operator().json('enable', '--fleet');
  expect(await fleet()).toBeUndefined();
  expect((await tenant('list')).stdout).toBe('No tenants.\n');
  for (const args of [['pause'], ['pause', 'acme', '--fleet'], ['enable']]) expect(await tenant(...args)).toMatchObject({ code: 64 });
});

describe('enable refuses', () => {
  test.each([
    ['a row that is not complete', { target_region: undefined }, 'acme cannot be enabled: target_region is missing'],
    ['a faulty row', { late: 'never' }, 'late is "never"'],
    ['our own account', { log_distribution_role_arn: 'arn:aws:iam::000000000000:role/x' }, 'which is our own'],
    ['an ExternalId of another tenant', { external_id: 'external-globex' }, 'already that of tenant globex'],
  ])('%s', async (_, more, said) => {
    await operator().put(goodRow('globex', '222222222222'));
    const { target_region, ...row } = goodRow('acme', '111111111111', { enabled: false, ...more });
    await operator().put(target_region === undefined ? row : { ...row, target_region });
    expect(await tenant('enable', 'acme')).toEqual(refusal(said));
    expect(await operator().row('acme')).toMatchObject({ enabled: false });
  });
});

describe('remove', () => {
  test('takes a disabled tenant out; the id rests for 90 days, then it is free', async () => {
    await operator().put(goodRow('acme', '111111111111', { environment: 'dev' }));
    expect(await tenant('remove', 'acme', '--yes')).toEqual(refusal('acme is enabled; `logferry tenant disable acme` comes first'));
    await operator().json('disable', 'acme');
    expect(await tenant('remove', 'acme', '--now')).toMatchObject({ code: 64, stderr: 'logferry: nobody can be asked here; give --yes\n' });
    expect(await operator().json('remove', 'acme', '--yes', '--now')).toMatchObject({ state: 'removed', written: true });

    const row = (await operator().row('acme'))!;
    expect(Number(row['expires_at']) - Date.parse(String(row['removed_at'])) / 1000).toBeCloseTo(90 * DAY_SECONDS, -1);
    expect(row).not.toHaveProperty('environment');
    expect(await workersFault('acme')).toBe('tenant-disabled');
    for (const args of [['add'], ['enable'], ['disable'], ['set', 'late=now']] as const) {
      const [name, ...more] = args;
      expect(await tenant(name, 'acme', ...more)).toEqual(refusal('tenant acme was removed on'));
    }
    expect((await tenant('list')).stdout).toBe('No tenants.\n');
    expect(await operator().json('list', '--state', 'removed')).toMatchObject({ tenants: [{ tenant_id: 'acme', state: 'removed' }] });

    // As if the 90 days were over, and DynamoDB had not deleted the row yet.
    await operator().put({ ...row, expires_at: Math.floor(Date.now() / 1000) - 1 });
    expect(await operator().json('add', 'acme')).toMatchObject({ state: 'pending', written: true });
    expect((await operator().row('acme'))!['external_id']).not.toBe(row['external_id']);
  });

  test("a removed tenant's account is free for another, its ExternalId is not", async () => {
    await operator().put(goodRow('acme', '111111111111', { enabled: false }));
    await operator().json('remove', 'acme', '--yes', '--now');
    expect(await tenant('add', 'globex', '--external-id', 'external-acme')).toEqual(refusal('already that of tenant acme'));
    const role = 'arn:aws:iam::111111111111:role/CustomerLogDistribution';
    expect(await operator().json('add', 'globex', '--role-arn', role)).toMatchObject({ written: true });
  });
});

describe('no update is lost', () => {
  test('of changes made at once, those that were not made on what they had read are refused', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    const regions = ['us-east-1', 'us-west-2', 'eu-central-1', 'ap-south-1'];
    const ended = await Promise.all(regions.map((region) => tenant('set', 'acme', `target_region=${region}`)));
    const region = (await operator().row('acme'))!['target_region'];
    const codes = ended.map(({ code }) => code);
    expect(codes).toContain(0);
    const said = ended.filter(({ code }) => code !== 0).map(({ stderr }) => stderr);
    expect(said.filter((line) => !line.includes('has been changed by somebody else meanwhile; nothing was written'))).toEqual([]);
    expect(regions.filter((_, i) => codes[i] === 0)).toContain(region);
  });

  test('also when somebody changes the row by hand and leaves updated_at as it is', async () => {
    const { central } = operator();
    await operator().put(goodRow('acme', '111111111111', { updated_at: 'then', desired_applications: ['a', 'b'] }));
    const table = new TenantTable(central.clients.documents, central.table);
    const read = (await table.row('acme'))!;
    await central.clients.documents.send(
      new UpdateCommand({
        TableName: central.table,
        Key: { tenant_id: 'acme', type: 'cloudwatch' },
        UpdateExpression: 'SET desired_applications[1] = :c',
        ExpressionAttributeValues: { ':c': 'c' },
      }),
    );
    await expect(table.update(read, { enabled: true }, new Date())).rejects.toThrow('changed by somebody else meanwhile');
    expect(await table.update((await table.row('acme'))!, { enabled: true }, new Date())).toMatchObject({
      desired_applications: ['a', 'c'],
    });
  });

  test('a tenant that somebody added after it was looked for is not added over', async () => {
    const { central } = operator();
    const table = new TenantTable(central.clients.documents, central.table);
    await operator().put(goodRow('acme', '111111111111'));
    await expect(table.create({ tenant_id: 'acme', enabled: false }, new Date())).rejects.toThrow('added by somebody else meanwhile');
    expect(await operator().row('acme')).toMatchObject(goodRow('acme', '111111111111'));
  });

  test('a row that was deleted meanwhile is not half made anew', async () => {
    const { central } = operator();
    const table = new TenantTable(central.clients.documents, central.table);
    const gone = { tenant_id: 'acme', type: 'cloudwatch' };
    await expect(table.update(gone, { enabled: true }, new Date())).rejects.toThrow('changed by somebody else meanwhile');
    expect(await operator().row('acme')).toBeUndefined();
  });
});

test('a table of the original, keyed by the tenant alone, is kept as well', async () => {
  const { central } = operator();
  const { documents } = central.clients;
  const TableName = `${central.table}-original`;
  await documents.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'tenant_id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'tenant_id', KeyType: 'HASH' }],
    }),
  );
  await documents.send(new PutCommand({ TableName, Item: goodRow('acme', '111111111111') }));
  for (const args of [
    ['disable', 'acme'],
    ['set', 'acme', 'late=now'],
    ['enable', 'acme'],
    ['add', 'globex'],
    ['pause', '--fleet'],
  ])
    expect(await tenant(...args, '--table', TableName)).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await tenant('list', '--json', '--table', TableName);
  expect(JSON.parse(stdout)).toMatchObject({
    fleet_pause: 'the fleet is paused',
    tenants: [
      { tenant_id: 'acme', state: 'enabled', row: { late: 'now' } },
      { tenant_id: 'globex', state: 'pending' },
    ],
  });
});
