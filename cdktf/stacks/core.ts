/** What outlives every deployment of the worker: keys, buckets, the hub topic, tables, the roles that are agreed with others, the image repository. */
import type { Construct } from 'constructs';
import { isExpendable, type CoreRefs, type Environment } from '../config.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { CentralRole } from '../constructs/central-role.ts';
import { EncryptionKey, sealLogGroups, sealQueues, sealTopic } from '../constructs/encryption-key.ts';
import { HubTopic } from '../constructs/hub-topic.ts';
import { ImageRepository } from '../constructs/image-repository.ts';
import { LedgerTable } from '../constructs/ledger-table.ts';
import { LogBucket } from '../constructs/log-bucket.ts';
import { MonthlyBudget } from '../constructs/monthly-budget.ts';
import { ProbeRole } from '../constructs/probe-role.ts';
import { TenantTable } from '../constructs/tenant-table.ts';
import { WriterRole } from '../constructs/writer-role.ts';
import type { Names } from '../names.ts';
import { LogferryStack } from './stack.ts';

export class CoreStack extends LogferryStack {
  readonly refs: CoreRefs;
  /**
   * Whether `destroy` may take logs, rows and images with it. Else a slip of the hand, or a renamed project, is refused by the plan. What an emulator holds is
   * nobody's, and the tests destroy what they have filled.
   */
  readonly #expendable: boolean;

  constructor(scope: Construct, environment: Environment) {
    super(scope, 'core', environment);
    const { names } = this;
    this.#expendable = isExpendable(environment);
    const { data, messages } = this.#makeKeys();
    this.refs = plainRefs(names, { dataKeyArn: data.arn, messagesKeyArn: messages.arn });
    const bucket = this.#makeBuckets(data);
    this.#makeTopics(bucket);
    this.#makeTables();
    this.#makeCentralRoles();
    this.#makeWriterRoles(bucket);
    this.#makeRepository();
    if (environment.budget !== undefined) new MonthlyBudget(this, 'budget', { names, environment, budget: environment.budget });
  }

  #makeKeys(): Readonly<Record<'data' | 'messages', EncryptionKey>> {
    const { names } = this;
    // Roles use it through S3, DynamoDB and ECR in their own name, or by the grants that these services make: no service is let in by itself.
    const description = 'Logferry: objects, tables, images';
    const data = new EncryptionKey(this, 'data-key', { names, part: 'data', description, kept: !this.#expendable });
    const hub = hubArn(names);
    const messages = new EncryptionKey(this, 'messages-key', {
      names,
      part: 'messages',
      description: 'Logferry: topics, queues, own logs',
      kept: false,
      services: [
        sealTopic('BucketToHub', hub, names.servicePrincipal('s3')),
        sealQueues(names, hub),
        sealTopic('ToAlarmTopic', alarmsArn(names), names.servicePrincipal('cloudwatch')),
        sealLogGroups(names),
      ],
    });
    this.output('data_key_arn', 'Key of both buckets, both tables and the image repository.', data.arn);
    this.output('messages_key_arn', "Key of topics, queues and the worker's own logs.", messages.arn);
    return { data, messages };
  }

  #makeBuckets({ arn: keyArn, key }: EncryptionKey): LogBucket {
    const { objectDays, noncurrentDays, quarantineDays } = this.environment.retention;
    const { bucketName, quarantineBucketName } = this.refs;
    const common = { keyArn, key, noncurrentDays, emptyOnDestroy: this.#expendable };
    const logs = new LogBucket(this, 'log-bucket', { ...common, name: bucketName, objectDays });
    // A bucket of its own, and it tells nobody: what is put there must not come back as a new object to deliver.
    const quarantine = new LogBucket(this, 'quarantine-bucket', { ...common, name: quarantineBucketName, objectDays: quarantineDays });
    this.output('bucket_name', 'Where Vector writes: customer_id/cluster_id/application/pod_name/<time>-<uuid>.json.gz.', logs.name);
    this.output('quarantine_bucket_name', 'Lines that could not be delivered, whole, with their reason.', quarantine.name);
    return logs;
  }

  #makeTopics(bucket: LogBucket): void {
    const { names, environment } = this;
    const keyArn = this.refs.messagesKeyArn;
    const hub = new HubTopic(this, 'hub', { names, name: names.of('hub'), keyArn, bucketName: bucket.name, bucketArn: bucket.arn });
    const alarms = new AlarmTopic(this, 'alarms', { names, name: names.of('alarms'), keyArn, emails: environment.alarmEmails });
    this.output('hub_topic_arn', 'Tells of each new object; subscribe further queues of this account to it.', hub.arn);
    this.output('alarm_topic_arn', 'Alarms are announced here.', alarms.arn);
  }

  #makeTables(): void {
    const { tenantTableName, ledgerTableName, dataKeyArn: keyArn } = this.refs;
    const common = { keyArn, guarded: !this.#expendable };
    const tenants = new TenantTable(this, 'tenant-table', { ...common, name: tenantTableName });
    const ledger = new LedgerTable(this, 'ledger-table', { ...common, name: ledgerTableName });
    this.output('tenant_table_name', "A row for each tenant's delivery: where it goes, and with which role.", tenants.name);
    this.output('ledger_table_name', 'What became of each object.', ledger.name);
  }

  #makeCentralRoles(): void {
    const { names, environment } = this;
    const role = new CentralRole(this, 'central-role', {
      names,
      name: names.of('central'),
      callers: [names.roleArn('worker'), names.roleArn('lambda'), ...environment.workerRoles, ...environment.operators],
      customerRoleName: environment.customerRoleName,
    });
    this.output('central_role_arn', 'What a customer names in the trust policy of the role that they give.', role.arn);
    const probe = new ProbeRole(this, 'probe-role', { name: names.of('probe') });
    this.output('probe_role_arn', 'Lets nobody in; by its trust policy `tenant verify` asks whether a role exists.', probe.arn);
  }

  #makeWriterRoles(bucket: LogBucket): void {
    const { names } = this;
    const { principals, customers, serviceAccounts } = this.environment.agents;
    const common = { names, bucketArn: bucket.arn, keyArn: this.refs.dataKeyArn };
    const writer = new WriterRole(this, 'writer-role', {
      ...common,
      name: names.of('writer'),
      tenant: '*',
      principals: principals.length > 0 ? principals : [names.account],
      serviceAccounts,
    });
    this.output('writer_role_arn', "What the platform's own Vector agents write with.", writer.arn);
    if (customers.length === 0) return;
    const arns = customers.map(({ customerId, ...customer }) => {
      const name = names.of(`writer-${customerId}`);
      return [customerId, new WriterRole(this, `writer-role-${customerId}`, { ...common, ...customer, name, tenant: customerId }).arn];
    });
    this.output(
      'customer_writer_role_arns',
      'What customers who run the agents themselves write with, by customer.',
      Object.fromEntries(arns),
    );
  }

  #makeRepository(): void {
    const { names } = this;
    const keyArn = this.refs.dataKeyArn;
    const repository = new ImageRepository(this, 'repository', { names, name: names.prefix, keyArn, emptyOnDestroy: this.#expendable });
    this.output('repository_url', "Where the worker's image is pushed to.", repository.url);
  }
}

function plainRefs(names: Names, keys: Pick<CoreRefs, 'dataKeyArn' | 'messagesKeyArn'>): CoreRefs {
  return {
    bucketName: names.bucket('logs'),
    quarantineBucketName: names.bucket('quarantine'),
    topicArn: hubArn(names),
    alarmTopicArn: alarmsArn(names),
    tenantTableName: names.of('tenants'),
    ledgerTableName: names.of('ledger'),
    centralRoleArn: names.roleArn('central'),
    probeRoleArn: names.roleArn('probe'),
    repositoryUrl: `${names.account}.dkr.${names.viaService('ecr')}/${names.prefix}`,
    ...keys,
  };
}

/** Spelled out, since the key's policy names the topics that the key seals. */
function hubArn(names: Names): string {
  return names.arn('sns', names.of('hub'));
}

function alarmsArn(names: Names): string {
  return names.arn('sns', names.of('alarms'));
}
