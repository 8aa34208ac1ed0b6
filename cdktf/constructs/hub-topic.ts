/** The topic that the log bucket tells of each new object; queues subscribe to it. No other bucket and no other account may publish to it. */
import { S3BucketNotification } from '@cdktf/provider-aws/lib/s3-bucket-notification/index.js';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic/index.js';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy/index.js';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import { denyPlainText, document } from '../policies.ts';

export interface HubTopicProps {
  readonly names: Names;
  readonly name: string;
  readonly keyArn: string;
  readonly bucketName: string;
  readonly bucketArn: string;
}

export class HubTopic extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { names, name, keyArn, bucketName, bucketArn }: HubTopicProps) {
    super(scope, id);
    const topic = new SnsTopic(this, 'topic', { name, kmsMasterKeyId: keyArn });
    this.arn = topic.arn;
    const policy = new SnsTopicPolicy(this, 'policy', { arn: this.arn, policy: publishers(names, this.arn, bucketArn) });
    new S3BucketNotification(this, 'notification', {
      bucket: bucketName,
      topic: [{ topicArn: this.arn, events: ['s3:ObjectCreated:*'] }],
      // S3 publishes a test before it takes the setting, and refuses it when that fails.
      dependsOn: [policy],
    });
  }
}

/** A bucket's ARN holds no account, and its name is anybody's once the bucket is gone: hence both conditions. */
function publishers(names: Names, topicArn: string, bucketArn: string): string {
  return document(
    {
      Sid: 'BucketPublishes',
      Principal: { Service: names.servicePrincipal('s3') },
      Action: 'sns:Publish',
      Resource: topicArn,
      Condition: { ArnEquals: { 'aws:SourceArn': bucketArn }, StringEquals: { 'aws:SourceAccount': names.account } },
    },
    denyPlainText('sns:Publish', topicArn),
  );
}
