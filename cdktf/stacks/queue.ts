/** Where notifications wait: the queue, the overflow queue, the dead letters, and the schedule of the sweep. */
import type { Construct } from 'constructs';
import type { CoreRefs, Environment, QueueRefs } from '../config.ts';
import { LogferryStack } from './stack.ts';

export class QueueStack extends LogferryStack {
  readonly refs: QueueRefs;

  constructor(scope: Construct, environment: Environment, _core: CoreRefs) {
    super(scope, 'queue', environment);
    const { names } = this;
    this.refs = {
      queueArn: names.arn('sqs', names.of('notifications')),
      overflowQueueArn: names.arn('sqs', names.of('overflow')),
      deadLetterQueueArn: names.arn('sqs', names.of('dead-letters')),
    };
  }
}
