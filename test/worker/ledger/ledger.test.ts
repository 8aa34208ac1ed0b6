/** Claims and leases on a real table: two workers never both believe that an object is theirs. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startLocalAws, type LocalAws } from '../../../local/aws.ts';
import { Ledger, type Claimed } from '../../../worker/ledger/ledger.ts';
import type { Lease } from '../../../worker/ledger/lease.ts';
import type { Checkpoint } from '../../../worker/account/progress.ts';
import { objectId, type LedgerKey } from '../../../worker/ledger/row.ts';

const LEASE_MS = 3_000;
const SKEW_MS = 1_000;
const TABLE = 'ledger';
const EAGER = { isHealthy: true, isRedriven: false };

let local: LocalAws;
let documents: DynamoDBDocumentClient;
let key: LedgerKey;
let objects = 0;
let leases: Lease[] = [];
let now = Date.now();

beforeAll(async () => {
  local = await startLocalAws();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: local.endpoint, region: 'us-east-1', credentials });
  documents = DynamoDBDocumentClient.from(client);
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['object', 'delivery'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'object', KeyType: 'HASH' },
        { AttributeName: 'delivery', KeyType: 'RANGE' },
      ],
    }),
  );
});
afterAll(() => local.stop());
beforeEach(() => {
  key = { object: objectId({ bucket: 'b', key: `acme/c/web/p/${objects++}.gz`, versionId: 'v1' }), delivery: 'cloudwatch' };
});
afterEach(() => {
  for (const lease of leases) lease.drop();
  leases = [];
});

const ledger = () =>
  new Ledger({ documents, table: TABLE, leaseMs: LEASE_MS, skewMs: SKEW_MS, checkpointMs: 0, keepMs: 60_000, now: () => now });
const at = (line: number): Checkpoint => ({
  offset: line * 10,
  line,
  shape: 'lines',
  accepted: line,
  filtered: 0,
  quarantined: 0,
  rejected: 0,
});
const row = async () => (await documents.send(new GetCommand({ TableName: TABLE, Key: key }))).Item;

async function taken(by: Ledger): Promise<Extract<Claimed, { action: 'take' }>> {
  const claimed = await by.claim(key, 'acme', EAGER);
  if (claimed.action !== 'take') throw new Error(`not taken: ${JSON.stringify(claimed)}`);
  leases.push(claimed.lease);
  return claimed;
}

test('of many workers that claim at once, one gets it and the others come back when its lease may have ended', async () => {
  const claims = await Promise.all(Array.from({ length: 8 }, async () => await ledger().claim(key, 'acme', EAGER)));
  const took = claims.filter((one) => one.action === 'take');
  leases.push(...took.map(({ lease }) => lease));
  expect(took).toHaveLength(1);
  for (const other of claims.filter((one) => one.action !== 'take'))
    expect(other).toEqual({ action: 'return', because: 'leased', delayMs: LEASE_MS + SKEW_MS });
});

test('who takes over goes on at the checkpoint, and the one before writes nothing more', async () => {
  const first = await taken(ledger());
  first.lease.advance(at(7));
  await vi.waitFor(async () => expect((await row())?.['checkpoint']).toEqual(at(7)));
  now += LEASE_MS + SKEW_MS;
  const second = await taken(ledger());
  expect(second.row).toMatchObject({ generation: 2, checkpoint: at(7), attempts: 1 });
  await expect(first.lease.settle(at(9))).rejects.toMatchObject({ code: 'lease-lost' });
  expect(first.lease.lost.aborted).toBe(true);
  await second.lease.settle(at(12));
  expect(await row()).toMatchObject({ state: 'delivered', generation: 2, checkpoint: at(12) });
  expect(await ledger().claim(key, 'acme', EAGER)).toEqual({ action: 'acknowledge', because: 'delivered' });
});

test('a lease given back can be taken at once, and only attempts without progress are counted', async () => {
  await (await taken(ledger())).lease.release(false);
  const second = await taken(ledger());
  expect(second.row.attempts).toBe(1);
  await second.lease.release(true);
  const third = await taken(ledger());
  expect(third.row.attempts).toBe(2);
  third.lease.advance(at(3));
  await third.lease.release(true);
  const fourth = await taken(ledger());
  expect(fourth.row).toMatchObject({ attempts: 1, checkpoint: at(3) });
});

test('covers a call only as long as nobody else may begin before its end', async () => {
  const { lease } = await taken(ledger());
  expect(lease.covers(LEASE_MS - SKEW_MS - 1)).toBe(true);
  expect(lease.covers(LEASE_MS - SKEW_MS)).toBe(false);
  now += LEASE_MS;
  expect(lease.covers(0)).toBe(false);
});

test('a row of a newer version is left as it is', async () => {
  const planted = { ...key, v: 2, state: 'resting', of: 'the future' };
  await documents.send(new PutCommand({ TableName: TABLE, Item: planted }));
  expect(await ledger().claim(key, 'acme', EAGER)).toMatchObject({ action: 'return', because: 'newer' });
  expect(await row()).toEqual(planted);
});

test('a table that is not there is our own fault', async () => {
  const elsewhere = new Ledger({ documents, table: 'none', leaseMs: LEASE_MS, skewMs: SKEW_MS, checkpointMs: 0, keepMs: 1, now: Date.now });
  await expect(elsewhere.claim(key, 'acme', EAGER)).rejects.toMatchObject({ code: 'central-denied' });
});
