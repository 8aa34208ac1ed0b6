/**
 * A bucket for log objects: sealed with our key, closed to the public, TLS only, versioned, and emptied by age alone. Nothing in it ends before its days are over,
 * and no way of writing to it leaves an object that the worker could not open.
 */
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy/index.js';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { denyPlainText, document, type Statement } from '../policies.ts';

export interface LogBucketProps {
  readonly name: string;
  readonly keyArn: string;
  readonly key: ITerraformDependable;
  /** Until an object is taken for deleted, in days. It is gone for good `noncurrentDays` later. */
  readonly objectDays: number;
  /** Until an overwritten or deleted version is gone, in days. */
  readonly noncurrentDays: number;
  /** Whether destroying the stack deletes what is in it. */
  readonly emptyOnDestroy: boolean;
}

/** Parts of an upload that nobody finished are no object yet: nothing points at them. */
const ABANDONED_UPLOAD_DAYS = 7;

export class LogBucket extends Construct {
  readonly name: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, props: LogBucketProps) {
    super(scope, id);
    const bucket = new S3Bucket(this, 'bucket', {
      bucket: props.name,
      forceDestroy: props.emptyOnDestroy,
      // Else a `destroy` that stops at a full bucket would have the key deleted beside it, and the objects could not be read from that moment on.
      dependsOn: [props.key],
      lifecycle: { preventDestroy: !props.emptyOnDestroy },
    });
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.#seal(props.keyArn);
    this.#close(props.keyArn);
    this.#age(props);
  }

  #seal(kmsMasterKeyId: string): void {
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket: this.name,
      // With a bucket key, S3 asks KMS once in a while, not for each object.
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId }, bucketKeyEnabled: true }],
    });
  }

  #close(keyArn: string): void {
    const bucket = this.name;
    new S3BucketOwnershipControls(this, 'ownership', { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } });
    const block = new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const policy = document(denyPlainText('s3:*', [this.arn, `${this.arn}/*`]), ...denyOtherKeys(this.arn, keyArn));
    // S3 refuses two such changes of one bucket at the same time.
    new S3BucketPolicy(this, 'policy', { bucket, policy, dependsOn: [block] });
  }

  #age(props: LogBucketProps): void {
    const bucket = this.name;
    const versioning = new S3BucketVersioningA(this, 'versioning', { bucket, versioningConfiguration: { status: 'Enabled' } });
    // Rules for old versions are taken by a versioned bucket only.
    new S3BucketLifecycleConfiguration(this, 'lifecycle', { bucket, rule: lifecycle(props), dependsOn: [versioning] });
  }
}

/**
 * An upload that names no encryption is sealed by the bucket's default: the header is then missing, and nothing here holds. One that names any must name this
 * key, by its ARN: with `aws:kms` alone S3 takes the account's own key for S3, which no role here may use.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
 */
function denyOtherKeys(bucketArn: string, keyArn: string): Statement[] {
  const upload = { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `${bucketArn}/*` } as const;
  const header = 's3:x-amz-server-side-encryption';
  return [
    {
      Sid: 'DenyOtherKey',
      ...upload,
      Condition: { Null: { [header]: 'false' }, StringNotEquals: { [`${header}-aws-kms-key-id`]: keyArn } },
    },
    // Of a key that the writer brings along, AWS keeps nothing: the worker could not open the object.
    { Sid: 'DenyKeyOfTheWriter', ...upload, Condition: { Null: { [`${header}-customer-algorithm`]: 'false' } } },
  ];
}

function lifecycle({ objectDays, noncurrentDays }: LogBucketProps): S3BucketLifecycleConfigurationRule[] {
  const every = { status: 'Enabled', filter: [{ prefix: '' }] };
  return [
    // Read once, soon after it was written, then hardly ever: below 128 KiB S3 leaves an object where it is, as tiering would cost more than it saves.
    { id: 'tier', ...every, transition: [{ days: 0, storageClass: 'INTELLIGENT_TIERING' }] },
    {
      id: 'expire',
      ...every,
      expiration: [{ days: objectDays }],
      noncurrentVersionExpiration: [{ noncurrentDays }],
    },
    { id: 'abandoned-uploads', ...every, abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_UPLOAD_DAYS }] },
    // The marker that an expiry leaves behind, once no version is under it. S3 takes it in a rule of its own only.
    { id: 'delete-markers', ...every, expiration: [{ expiredObjectDeleteMarker: true }] },
  ];
}
