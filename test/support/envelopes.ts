/** Message bodies as the services write them: S3's event, and what SNS and EventBridge make of it. */

export interface NamedObject {
  readonly bucket: string;
  /** As it is; it is encoded here as S3 does it. */
  readonly key: string;
  readonly eventName?: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function s3Event(...objects: readonly NamedObject[]): string {
  return JSON.stringify({
    Records: objects.map(({ bucket, key, eventName = 'ObjectCreated:Put' }) => ({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: new Date().toISOString(),
      eventName,
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: { key: encodeKey(key), sequencer: '0055AED6DCD90281E5' },
      },
    })),
  });
}

/** As forms do it, but for `/`. */
function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
export function snsWrapped(message: string): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: '00000000-0000-0000-0000-000000000000',
    TopicArn: 'arn:aws:sns:us-east-1:000000000000:hub',
    Subject: 'Amazon S3 Notification',
    Message: message,
    Timestamp: new Date().toISOString(),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: its key is not encoded. */
export function eventBridgeEvent({ bucket, key }: NamedObject, detailType = 'Object Created'): string {
  return JSON.stringify({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': detailType,
    source: 'aws.s3',
    account: '000000000000',
    time: new Date().toISOString(),
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: { version: '0', bucket: { name: bucket }, object: { key, size: 5, sequencer: '617f08299329d189' }, reason: 'PutObject' },
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function testEvent(bucket: string): string {
  return JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Time: new Date().toISOString(), Bucket: bucket });
}
