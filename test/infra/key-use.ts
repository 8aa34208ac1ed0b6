/**
 * What a call to an encrypted resource asks of its key, in the caller's name (pure). No emulator asks for it, and on AWS a role that lacks it is the usual way
 * in which a deployment does not run.
 */
import type { Permission } from './permissions.ts';

/** ARN of a bucket, queue or table -> ARN of the key that encrypts it. */
export type KeysInUse = ReadonlyMap<string, string>;

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  's3:GetObject': ['kms:Decrypt'],
  's3:GetObjectVersion': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'sqs:SendMessage': ['kms:GenerateDataKey', 'kms:Decrypt'],
};

export function keyUse({ action, resource }: Permission, keys: KeysInUse, region: string): readonly Permission[] {
  const key = keys.get(
    resource
      .split('/')
      .slice(0, isTable(resource) ? 2 : 1)
      .join('/'),
  );
  if (key === undefined) return [];
  const service = action.slice(0, action.indexOf(':'));
  // DynamoDB opens its table's key in the caller's name for every call: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  const needed = service === 'dynamodb' ? ['kms:Decrypt'] : (NEEDED[action] ?? []);
  const context = new Map([['kms:viaservice', `${service}.${region}.amazonaws.com`]]);
  return needed.map((one) => ({ action: one, resource: key, context }));
}

function isTable(resource: string): boolean {
  return resource.startsWith('arn:aws:dynamodb:');
}
