/** What an apply has made, read back from the emulator as AWS would tell it, never from the code that asked for it. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetBucketEncryptionCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Central } from '../../local/provision/central.ts';
import { askJson, askRest } from './emulator/ask.ts';
import type { KeysInUse } from './key-use.ts';

/** The container of the one service, as ECS would start it. */
export interface AppliedWorker {
  readonly cluster: string;
  readonly taskRoleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  /** By which ECS tells whether the container is well: `CMD`, then a command and its arguments. */
  readonly healthCommand: readonly string[];
}

interface TaskDefinition {
  readonly taskRoleArn: string;
  readonly containerDefinitions: readonly {
    readonly environment?: readonly { readonly name: string; readonly value: string }[];
    readonly secrets?: readonly unknown[];
    readonly healthCheck?: { readonly command: readonly string[] };
  }[];
}

/** @throws Error unless there is just one service, of one container, which needs no secret. */
export async function readWorker(endpoint: string): Promise<AppliedWorker> {
  const { clusterArns } = await askJson<{ clusterArns: string[] }>(endpoint, 'ecs', 'ListClusters');
  const cluster = only(clusterArns, 'cluster');
  const { serviceArns } = await askJson<{ serviceArns: string[] }>(endpoint, 'ecs', 'ListServices', { cluster });
  const { services } = await askJson<{ services: { taskDefinition: string }[] }>(endpoint, 'ecs', 'DescribeServices', {
    cluster,
    services: [only(serviceArns, 'service')],
  });
  const { taskDefinition } = await askJson<{ taskDefinition: TaskDefinition }>(endpoint, 'ecs', 'DescribeTaskDefinition', {
    taskDefinition: only(services, 'service').taskDefinition,
  });
  const { environment = [], secrets = [], healthCheck } = only(taskDefinition.containerDefinitions, 'container');
  if (secrets.length > 0) throw new Error('the task definition asks for secrets, which the run does not give');
  return {
    cluster: cluster.slice(cluster.lastIndexOf('/') + 1),
    taskRoleArn: taskDefinition.taskRoleArn,
    environment: Object.fromEntries(environment.map(({ name, value }) => [name, value])),
    healthCommand: healthCheck?.command ?? [],
  };
}

/** What the one schedule sends, to whom, and by which role. */
export interface AppliedSchedule {
  readonly queueArn: string;
  readonly roleArn: string;
  readonly message: string;
}

/** @throws Error unless there is just one schedule. */
export async function readSchedule(endpoint: string): Promise<AppliedSchedule> {
  const { Schedules } = await askRest<{ Schedules: { Name: string; GroupName: string }[] }>(endpoint, 'scheduler', '/schedules');
  const { Name, GroupName } = only(Schedules, 'schedule');
  const { Target } = await askRest<{ Target: { Arn: string; RoleArn: string; Input: string } }>(
    endpoint,
    'scheduler',
    `/schedules/${Name}?groupName=${GroupName}`,
  );
  return { queueArn: Target.Arn, roleArn: Target.RoleArn, message: Target.Input };
}

/** @returns which key encrypts the bucket, the queues and the tables that a run can meet. */
export async function readKeys({ cloud, clients, bucket, table, queueUrl, deadLetterUrl }: Central): Promise<KeysInUse> {
  const keys = new Map<string, string | undefined>();
  const { ServerSideEncryptionConfiguration } = await clients.s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
  const rule = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  keys.set(`arn:aws:s3:::${bucket}`, rule?.KMSMasterKeyID);
  for (const QueueUrl of [queueUrl, deadLetterUrl]) {
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'KmsMasterKeyId'] }),
    );
    keys.set(Attributes?.QueueArn ?? '', Attributes?.KmsMasterKeyId);
  }
  const dynamodb = new DynamoDBClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.keys });
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  dynamodb.destroy();
  keys.set(Table?.TableArn ?? '', Table?.SSEDescription?.KMSMasterKeyArn);
  const missing = [...keys].filter(([, key]) => !key?.startsWith('arn:aws:kms:')).map(([arn]) => arn);
  if (missing.length > 0) throw new Error(`not encrypted by a key of ours: ${missing.join(', ')}`);
  return keys as KeysInUse;
}

function only<T>(all: readonly T[] | undefined, what: string): T {
  const [one] = all ?? [];
  if (one === undefined || all?.length !== 1) throw new Error(`expected one ${what}, found ${all?.length ?? 0}`);
  return one;
}
