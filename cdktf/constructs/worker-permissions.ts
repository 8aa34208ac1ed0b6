/**
 * What a processor of messages may do, whether it runs as the service or as the function: what worker/ calls today, and what the ledger, the overflow queue and
 * the quarantine will call. It never allows deleting an object or a row, nor writing a tenant's row.
 */
import type { CoreRefs, QueueRefs } from '../config.ts';
import type { Names } from '../names.ts';
import type { Statement } from '../policies.ts';

/** The session tags of hop 1, as worker/locate/assume-role.ts passes them; customers' roles trust by them. */
export const SESSION_TAGS = ['tenant_id', 'cluster_id', 'environment'] as const;
/** The ledger's sparse index of what is parked or dead. */
export const ATTENTION_INDEX = 'attention';

/** For the task's role and the function's role alike. What only one of them needs (task protection, its own log) is added there. */
export function workerStatements(names: Names, core: CoreRefs, queue: QueueRefs): Statement[] {
  return [
    ...queueStatements(queue),
    ...bucketStatements(names, core),
    ...tableStatements(names, core),
    ...keyStatements(names, core),
    assumeCentralRole(core.centralRoleArn),
  ];
}

function queueStatements({ queueArn, overflowQueueArn, deadLetterQueueArn }: QueueRefs): Statement[] {
  return [
    {
      Sid: 'TakeAndReturnMessages',
      // The calls for ten messages at once are allowed by the same names. Sent to it are parked objects, and a tenant's surplus.
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
      Resource: [queueArn, overflowQueueArn],
    },
    {
      Sid: 'BuryDeadLetters',
      Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
      Resource: deadLetterQueueArn,
    },
  ];
}

function bucketStatements(names: Names, core: CoreRefs): Statement[] {
  const bucket = names.bucketArn(core.bucketName);
  return [
    { Sid: 'ReadObjects', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: `${bucket}/*` },
    // Without it S3 answers 403 for an object that is not there, as for one that is forbidden.
    { Sid: 'TellMissingFromForbidden', Action: 's3:ListBucket', Resource: bucket },
    { Sid: 'Quarantine', Action: 's3:PutObject', Resource: `${names.bucketArn(core.quarantineBucketName)}/*` },
  ];
}

function tableStatements(names: Names, core: CoreRefs): Statement[] {
  const ledger = names.tableArn(core.ledgerTableName);
  return [
    { Sid: 'ReadTenants', Action: 'dynamodb:Query', Resource: names.tableArn(core.tenantTableName) },
    {
      Sid: 'KeepLedger',
      // No DeleteItem: rows end by their time to live, and what was delivered must not be forgotten before.
      Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: ledger,
    },
    { Sid: 'FindParkedAndDead', Action: 'dynamodb:Query', Resource: `${ledger}/index/${ATTENTION_INDEX}` },
  ];
}

/**
 * The keys serve through their services only, never by a call to KMS itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
function keyStatements(names: Names, { dataKeyArn, messagesKeyArn }: CoreRefs): Statement[] {
  const via = (...services: string[]) => ({ StringEquals: { 'kms:ViaService': services.map((service) => names.viaService(service)) } });
  return [
    // DynamoDB opens its table's key in the caller's name for writes too: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    { Sid: 'OpenData', Action: 'kms:Decrypt', Resource: dataKeyArn, Condition: via('s3', 'dynamodb') },
    { Sid: 'SealQuarantine', Action: 'kms:GenerateDataKey', Resource: dataKeyArn, Condition: via('s3') },
    // Who sends needs both: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    { Sid: 'OpenAndSealMessages', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: messagesKeyArn, Condition: via('sqs') },
  ];
}

/** Only with all three tags and no other: a session without them could pass for any tenant where a customer's role forgot to ask. */
export function assumeCentralRole(centralRoleArn: string): Statement {
  return {
    Sid: 'AssumeCentralRole',
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Resource: centralRoleArn,
    Condition: {
      Null: Object.fromEntries(SESSION_TAGS.map((tag) => [`aws:RequestTag/${tag}`, 'false'])),
      'ForAllValues:StringEquals': { 'aws:TagKeys': SESSION_TAGS },
    },
  };
}
