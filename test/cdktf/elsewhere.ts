/** A core and a queue that were made elsewhere, under names of their own: what `existing` of an environment may say. */
import type { CoreRefs, QueueRefs } from '../../cdktf/config.ts';

export function coreElsewhere(account: string, region: string, more: Partial<CoreRefs> = {}): CoreRefs {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  return {
    bucketName: 'their-logs',
    quarantineBucketName: 'their-quarantine',
    topicArn: arn('sns', 'their-hub'),
    alarmTopicArn: arn('sns', 'their-alarms'),
    tenantTableName: 'their-tenants',
    ledgerTableName: 'their-ledger',
    centralRoleArn: `arn:aws:iam::${account}:role/TheirCentral`,
    dataKeyArn: arn('kms', 'key/11111111-1111-4111-8111-111111111111'),
    messagesKeyArn: arn('kms', 'key/22222222-2222-4222-8222-222222222222'),
    repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/theirs`,
    ...more,
  };
}

export function queueElsewhere(account: string, region: string): QueueRefs {
  const arn = (name: string) => `arn:aws:sqs:${region}:${account}:${name}`;
  return {
    queueArn: arn('their-queue'),
    overflowQueueArn: arn('their-overflow'),
    deadLetterQueueArn: arn('their-dead-letters'),
  };
}
