/** Where alarms and budgets of this account are announced, and who gets mail of it. No other account may publish to it. */
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
      policy: document(
        publish(names, this.arn, 'Alarms', 'cloudwatch', names.arn('cloudwatch', 'alarm:*')),
        // https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
        publish(names, this.arn, 'Budgets', 'budgets', names.globalArn('budgets', '*')),
        denyPlainText('sns:Publish', this.arn),
      ),
    });
    for (const email of emails) {
      new SnsTopicSubscription(this, email, { topicArn: this.arn, protocol: 'email', endpoint: email });
    }
  }
}

function publish(names: Names, topicArn: string, who: string, service: string, source: string): Statement {
  return {
    Sid: `${who}Publish`,
    Principal: { Service: names.servicePrincipal(service) },
    Action: 'sns:Publish',
    Resource: topicArn,
    Condition: { ArnLike: { 'aws:SourceArn': source }, StringEquals: { 'aws:SourceAccount': names.account } },
  };
}
