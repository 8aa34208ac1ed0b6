/** The JSON of S3's notifications (pure). Keys are encoded in the classic shape and plain in EventBridge's, as S3 has them. */

/** What happened to an object. */
export interface ObjectEvent {
  /** Such as `ObjectCreated:Put`. */
  readonly name: string;
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
  readonly size?: number;
  /** Without quotes. */
  readonly etag?: string;
  /** Only where versioning is or was on. */
  readonly versionId?: string;
  readonly sequencer: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly requestId: string;
}

const EVENT_VERSION = '2.1';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function notification(event: ObjectEvent, configurationId: string): string {
  const { name, bucket, region, key, size, etag, versionId, sequencer, time, requestId } = event;
  return JSON.stringify({
    Records: [
      {
        eventVersion: EVENT_VERSION,
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(time).toISOString(),
        eventName: name,
        userIdentity: { principalId: 'AWS:LOCAL' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: { name: bucket, ownerIdentity: { principalId: 'LOCAL' }, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeKey(key), size, eTag: etag, versionId, sequencer },
        },
      },
    ],
  });
}

/** Sent to every destination when a configuration is put; it has no Records. */
export function testEvent(bucket: string, time: number, requestId: string): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(time).toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: requestId,
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function eventBridgeEvent(event: ObjectEvent, id: string): Readonly<Record<string, unknown>> {
  const { name, bucket, region, key, size, etag, versionId, sequencer, time, requestId } = event;
  const [type = '', reason = ''] = name.split(':');
  return {
    version: '0',
    id,
    'detail-type': type === 'ObjectCreated' ? 'Object Created' : 'Object Deleted',
    source: 'aws.s3',
    account: '000000000000',
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, 'version-id': versionId, sequencer },
      'request-id': requestId,
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      ...(type === 'ObjectCreated' ? { reason: REASONS[reason] } : { reason: 'DeleteObject', 'deletion-type': DELETIONS[reason] }),
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  Put: 'PutObject',
  Copy: 'CopyObject',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
};
const DELETIONS: Readonly<Record<string, string>> = { Delete: 'Permanently Deleted', DeleteMarkerCreated: 'Delete Marker Created' };

/** As Java's URLEncoder, `/` kept: a space is `+`, and only letters, digits and `-_.*` stay. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Rises with every call: compared as text, later is greater. */
export class Sequencer {
  #last = 0n;

  next(now: number): string {
    // Room for 65,536 events in a millisecond; a clock set back does not set this back.
    const byTime = BigInt(now) << 16n;
    this.#last = byTime > this.#last ? byTime : this.#last + 1n;
    return this.#last.toString(16).toUpperCase().padStart(18, '0');
  }
}
