/** Where alarms of this account are announced, and who gets mail of it. No other account may publish to it. */
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic/index.js';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy/index.js';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription/index.js';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import { denyPlainText, document, type Statement } from '../policies.ts';

export interface AlarmTopicProps {
  readonly names: Names;
  readonly name: string;
  readonly keyArn: string;
  /** Each gets a mail of AWS first, and nothing before it has confirmed it. */
  readonly emails: readonly string[];
}

export class AlarmTopic extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { names, name, keyArn, emails }: AlarmTopicProps) {
    super(scope, id);
    const topic = new SnsTopic(this, 'topic', { name, kmsMasterKeyId: keyArn });
    this.arn = topic.arn;
    new SnsTopicPolicy(this, 'policy', {
      arn: this.arn,
      policy: document(alarmsPublish(names, this.arn), denyPlainText('sns:Publish', this.arn)),
    });
    for (const email of emails) {
      new SnsTopicSubscription(this, email, { topicArn: this.arn, protocol: 'email', endpoint: email });
    }
  }
}

function alarmsPublish(names: Names, topicArn: string): Statement {
  return {
    Sid: 'AlarmsPublish',
    Principal: { Service: names.servicePrincipal('cloudwatch') },
    Action: 'sns:Publish',
    Resource: topicArn,
    Condition: {
      ArnLike: { 'aws:SourceArn': names.arn('cloudwatch', 'alarm:*') },
      StringEquals: { 'aws:SourceAccount': names.account },
    },
  };
}
