import { expect, test } from 'vitest';
import { checkEnvironments, type CoreRefs, type QueueRefs } from '../../cdktf/config.ts';
import { workerEnvironment } from '../../cdktf/constructs/worker-environment.ts';
import { Names } from '../../cdktf/names.ts';
import { compileConfig } from '../../worker/config.ts';
import { SETTINGS } from '../../worker/settings.ts';
import { warnings } from '../../worker/worker.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-1:111122223333:${name}`;
const queue: QueueRefs = { queueArn: arn('sqs', 'q'), overflowQueueArn: arn('sqs', 'o'), deadLetterQueueArn: arn('sqs', 'd') };
const core: CoreRefs = {
  bucketName: 'logs',
  quarantineBucketName: 'quarantine',
  topicArn: arn('sns', 'hub'),
  alarmTopicArn: arn('sns', 'alarms'),
  tenantTableName: 'tenants',
  ledgerTableName: 'ledger',
  centralRoleArn: 'arn:aws:iam::111122223333:role/central',
  dataKeyArn: arn('kms', 'key/1'),
  messagesKeyArn: arn('kms', 'key/2'),
  repositoryUrl: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/logferry',
};

function build(more: Parameters<typeof workerEnvironment>[4] = {}, region = 'eu-central-1') {
  const [environment] = checkEnvironments('logferry', { staging: { account: '111122223333', region } });
  return workerEnvironment(environment!, new Names(environment!), core, queue, more);
}

test('the worker starts with it: where everything is, and no warning left', () => {
  expect(compileConfig(build())).toMatchObject({
    mode: 'sqs',
    AWS_REGION: 'eu-central-1',
    SQS_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/q',
    DLQ_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/d',
    S3_BUCKET_NAME: 'logs',
    TENANT_CONFIG_TABLE: 'tenants',
    CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: 'arn:aws:iam::111122223333:role/central',
    ENVIRONMENT: 'staging',
  });
  expect(warnings(compileConfig(build()))).toEqual([]);
});

test('every name in it is a setting that the worker knows', () => {
  expect(Object.keys(build()).filter((name) => !(name in SETTINGS))).toEqual([]);
});

test('the user has the last word, also against what we set', () => {
  expect(build({ ENVIRONMENT: 'production', CONCURRENCY: '5' })).toMatchObject({ ENVIRONMENT: 'production', CONCURRENCY: '5' });
});

test('what the worker would refuse is refused at the synthesis, with the environment’s name and the reason', () => {
  expect(() => build({ CONCURRENCY: 'many' })).toThrow(/environments\.staging: .*CONCURRENCY is "many"; expected a whole number/);
  expect(() => build({ PUT_TIMEOUT_SECONDS: '110' })).toThrow(/expected less than SHUTDOWN_GRACE_SECONDS/);
});
