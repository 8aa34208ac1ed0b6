/** Rows that others have written: in a table of the original system, keyed by `tenant_id` alone, and with fields that are not ours. */
import { CreateTableCommand, DynamoDBClient, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { withOperator, type Ended } from './operator.ts';

const operator = withOperator();

/** @returns `logferry tenant` on a table of the original system with these rows. */
async function original(...items: Record<string, AttributeValue>[]): Promise<(...args: string[]) => Promise<Ended>> {
  const { cloud, table } = operator().central;
  const TableName = `${table}-original`;
  const client = new DynamoDBClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.keys });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'tenant_id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'tenant_id', AttributeType: 'S' }],
    }),
  );
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
  client.destroy();
  return (...args) => operator().run(['tenant', ...args], { environment: { TENANT_CONFIG_TABLE: TableName } });
}

const OLD = {
  tenant_id: { S: 'old' },
  log_distribution_role_arn: { S: 'arn:aws:iam::222222222222:role/Cust' },
  target_region: { S: 'us-east-1' },
  desired_logs: { SS: ['a', 'b'] },
};

it('a number too long for JavaScript hides no tenant, and stays what it was', async () => {
  const tenant = await original(
    { ...OLD, big: { N: '12345678901234567890' }, long: { N: '12345678901234567.5' } },
    { tenant_id: { S: 'other' }, fine: { N: '0.12345678901234567891' } },
  );
  const { code, stdout } = await tenant('list');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/ old +enabled[^]* other|other[^]* old +enabled/) as string });
  expect(await tenant('set', 'old', 'late=now')).toMatchObject({ code: 0, stderr: '' });
  expect(await tenant('pause', 'old')).toMatchObject({ code: 0, stderr: '' });
  const { stdout: shown } = await tenant('show', 'old', '--json');
  expect(JSON.parse(shown)).toMatchObject({
    rows: [{ state: 'paused', row: { big: '12345678901234567890', long: '12345678901234567.5', desired_logs: ['a', 'b'], late: 'now' } }],
  });
});

it('what was exported changes nothing when it is imported', async () => {
  const tenant = await original({
    ...OLD,
    long: { N: '12345678901234567.5' },
    blob: { B: Buffer.from('x') },
    map: { M: { a: { N: '1' } } },
  });
  const { stdout: input } = await tenant('export');
  const environment = { TENANT_CONFIG_TABLE: `${operator().central.table}-original` };
  expect(await operator().run(['tenant', 'import', '-', '--yes'], { input, environment })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to change.') as string,
  });
});

it('a row of another type leaves no room there, which is told', async () => {
  const tenant = await original({ tenant_id: { S: 'acme' }, type: { S: 's3' } });
  const { code, stderr } = await tenant('add', 'acme');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('tenant acme has a row of type s3, and this table') as string,
  });
});
