/** Composes the stacks of every environment, wired by what each hands on. It makes no resource itself. */
import { App, type AppConfig } from 'cdktf';
import type { Environment, StackKind } from './config.ts';
import { CoreStack } from './stacks/core.ts';
import { LambdaStack } from './stacks/lambda.ts';
import { QueueStack } from './stacks/queue.ts';
import { WorkerStack } from './stacks/worker.ts';

/** @param config where to write, and what CDKTF itself may be told. */
export function buildApp(environments: readonly Environment[], version: string, config: AppConfig = {}): App {
  const app = new App(config);
  for (const environment of environments) addEnvironment(app, environment, environment.imageTag ?? version);
  return app;
}

function addEnvironment(app: App, environment: Environment, imageTag: string): void {
  const has = (kind: StackKind) => environment.stacks.includes(kind);
  const core = has('core') ? new CoreStack(app, environment).refs : present(environment.existing.core);
  const queue = has('queue') ? new QueueStack(app, environment, core).refs : environment.existing.queue;
  if (has('worker')) new WorkerStack(app, environment, { core, queue: present(queue), imageTag });
  if (has('lambda')) new LambdaStack(app, environment, { core, queue: present(queue), imageTag });
}

function present<T>(refs: T | undefined): T {
  if (refs === undefined) throw new Error('checkEnvironments lets no environment through that lacks it');
  return refs;
}
