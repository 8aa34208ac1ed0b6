/** Where notifications wait: the queue, the overflow queue, the dead letters, and the schedule of the sweep; and what an operator may do with them. */
import type { Construct } from 'constructs';
import type { CoreRefs, Environment, QueueRefs } from '../config.ts';
import { NotificationQueues } from '../constructs/notification-queues.ts';
import { OperatorPolicy } from '../constructs/operator-policy.ts';
import { QueueAlarms } from '../constructs/queue-alarms.ts';
import { SweepSchedule } from '../constructs/sweep-schedule.ts';
import { WorkerPolicy } from '../constructs/worker-policy.ts';
import { LogferryStack } from './stack.ts';

export class QueueStack extends LogferryStack {
  readonly refs: QueueRefs;

  constructor(scope: Construct, environment: Environment, core: CoreRefs) {
    super(scope, 'queue', environment);
    const { names } = this;
    this.refs = {
      queueArn: names.arn('sqs', names.of('notifications')),
      overflowQueueArn: names.arn('sqs', names.of('overflow')),
      deadLetterQueueArn: names.arn('sqs', names.of('dead-letters')),
    };
    const queues = new NotificationQueues(this, 'queues', { names, core, arns: this.refs });
    new SweepSchedule(this, 'sweep', { names, environment, core, queueArn: queues.notifications.arn });
    new QueueAlarms(this, 'alarms', { names, topicArn: core.alarmTopicArn, queue: this.refs });
    const operator = new OperatorPolicy(this, 'operator', { names, core, queue: this.refs });
    this.#outputs(queues, operator);
    if (environment.workerRoles.length === 0) return;
    const worker = new WorkerPolicy(this, 'worker', { names, core, queue: this.refs });
    this.output('worker_policy_arn', 'ARN of the policy for a worker that runs elsewhere; attach it to each of workerRoles', worker.arn);
  }

  #outputs({ notifications, overflow, deadLetters }: NotificationQueues, operator: OperatorPolicy): void {
    for (const [name, queue, what] of [
      ['queue', notifications, 'the queue of notifications'],
      ['overflow_queue', overflow, "the queue of tenants' surplus"],
      ['dead_letter_queue', deadLetters, 'the dead-letter queue'],
    ] as const) {
      this.output(`${name}_url`, `URL of ${what}`, queue.url);
      this.output(`${name}_arn`, `ARN of ${what}`, queue.arn);
    }
    this.output('operator_policy_arn', "ARN of the policy for operators' command line; attach it to whoever runs it", operator.arn);
  }
}
