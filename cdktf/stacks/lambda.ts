/** The same image in `lambda` mode, in place of the service. */
import type { Construct } from 'constructs';
import type { ProcessorProps } from './processor.ts';
import type { Environment } from '../config.ts';
import { LogferryStack } from './stack.ts';

export class LambdaStack extends LogferryStack {
  constructor(scope: Construct, environment: Environment, _props: ProcessorProps) {
    super(scope, 'lambda', environment);
  }
}
