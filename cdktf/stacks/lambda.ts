/** The same image in `lambda` mode, in place of the service. */
import type { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import { LambdaAlarms } from '../constructs/lambda-alarms.ts';
import { LambdaProcessor } from '../constructs/lambda-processor.ts';
import type { ProcessorProps } from './processor.ts';
import { LogferryStack } from './stack.ts';

export class LambdaStack extends LogferryStack {
  constructor(scope: Construct, environment: Environment, props: ProcessorProps) {
    super(scope, 'lambda', environment);
    const { names } = this;
    const processor = new LambdaProcessor(this, 'processor', { ...props, names, environment });
    new LambdaAlarms(this, 'alarms', { names, topicArn: props.core.alarmTopicArn, functionName: processor.functionName });
    this.output('function_name', 'Name of the function', processor.functionName);
    this.output('function_arn', 'ARN of the function', processor.functionArn);
    this.output('log_group', "The function's own log", processor.logGroup);
  }
}
