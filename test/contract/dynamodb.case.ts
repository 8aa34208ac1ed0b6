/** Tables as the tenant directory and the ledger use them: reads by key, conditional writes, a query on the hash key, time to live. */
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientConfig, describeOn, type Target, uniqueName } from './target.ts';

export function dynamoDbContract(aws: () => Target): void {
  describeOn(aws, 'dynamodb', ['tables'], () => {
    const TableName = uniqueName('tenants');
    let client: DynamoDBClient;
    let table: DynamoDBDocumentClient;

    beforeAll(async () => {
      client = new DynamoDBClient(clientConfig(aws()));
      table = DynamoDBDocumentClient.from(client);
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'tenant_id', AttributeType: 'S' },
            { AttributeName: 'type', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'tenant_id', KeyType: 'HASH' },
            { AttributeName: 'type', KeyType: 'RANGE' },
          ],
        }),
      );
      await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
    }, 60_000);
    afterAll(() => client.destroy());

    const put = (Item: Record<string, unknown>, more: object = {}): Promise<unknown> =>
      table.send(new PutCommand({ TableName, Item, ...more }));
    const get = async (tenant_id: string, type: string): Promise<Record<string, unknown> | undefined> =>
      (await table.send(new GetCommand({ TableName, Key: { tenant_id, type }, ConsistentRead: true }))).Item;

    it('gives back what was put, numbers, lists and maps too', async () => {
      const row = { tenant_id: 'a', type: 'cloudwatch', enabled: true, retention_days: 30, apps: ['x', 'y'], more: { deep: { n: 1.5 } } };
      await put(row);
      expect(await get('a', 'cloudwatch')).toEqual(row);
      expect(await get('a', 'missing')).toBeUndefined();
    });

    it('finds all rows of a tenant, in the order of the sort key', async () => {
      for (const type of ['s3', 'cloudwatch', 'firehose']) await put({ tenant_id: 'b', type });
      await put({ tenant_id: 'bb', type: 'cloudwatch' });
      const { Items } = await table.send(
        new QueryCommand({ TableName, KeyConditionExpression: 'tenant_id = :t', ExpressionAttributeValues: { ':t': 'b' } }),
      );
      expect(Items?.map((row) => row['type'] as string)).toEqual(['cloudwatch', 'firehose', 's3']);
    });

    it('puts only where the condition holds, and changes nothing else', async () => {
      const first = { ConditionExpression: 'attribute_not_exists(tenant_id)' };
      await put({ tenant_id: 'c', type: 'claim', owner: 'one' }, first);
      const failed = { name: 'ConditionalCheckFailedException', $metadata: { httpStatusCode: 400 } };
      await expect(put({ tenant_id: 'c', type: 'claim', owner: 'two' }, first)).rejects.toMatchObject(failed);
      expect(await get('c', 'claim')).toMatchObject({ owner: 'one' });
    });

    const take = (owner: string): Promise<unknown> =>
      table.send(
        new UpdateCommand({
          TableName,
          Key: { tenant_id: 'd', type: 'lease' },
          UpdateExpression: 'SET #o = :owner ADD generation :one',
          ConditionExpression: 'generation = :known',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':owner': owner, ':one': 1, ':known': 1 },
        }),
      );

    it('updates under a condition, counting up', async () => {
      await put({ tenant_id: 'd', type: 'lease', generation: 1, owner: 'one' });
      const taken = await Promise.allSettled([take('two'), take('three')]);
      expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await get('d', 'lease')).toMatchObject({ generation: 2 });
    });

    it('reads many rows at once and deletes one', async () => {
      for (const type of ['1', '2']) await put({ tenant_id: 'e', type });
      await table.send(new DeleteCommand({ TableName, Key: { tenant_id: 'e', type: '1' } }));
      const Keys = ['1', '2'].map((type) => ({ tenant_id: { S: 'e' }, type: { S: type } }));
      const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
      expect(Responses?.[TableName]?.map(({ type }) => type?.S)).toEqual(['2']);
    });

    it('says that a table does not exist', async () => {
      const missing = table.send(new GetCommand({ TableName: `${TableName}-not`, Key: { tenant_id: 'a', type: 'b' } }));
      await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    it('remembers the attribute of time to live', async () => {
      const TimeToLiveSpecification = { AttributeName: 'expires_at', Enabled: true };
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription).toEqual({
        AttributeName: 'expires_at',
        TimeToLiveStatus: expect.stringMatching(/^ENABL(?:ED|ING)$/) as string,
      });
    });
  });
}
