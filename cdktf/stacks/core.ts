/** What outlives every deployment of the worker: keys, buckets, the hub topic, tables, the roles that are agreed with others, the image repository. */
import type { Construct } from 'constructs';
import type { CoreRefs, Environment } from '../config.ts';
import { LogferryStack } from './stack.ts';

export class CoreStack extends LogferryStack {
  readonly refs: CoreRefs;

  constructor(scope: Construct, environment: Environment) {
    super(scope, 'core', environment);
    const { names } = this;
    this.refs = {
      bucketName: names.bucket('logs'),
      quarantineBucketName: names.bucket('quarantine'),
      topicArn: names.arn('sns', names.of('hub')),
      alarmTopicArn: names.arn('sns', names.of('alarms')),
      tenantTableName: names.of('tenants'),
      ledgerTableName: names.of('ledger'),
      centralRoleArn: names.roleArn('central'),
      dataKeyArn: names.arn('kms', 'key/TO-COME'),
      messagesKeyArn: names.arn('kms', 'key/TO-COME'),
      repositoryUrl: `${names.account}.dkr.ecr.${names.region}.amazonaws.com/${names.prefix}`,
    };
  }
}
