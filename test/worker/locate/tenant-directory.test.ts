/** The tenant directory on a real table (dynalite), with faults from the proxy in front of it and a clock of its own. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LogferryError } from '../../../worker/errors.ts';
import { TenantDirectory, type DirectoryOptions } from '../../../worker/locate/tenant-directory.ts';
import type { TenantRow } from '../../../worker/locate/tenant-row.ts';
import { keysOf, recorded, REGION, startCentralSide, type CentralSide } from './central-side.ts';

const ROW = {
  type: 'cloudwatch',
  log_distribution_role_arn: 'arn:aws:iam::111111111111:role/r',
  external_id: 'e-1',
  target_region: 'eu-west-1',
};

let side: CentralSide;
beforeAll(async () => {
  side = await startCentralSide();
});
afterAll(() => side.stop());

let now = 0;
beforeEach(() => {
  side.faults.rules.clear();
  now = 1_000_000;
});

let tenants = 0;
/** A tenant that no other test has asked for, with such rows. */
async function tenantWith(...rows: Record<string, unknown>[]): Promise<string> {
  const tenant_id = `tenant-${tenants++}`;
  for (const row of rows) await put({ tenant_id, ...row });
  return tenant_id;
}

async function put(Item: Record<string, unknown>): Promise<void> {
  await side.central.clients.documents.send(new PutCommand({ TableName: side.central.table, Item }));
}

function directoryWith(over: Partial<DirectoryOptions> = {}) {
  const { observer, facts } = recorded('tenant:lookup');
  const options = {
    documents: side.clients.documents,
    table: side.central.table,
    observer,
    cacheMs: 60_000,
    staleMs: 900_000,
    now: () => now,
  };
  return { directory: new TenantDirectory({ ...options, ...over }), outcomes: () => facts.map(({ outcome }) => outcome) };
}

const queries = () => side.faults.requests()['dynamodb:Query'] ?? 0;
const regions = (rows: readonly TenantRow[]) => rows.map((row) => (row.kind === 'cloudwatch' ? row.row.target_region : row.kind));
const codeOf = async (work: Promise<unknown>) => await work.then(String, (error: LogferryError) => error.code);

test('callers at the same time share one read, and later ones need none for a minute', async () => {
  const tenant = await tenantWith(ROW);
  const { directory, outcomes } = directoryWith();
  const before = queries();
  const answers = await Promise.all(Array.from({ length: 50 }, () => directory.rows(tenant)));
  expect(new Set(answers.flatMap(regions))).toEqual(new Set(['eu-west-1']));
  now += 59_000;
  await directory.rows(tenant);
  expect(queries() - before).toBe(1);
  expect(outcomes().toSorted()).toEqual([...Array.from({ length: 50 }, () => 'hit'), 'miss']);
});

test('a changed row acts after a minute', async () => {
  const tenant = await tenantWith(ROW);
  const { directory } = directoryWith();
  await directory.rows(tenant);
  await put({ tenant_id: tenant, ...ROW, target_region: 'ap-south-1' });
  expect(regions(await directory.rows(tenant))).toEqual(['eu-west-1']);
  now += 60_001;
  expect(regions(await directory.rows(tenant))).toEqual(['ap-south-1']);
});

test('a tenant without rows is remembered as such, and found once it is onboarded', async () => {
  const { directory } = directoryWith();
  const before = queries();
  expect(await directory.rows('nobody')).toEqual([]);
  expect(await directory.rows('nobody')).toEqual([]);
  expect(queries() - before).toBe(1);
  await put({ tenant_id: 'nobody', ...ROW });
  now += 60_001;
  expect(await directory.rows('nobody')).toHaveLength(1);
});

test('with a cache of 0 s every look-up reads', async () => {
  const tenant = await tenantWith(ROW);
  const { directory } = directoryWith({ cacheMs: 0 });
  const before = queries();
  for (let i = 0; i < 3; i++) {
    await directory.rows(tenant);
    now += 2;
  }
  expect(queries() - before).toBe(3);
});

test('all rows of a tenant are read, however many pages they fill', async () => {
  const filler = 'x'.repeat(380_000);
  const tenant = await tenantWith(...['cloudwatch', 's3', 't3', 't4', 't5'].map((type) => ({ ...ROW, type, filler })));
  const before = queries();
  expect(regions(await directoryWith().directory.rows(tenant))).toEqual(['eu-west-1', ...Array.from({ length: 4 }, () => 'unknown-type')]);
  expect(queries() - before).toBeGreaterThan(1);
});

test("a table of the original's, keyed by tenant_id alone, serves too", async () => {
  const client = new DynamoDBClient({ endpoint: side.aws.endpoint, region: REGION, credentials: keysOf('000000000000') });
  await client.send(
    new CreateTableCommand({
      TableName: 'original',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'tenant_id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'tenant_id', KeyType: 'HASH' }],
    }),
  );
  client.destroy();
  const { documents } = side.central.clients;
  const { type: _, ...row } = ROW;
  await documents.send(new PutCommand({ TableName: 'original', Item: { tenant_id: 'acme', ...row } }));
  await documents.send(new PutCommand({ TableName: 'original', Item: { tenant_id: '*', paused: true } }));
  const { directory } = directoryWith({ table: 'original' });
  expect(regions(await directory.rows('acme'))).toEqual(['eu-west-1']);
  expect(await directory.pause()).toBe('the fleet is paused');
});

test('the switch for all is looked up like any row', async () => {
  const { directory } = directoryWith();
  const before = queries();
  expect(await directory.pause()).toBeUndefined();
  expect(await directory.pause()).toBeUndefined();
  expect(queries() - before).toBe(1);
  await put({ tenant_id: '*', type: 'fleet', paused: true });
  now += 60_001;
  expect(await directory.pause()).toBe('the fleet is paused');
});

describe('while the table does not answer', () => {
  test('older rows serve for a quarter of an hour and no longer, and new ones as soon as it is back', async () => {
    const tenant = await tenantWith(ROW);
    const { directory, outcomes } = directoryWith();
    await directory.rows(tenant);
    side.faults.rules.add({ service: 'dynamodb', effect: 'error' });
    for (const age of [61_000, 500_000, 899_000]) {
      now = 1_000_000 + age;
      expect(regions(await directory.rows(tenant))).toEqual(['eu-west-1']);
    }
    const before = queries();
    await directory.rows(tenant);
    expect(queries() - before, 'no read for each look-up').toBe(0);
    now = 1_000_000 + 900_001;
    expect(await codeOf(directory.rows(tenant))).toBe('dependency-down');
    expect(outcomes()).toEqual(['miss', 'stale', 'stale', 'stale', 'stale', 'error']);
    side.faults.rules.clear();
    expect(await directory.rows(tenant)).toHaveLength(1);
  });

  test.each([
    ['it fails', 'error', 'dependency-down'],
    ['it throttles', 'throttle', 'dependency-down'],
    ['the connection breaks', 'reset', 'dependency-down'],
    ['it denies us', { kind: 'refuse', code: 'AccessDeniedException', status: 400, message: 'User is not authorized' }, 'central-denied'],
    ['our token has ended', { kind: 'refuse', code: 'ExpiredTokenException', status: 400, message: 'expired' }, 'central-denied'],
  ] as const)('%s', async (_, effect, code) => {
    const { directory, outcomes } = directoryWith();
    side.faults.rules.add({ service: 'dynamodb', effect });
    expect(await codeOf(directory.rows('acme'))).toBe(code);
    expect(outcomes()).toEqual(['error']);
    side.faults.rules.clear();
    expect(await codeOf(directory.rows('acme')), 'a failure is not remembered').toBe('');
  });

  test('it is not there: our own setting is wrong, and is named', async () => {
    const { directory } = directoryWith({ table: 'no-such-table' });
    await expect(directory.rows('acme')).rejects.toMatchObject({
      code: 'central-denied',
      message: expect.stringContaining('TENANT_CONFIG_TABLE'),
    });
  });
});

test('a row without external_id is warned of once', async () => {
  const { external_id: _, ...bare } = ROW;
  const tenant = await tenantWith(bare);
  const { observer, facts } = recorded('tenant:warn');
  const { directory } = directoryWith({ observer });
  for (let i = 0; i < 3; i++) {
    expect(await directory.rows(tenant)).toHaveLength(1);
    now += 60_001;
  }
  expect(facts).toEqual([{ tenant, advice: expect.stringContaining('external_id') }]);
});

test('no more tenants are remembered than allowed', async () => {
  const { directory } = directoryWith({ max: 2 });
  const before = queries();
  for (const tenant of ['a', 'b', 'c', 'a']) await directory.rows(tenant);
  expect(queries() - before).toBe(4);
});
