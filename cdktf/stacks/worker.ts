/** The service: network, Fargate tasks, their scaling, alarms and dashboard. */
import type { Construct } from 'constructs';
import type { ProcessorProps } from './processor.ts';
import type { Environment } from '../config.ts';
import { LogferryStack } from './stack.ts';

export class WorkerStack extends LogferryStack {
  constructor(scope: Construct, environment: Environment, _props: ProcessorProps) {
    super(scope, 'worker', environment);
  }
}
