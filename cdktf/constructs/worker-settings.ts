/** The settings of the service's tasks, and the two figures among them that ECS must know as well. */
import { SETTINGS, type SettingName } from '../../worker/settings.ts';
import { EnvironmentsError, type CoreRefs, type Environment, type QueueRefs } from '../config.ts';
import type { Names } from '../names.ts';
import { workerEnvironment } from './worker-environment.ts';

/** From SIGTERM to SIGKILL, the longest of Fargate: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout */
const MAX_STOP_SECONDS = 120;

export interface WorkerSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly metricsPort: number;
  readonly stopSeconds: number;
}

/** @throws EnvironmentsError for what the worker would refuse, and for what Fargate would. */
export function workerSettings(environment: Environment, names: Names, core: CoreRefs, queue: QueueRefs): WorkerSettings {
  const own: Partial<Record<SettingName, string>> = {
    EXECUTION_MODE: 'sqs',
    METRICS_PORT: String(SETTINGS.METRICS_PORT.default),
    STOP_TIMEOUT_SECONDS: String(MAX_STOP_SECONDS),
    ...environment.worker.settings,
  };
  const metricsPort = Number(own.METRICS_PORT);
  const stopSeconds = Number(own.STOP_TIMEOUT_SECONDS);
  const faults = [
    own.EXECUTION_MODE === 'sqs' ? '' : `EXECUTION_MODE: is ${own.EXECUTION_MODE}; the service polls, expected sqs`,
    stopSeconds > MAX_STOP_SECONDS ? `STOP_TIMEOUT_SECONDS: is ${stopSeconds}; Fargate kills after ${MAX_STOP_SECONDS} at most` : '',
    metricsPort === 0 ? 'METRICS_PORT: is 0, any free one; Prometheus and the security group must know which' : '',
  ].filter((fault) => fault !== '');
  if (faults.length > 0) throw new EnvironmentsError(faults.map((fault) => `environments.${environment.name}.worker.settings.${fault}`));
  return { environment: workerEnvironment(environment, names, core, queue, own), metricsPort, stopSeconds };
}
