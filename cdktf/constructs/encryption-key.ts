/**
 * A key of our own, turned every year, with a name. Its policy leaves the account's own IAM to decide for roles, and lets in the services that are named to it,
 * each only for our own resources; it never lets in another account.
 */
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias/index.js';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import { document, type Statement } from '../policies.ts';

/** Days in which the deletion of a key, and with it of everything that it seals, can be taken back: the longest that KMS allows. */
const DELETION_WINDOW = 30;

export interface EncryptionKeyProps {
  readonly names: Names;
  /** In the alias. */
  readonly part: string;
  readonly description: string;
  /** Refused to be deleted by a plan: with it goes whatever it seals. */
  readonly kept: boolean;
  /** For services that use the key in their own name. What a role does through a service is the role's own policy's matter. */
  readonly services?: readonly Statement[];
}

export class EncryptionKey extends Construct {
  readonly arn: string;
  /** For what must be gone before the key is, and names it nowhere itself. */
  readonly key: ITerraformDependable;

  constructor(scope: Construct, id: string, { names, part, description, kept, services = [] }: EncryptionKeyProps) {
    super(scope, id);
    const key = new KmsKey(this, 'key', {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: DELETION_WINDOW,
      policy: document(accountDecides(names), ...services),
      lifecycle: { preventDestroy: kept },
    });
    new KmsAlias(this, 'alias', { name: `alias/${names.of(part)}`, targetKeyId: key.keyId });
    this.arn = key.arn;
    this.key = key;
  }
}

/** Without it no IAM policy counts for the key, and nobody could ever change it again: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
function accountDecides(names: Names): Statement {
  return { Sid: 'AccountDecides', Principal: { AWS: names.globalArn('iam', 'root') }, Action: 'kms:*', Resource: '*' };
}

/** Who publishes or sends seals, and opens the data key again to check it: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
const SEAL = ['kms:GenerateDataKey*', 'kms:Decrypt'];

/**
 * Lets services publish to one encrypted topic, and use the key for nothing else: SNS opens the key in the publisher's name, with the topic in the encryption
 * context. Whose buckets and alarms may publish is what the topic's own policy says.
 */
export function sealTopic(sid: string, topicArn: string, ...services: readonly string[]): Statement {
  return {
    Sid: sid,
    Principal: { Service: services },
    Action: SEAL,
    Resource: '*',
    Condition: { StringEquals: { 'kms:EncryptionContext:aws:sns:topicArn': topicArn } },
  };
}

/** Lets SNS put what a topic of ours says into an encrypted queue: https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html */
export function sealQueues(names: Names, topicArn: string): Statement {
  return {
    Sid: 'SnsToQueues',
    Principal: { Service: names.servicePrincipal('sns') },
    Action: SEAL,
    Resource: '*',
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  };
}

/** Lets CloudWatch Logs seal this environment's own groups: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
export function sealLogGroups(names: Names): Statement {
  return {
    Sid: 'OwnLogGroups',
    // The principal of Logs carries the region, as its name does for kms:ViaService.
    Principal: { Service: names.viaService('logs') },
    Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    Resource: '*',
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': names.arn('logs', `log-group:${names.logGroup('*')}`) } },
  };
}
