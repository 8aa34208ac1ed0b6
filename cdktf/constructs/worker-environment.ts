/** The environment variables of a processor, checked by the worker's own rules: a wrong setting fails the synthesis, not the start of a task. */
import { compileConfig, ConfigError } from '../../worker/config.ts';
import type { SettingName } from '../../worker/settings.ts';
import { EnvironmentsError, type CoreRefs, type Environment, type QueueRefs } from '../config.ts';
import { queueUrl, type Names } from '../names.ts';

/**
 * @param more what the processor sets, then what the user does (worker.settings or lambda.settings): it has the last word.
 * @throws EnvironmentsError when the worker would refuse to start with them.
 */
export function workerEnvironment(
  environment: Environment,
  names: Names,
  core: CoreRefs,
  queue: QueueRefs,
  more: Partial<Record<SettingName, string>>,
): Record<string, string> {
  // OVERFLOW_QUEUE_URL comes with the worker that knows it: that queue is provisioned, and waits for it.
  const settings: Partial<Record<SettingName, string>> = {
    EXECUTION_MODE: 'sqs',
    AWS_REGION: names.region,
    SQS_QUEUE_URL: queueUrl(queue.queueArn),
    DLQ_URL: queueUrl(queue.deadLetterQueueArn),
    S3_BUCKET_NAME: core.bucketName,
    TENANT_CONFIG_TABLE: core.tenantTableName,
    LEDGER_TABLE: core.ledgerTableName,
    QUARANTINE_BUCKET: core.quarantineBucketName,
    CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: core.centralRoleArn,
    ENVIRONMENT: environment.name,
    ...more,
  };
  check(environment.name, settings);
  return settings;
}

function check(environment: string, settings: Partial<Record<SettingName, string>>): void {
  try {
    compileConfig(settings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new EnvironmentsError(error.faults.map((fault) => `environments.${environment}: the worker would refuse its settings: ${fault}`));
  }
}
