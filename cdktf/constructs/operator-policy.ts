/**
 * What the operator's command needs: tenants' rows, replay and redrive, the account of a tenant, the doctor. Attached to nobody: a person or a role gets it on
 * purpose. It opens a customer's account, as the worker does, to those alone whom the environment names as `operators`; it deletes no object and no row.
 */
import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { Construct } from 'constructs';
import type { CoreRefs, QueueRefs } from '../config.ts';
import type { Names } from '../names.ts';
import { document, type Statement } from '../policies.ts';
import { assumeCentralRole, ATTENTION_INDEX } from './worker-permissions.ts';

export interface OperatorPolicyProps {
  readonly names: Names;
  readonly core: CoreRefs;
  readonly queue: QueueRefs;
}

export class OperatorPolicy extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { names, core, queue }: OperatorPolicyProps) {
    super(scope, id);
    const policy = new IamPolicy(this, 'policy', {
      name: names.of('operator'),
      description: `For operators of ${names.prefix}: tenants, verify, replay, redrive, account, doctor`,
      policy: document(
        ...tenantStatements(names, core),
        ...verifyStatements(core),
        ...replayStatements(names, core, queue),
        ...keyStatements(names, core),
        ...doctorStatements(names, core, queue),
      ),
    });
    this.arn = policy.arn;
  }
}

function tenantStatements(names: Names, core: CoreRefs): Statement[] {
  return [
    {
      Sid: 'KeepTenants',
      // One conditional write a row, so that no update is lost; a tenant that leaves is disabled.
      Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: names.tableArn(core.tenantTableName),
    },
  ];
}

/**
 * Without being named by the central role's trust policy it opens nothing. The probe role's trust policy is what IAM is asked by; whoever writes one that allows
 * gains a role that is denied everything.
 */
function verifyStatements({ centralRoleArn, probeRoleArn }: CoreRefs): Statement[] {
  const ask = { Sid: 'AskWhetherRoleExists', Action: 'iam:UpdateAssumeRolePolicy' };
  return [assumeCentralRole(centralRoleArn), ...(probeRoleArn === undefined ? [] : [{ ...ask, Resource: probeRoleArn }])];
}

/** Replay sends an object's notification anew, redrive the letter's own body; both tell the ledger, and account reads it. */
function replayStatements(names: Names, core: CoreRefs, { queueArn, deadLetterQueueArn }: QueueRefs): Statement[] {
  const ledger = names.tableArn(core.ledgerTableName);
  const bucket = names.bucketArn(core.bucketName);
  return [
    { Sid: 'SendAgain', Action: 'sqs:SendMessage', Resource: queueArn },
    {
      Sid: 'TakeDeadLetters',
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
      Resource: deadLetterQueueArn,
    },
    // Of a tenant that leaves, also what was quarantined.
    {
      Sid: 'FindObjects',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: [bucket, names.bucketArn(core.quarantineBucketName)],
    },
    // A dry run counts the lines that are past the 14 days.
    { Sid: 'ReadObjects', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: `${bucket}/*` },
    { Sid: 'TellLedger', Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], Resource: ledger },
    { Sid: 'FindParkedAndDead', Action: 'dynamodb:Query', Resource: `${ledger}/index/${ATTENTION_INDEX}` },
  ];
}

function keyStatements(names: Names, { dataKeyArn, messagesKeyArn }: CoreRefs): Statement[] {
  const via = (...services: string[]) => ({ StringEquals: { 'kms:ViaService': services.map((service) => names.viaService(service)) } });
  return [
    { Sid: 'OpenData', Action: 'kms:Decrypt', Resource: dataKeyArn, Condition: via('s3', 'dynamodb') },
    { Sid: 'OpenAndSealMessages', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: messagesKeyArn, Condition: via('sqs') },
  ];
}

/** Reads how things are set up, of these resources alone. */
function doctorStatements(names: Names, core: CoreRefs, { queueArn, overflowQueueArn, deadLetterQueueArn }: QueueRefs): Statement[] {
  return [
    {
      Sid: 'LookAtQueues',
      Action: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'],
      Resource: [queueArn, overflowQueueArn, deadLetterQueueArn],
    },
    {
      Sid: 'LookAtTables',
      Action: ['dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive', 'dynamodb:DescribeContinuousBackups'],
      Resource: [names.tableArn(core.tenantTableName), names.tableArn(core.ledgerTableName)],
    },
    {
      Sid: 'LookAtBucket',
      Action: ['s3:GetBucketNotification', 's3:GetBucketVersioning', 's3:GetLifecycleConfiguration'],
      Resource: names.bucketArn(core.bucketName),
    },
    { Sid: 'LookAtHub', Action: ['sns:GetTopicAttributes', 'sns:ListSubscriptionsByTopic'], Resource: core.topicArn },
    { Sid: 'LookAtRoles', Action: ['iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy'], Resource: names.roleArn('*') },
    {
      Sid: 'LookAtQuotas',
      Action: 'servicequotas:GetServiceQuota',
      // This action knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html
      Resource: '*',
    },
  ];
}
