/**
 * Where notifications wait: the queue that the hub tells, the overflow queue that the worker moves a tenant's surplus to, and the dead letters of both. Only the
 * hub's topic is let in by the queues' own policies; nobody is without TLS.
 */
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription/index.js';
import { SqsQueue, type SqsQueueConfig } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { Construct } from 'constructs';
import type { CoreRefs, QueueRefs } from '../config.ts';
import type { Names } from '../names.ts';
import { denyPlainText, document, type Statement } from '../policies.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** In seconds: what a message stays hidden where whoever receives it says nothing, as Lambda does. The worker says 120 s, and extends it. */
export const VISIBILITY_SECONDS = 15 * MINUTE;
/** In seconds, the most there is; of the dead letters too, where a message moved by SQS itself keeps its first time. */
export const RETENTION_SECONDS = 14 * DAY;
/** The most there is: a message that waits for a throttled account returns often, and is no poison. The worker buries what is hopeless, with a reason. */
export const MAX_RECEIVES = 1000;
/** In seconds, the most there is. */
const LONG_POLL_SECONDS = 20;
/**
 * In bytes. S3's notification has 1 to 2 KiB and the worker's admission reckons with 256 KiB. Written down since the provider's default is another from version 6
 * on, and what is not written would change with it.
 */
const MAX_MESSAGE_BYTES = 256 * 1024;

export interface NotificationQueuesProps {
  readonly names: Names;
  readonly core: CoreRefs;
  readonly arns: QueueRefs;
}

export class NotificationQueues extends Construct {
  readonly notifications: SqsQueue;
  readonly overflow: SqsQueue;
  readonly deadLetters: SqsQueue;

  constructor(scope: Construct, id: string, props: NotificationQueuesProps) {
    super(scope, id);
    this.deadLetters = this.#deadLetters(props);
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: this.deadLetters.arn, maxReceiveCount: MAX_RECEIVES });
    this.notifications = this.#queue('notifications', props, props.arns.queueArn, [letHubIn(props, props.arns.queueArn)], {
      redrivePolicy,
    });
    // A standard queue: MessageGroupId makes SQS's own fair queueing work there, without the order and the rate of a FIFO queue.
    this.overflow = this.#queue('overflow', props, props.arns.overflowQueueArn, [], { redrivePolicy });
    this.#subscribe(props.core.topicArn);
  }

  #deadLetters(props: NotificationQueuesProps): SqsQueue {
    const { queueArn, overflowQueueArn, deadLetterQueueArn } = props.arns;
    // Names, not references: they point here, and the circle has no beginning otherwise. SQS does not ask whether they are there yet.
    const redriveAllowPolicy = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [queueArn, overflowQueueArn] });
    return this.#queue('dead-letters', props, deadLetterQueueArn, [letHubIn(props, deadLetterQueueArn)], { redriveAllowPolicy });
  }

  /** Policies stand in the queue itself: it is never there without them, not even for the moment between two calls. */
  #queue(part: string, { names, core }: NotificationQueuesProps, arn: string, statements: Statement[], more: SqsQueueConfig): SqsQueue {
    return new SqsQueue(this, part, {
      name: names.of(part),
      kmsMasterKeyId: core.messagesKeyArn,
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
      messageRetentionSeconds: RETENTION_SECONDS,
      receiveWaitTimeSeconds: LONG_POLL_SECONDS,
      maxMessageSize: MAX_MESSAGE_BYTES,
      policy: document(...statements, denyPlainText('sqs:*', arn)),
      ...more,
    });
  }

  #subscribe(topicArn: string): void {
    new SnsTopicSubscription(this, 'subscription', {
      topicArn,
      protocol: 'sqs',
      endpoint: this.notifications.arn,
      // S3's own text: half the bytes, and the same form that a dead letter of several objects and a replay have. Nothing of SNS's envelope is read.
      rawMessageDelivery: true,
      // What SNS is refused (a policy, a key, a queue that is gone) would otherwise be dropped at once, unseen: a lost line.
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: this.deadLetters.arn }),
    });
  }
}

/** https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html */
function letHubIn({ names, core }: NotificationQueuesProps, queueArn: string): Statement {
  return {
    Sid: 'LetHubIn',
    Principal: { Service: names.servicePrincipal('sns') },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': core.topicArn } },
  };
}
