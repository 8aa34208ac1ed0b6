/**
 * The central side on an emulator: buckets, topic, queues, tenant table and role, wired as `cdktf deploy` wires them on AWS. For the demo and the tests;
 * it never touches an account that it was not given keys for.
 */
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists, type GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where, and with whose keys. */
export interface Cloud {
  readonly endpoint: string;
  readonly region: string;
  readonly keys: Keys;
}

export interface CentralOptions {
  /** All names begin with it; what is made under one prefix is apart from what is made under another. */
  readonly prefix: string;
  /** Receives before SQS itself moves a message to the dead-letter queue. Default: 1,000, the most there is. */
  readonly maxReceiveCount?: number;
  /** `envelope`: SNS wraps S3's event, as subscriptions do unless told; `raw`: it does not; `none`: the bucket tells nobody. */
  readonly delivery?: 'envelope' | 'raw' | 'none';
  /** Principals that may assume the central role; the account of `keys` by default. */
  readonly workers?: readonly string[];
}

export interface Central {
  readonly cloud: Cloud;
  readonly account: string;
  readonly bucket: string;
  readonly quarantineBucket: string;
  readonly topicArn: string;
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
  readonly table: string;
  readonly ledgerTable: string;
  readonly roleArn: string;
  /** Of the role that lets nobody in, of which `logferry tenant verify` asks whether a customer's role exists. */
  readonly probeRoleArn: string;
  readonly clients: { readonly s3: S3Client; readonly sqs: SQSClient; readonly sns: SNSClient; readonly documents: DynamoDBDocumentClient };
  /** What a worker needs in its environment, credentials apart. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The name that every customer's role bears; the central role may assume no other. */
export const CUSTOMER_ROLE_NAME = 'CustomerLogDistribution';

export async function makeCentral(cloud: Cloud, options: CentralOptions): Promise<Central> {
  const { prefix, maxReceiveCount = 1000 } = options;
  const { endpoint, region, keys: credentials } = cloud;
  const config = { endpoint, region, credentials };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const [sqs, sns, dynamodb] = [
    new SQSClient({ ...config, useQueueUrlAsEndpoint: false }),
    new SNSClient(config),
    new DynamoDBClient(config),
  ];
  const dead = await makeQueue(sqs, `${prefix}-dead`, {});
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
  const queue = await makeQueue(sqs, `${prefix}-notifications`, { RedrivePolicy, VisibilityTimeout: '120' });
  const account = queue.arn.split(':')[4] ?? '';
  const [topicArn, table, ledgerTable, roles] = await Promise.all([
    makeHub({ s3, sns, sqs }, queue, options),
    makeTable(dynamodb, `${prefix}-tenants`, ['tenant_id', 'type']),
    makeTable(dynamodb, `${prefix}-ledger`, ['object', 'delivery'], ATTENTION),
    makeRoles(cloud, account, options),
  ]);
  const [bucket, quarantineBucket] = [`${prefix}-central`, `${prefix}-quarantine`];
  await s3.send(new CreateBucketCommand({ Bucket: quarantineBucket }));
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    SQS_QUEUE_URL: queue.url,
    S3_BUCKET_NAME: bucket,
    QUARANTINE_BUCKET: quarantineBucket,
    TENANT_CONFIG_TABLE: table,
    LEDGER_TABLE: ledgerTable,
    CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: roles.roleArn,
  };
  const clients = { s3, sqs, sns, documents: DynamoDBDocumentClient.from(dynamodb) };
  return {
    cloud,
    account,
    bucket,
    quarantineBucket,
    topicArn,
    queueUrl: queue.url,
    deadLetterUrl: dead.url,
    table,
    ledgerTable,
    ...roles,
    clients,
    environment,
  };
}

/** Ends its clients' sockets. */
export function closeCentral({ clients }: Central): void {
  for (const client of Object.values(clients)) client.destroy();
}

async function makeQueue(sqs: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<{ url: string; arn: string }> {
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const { Attributes: made } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  return { url, arn: made?.QueueArn ?? '' };
}

/** The bucket tells the topic, the topic tells the queue; as on AWS, each lets in just the one before it. */
async function makeHub(
  { s3, sns, sqs }: Pick<Central['clients'], 's3' | 'sns' | 'sqs'>,
  queue: { url: string; arn: string },
  { prefix, delivery = 'envelope' }: CentralOptions,
): Promise<string> {
  const Bucket = `${prefix}-central`;
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `${prefix}-hub` }));
  const publish = letIn('s3', 'sns:Publish', TopicArn, `arn:aws:s3:::${Bucket}`);
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue: publish }));
  const send = letIn('sns', 'sqs:SendMessage', queue.arn, TopicArn);
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy: send } }));
  const Attributes = { RawMessageDelivery: String(delivery === 'raw') };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn, Attributes }));
  await s3.send(new CreateBucketCommand({ Bucket }));
  if (delivery === 'none') return TopicArn;
  const NotificationConfiguration = { TopicConfigurations: [{ TopicArn, Events: ['s3:ObjectCreated:*' as const] }] };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  return TopicArn;
}

/** The policy of a receiver that takes from one source. */
function letIn(service: string, Action: string, Resource: string, source: string): string {
  const Condition = { ArnEquals: { 'aws:SourceArn': source } };
  return policy({ Principal: { Service: `${service}.amazonaws.com` }, Action, Resource, Condition });
}

/** The ledger's sparse index of what is parked or dead. */
const ATTENTION: GlobalSecondaryIndex = {
  IndexName: 'attention',
  KeySchema: [
    { AttributeName: 'attention_shard', KeyType: 'HASH' },
    { AttributeName: 'attention_at', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'ALL' },
};
const NUMBERS = new Set(['attention_at']);

async function makeTable(
  client: DynamoDBClient,
  TableName: string,
  [hash, range]: readonly [string, string],
  index?: GlobalSecondaryIndex,
): Promise<string> {
  const KeySchema = [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const names = [...KeySchema, ...(index?.KeySchema ?? [])].map(({ AttributeName = '' }) => AttributeName);
  const AttributeDefinitions = names.map((AttributeName) => ({
    AttributeName,
    AttributeType: NUMBERS.has(AttributeName) ? ('N' as const) : ('S' as const),
  }));
  const GlobalSecondaryIndexes = index && [index];
  await client.send(
    new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions, KeySchema, GlobalSecondaryIndexes }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 1 }, { TableName });
  return TableName;
}

async function makeRoles(cloud: Cloud, account: string, options: CentralOptions): Promise<Pick<Central, 'roleArn' | 'probeRoleArn'>> {
  const iam = new IAMClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.keys });
  const roleArn = await makeCentralRole(iam, account, options);
  const nobody = policy({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
  const probe = { RoleName: `${options.prefix}-probe`, AssumeRolePolicyDocument: nobody };
  const { Role } = await iam.send(new CreateRoleCommand(probe));
  iam.destroy();
  return { roleArn, probeRoleArn: Role?.Arn ?? '' };
}

async function makeCentralRole(iam: IAMClient, account: string, { prefix, workers }: CentralOptions): Promise<string> {
  const RoleName = `${prefix}-central`;
  const actions = ['sts:AssumeRole', 'sts:TagSession'];
  const AssumeRolePolicyDocument = policy({ Principal: { AWS: workers ?? [`arn:aws:iam::${account}:root`] }, Action: actions });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = policy({ Action: actions, Resource: `arn:aws:iam::*:role/${CUSTOMER_ROLE_NAME}*` });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'assume-customers', PolicyDocument }));
  return Role?.Arn ?? '';
}

/** A document of one statement, which allows unless it says otherwise. */
export function policy(statement: Record<string, unknown>): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}
