import { describe, expect, test } from 'vitest';
import { statementsOf, type PolicyStatement } from './policies.ts';
import { resource, resources, synthesize, type Json, type StackJson } from './synthesized.ts';

const { core } = synthesize({}, ['core']);
const DATA_KEY = /^\$\{aws_kms_key\.data-key_\w+\.arn\}$/;
const BUCKETS = ['logs', 'quarantine'] as const;
type Bucket = (typeof BUCKETS)[number];

interface Rule {
  readonly status: string;
  readonly filter: readonly Json[];
  readonly transition?: readonly { days: number; storage_class: string }[];
  readonly expiration?: readonly { days?: number; expired_object_delete_marker?: boolean }[];
  readonly noncurrent_version_expiration?: readonly { noncurrent_days: number }[];
  readonly abort_incomplete_multipart_upload?: readonly { days_after_initiation: number }[];
}

/** What is set for a bucket by a resource of its own. */
function setting(stack: StackJson, type: string, bucket: Bucket): Json {
  const logical = Object.entries(resources(stack, 'aws_s3_bucket')).find(([, one]) => String(one['bucket']).includes(`-${bucket}-`))![0];
  return resource(stack, type, (one) => one['bucket'] === `\${aws_s3_bucket.${logical}.bucket}`);
}

function rules(stack: StackJson, bucket: Bucket): readonly Rule[] {
  return setting(stack, 'aws_s3_bucket_lifecycle_configuration', bucket)['rule'] as readonly Rule[];
}

function denials(bucket: Bucket): readonly PolicyStatement[] {
  return statementsOf(String(setting(core, 'aws_s3_bucket_policy', bucket)['policy']));
}

describe.each(BUCKETS)('the bucket for %s', (bucket) => {
  test('seals what it is given with our key, and asks KMS once for many objects', () => {
    const [rule] = setting(core, 'aws_s3_bucket_server_side_encryption_configuration', bucket)['rule'] as [Json];
    expect(rule).toEqual({
      apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: expect.stringMatching(DATA_KEY) as string },
      bucket_key_enabled: true,
    });
  });

  test('is gone before its key is: a destroy that stops at a full bucket leaves its objects readable', () => {
    const made = resource(core, 'aws_s3_bucket', (one) => String(one['bucket']).includes(`-${bucket}-`));
    expect(made['depends_on']).toEqual([expect.stringMatching(/^aws_kms_key\.data-key_/)]);
  });

  test('keeps versions, and is closed to the public and to the grants of writers', () => {
    expect(setting(core, 'aws_s3_bucket_versioning', bucket)).toMatchObject({ versioning_configuration: { status: 'Enabled' } });
    expect(setting(core, 'aws_s3_bucket_public_access_block', bucket)).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(setting(core, 'aws_s3_bucket_ownership_controls', bucket)).toMatchObject({ rule: { object_ownership: 'BucketOwnerEnforced' } });
  });

  test('refuses whoever comes without TLS, for the bucket as for its objects', () => {
    const [tls] = denials(bucket).filter(({ Condition }) => Condition?.['Bool']?.['aws:SecureTransport'] === 'false');
    expect(tls).toMatchObject({ Effect: 'Deny', Principal: '*', Action: 's3:*' });
    expect(tls!.Resource).toEqual([expect.stringMatching(/\.arn\}$/), expect.stringMatching(/\.arn\}\/\*$/)]);
  });

  test('refuses uploads under another key, and takes those that say nothing of a key', () => {
    const uploads = denials(bucket).filter(({ Action }) => Action === 's3:PutObject');
    // The first condition holds only when the writer names an encryption: a plain upload is never refused by it.
    expect(uploads.map(({ Effect, Condition }) => ({ Effect, Condition }))).toEqual([
      {
        Effect: 'Deny',
        Condition: {
          Null: { 's3:x-amz-server-side-encryption': 'false' },
          StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': expect.stringMatching(DATA_KEY) as string },
        },
      },
      { Effect: 'Deny', Condition: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } } },
    ]);
  });

  test('moves objects to Intelligent-Tiering at once, and clears abandoned uploads after a week and markers with nothing under them', () => {
    const all = rules(core, bucket);
    expect(all.every(({ status, filter }) => status === 'Enabled' && JSON.stringify(filter) === '[{"prefix":""}]')).toBe(true);
    expect(all.flatMap(({ transition = [] }) => transition)).toEqual([{ days: 0, storage_class: 'INTELLIGENT_TIERING' }]);
    expect(all.flatMap((rule) => rule.abort_incomplete_multipart_upload ?? [])).toEqual([{ days_after_initiation: 7 }]);
    expect(all.flatMap(({ expiration = [] }) => expiration)).toContainEqual({ expired_object_delete_marker: true });
  });

  test('loses no object and no version before 45 days, whatever the retention may be set to', () => {
    const shortest = synthesize({ retention: { objectDays: 45, noncurrentDays: 45, quarantineDays: 45 } }, ['core']).core;
    const all = rules(shortest, bucket);
    const days = all.flatMap((rule) => [
      ...(rule.expiration ?? []).map((one) => one.days),
      ...(rule.noncurrent_version_expiration ?? []).map((one) => one.noncurrent_days),
    ]);
    expect(days.filter((one) => one !== undefined)).toEqual([45, 45]);
    for (const field of ['objectDays', 'noncurrentDays', 'quarantineDays'])
      expect(() => synthesize({ retention: { [field]: 44 } }, ['core'])).toThrow(new RegExp(`retention\\.${field}`));
  });
});

test('logs and what is quarantined are kept as long as each is set to', () => {
  const { core: set } = synthesize({ retention: { objectDays: 100, quarantineDays: 200 } }, ['core']);
  const expiry = (bucket: Bucket) => rules(set, bucket).flatMap(({ expiration = [] }) => expiration.map(({ days }) => days ?? []).flat());
  expect(expiry('logs')).toEqual([100]);
  expect(expiry('quarantine')).toEqual([200]);
});

describe.each(['tenants', 'ledger'])('the table of %s', (part) => {
  const table = (stack: StackJson) => resource(stack, 'aws_dynamodb_table', ({ name }) => name === `logferry-test-${part}`);

  test('is paid by use, sealed with our key, restorable to any second, and forgets rows by expires_at', () => {
    expect(table(core)).toMatchObject({
      billing_mode: 'PAY_PER_REQUEST',
      server_side_encryption: { enabled: true, kms_key_arn: expect.stringMatching(DATA_KEY) as string },
      point_in_time_recovery: { enabled: true },
      ttl: { enabled: true, attribute_name: 'expires_at' },
    });
  });
});

test('a tenant has a row for each delivery, and is found by its id alone', () => {
  const tenants = resource(core, 'aws_dynamodb_table', ({ name }) => name === 'logferry-test-tenants');
  expect(tenants).toMatchObject({ hash_key: 'tenant_id', range_key: 'type' });
  expect(tenants['attribute']).toEqual(['tenant_id', 'type'].map((name) => ({ name, type: 'S' })));
  expect(tenants).not.toHaveProperty('global_secondary_index');
});

test('the ledger has a row for each delivery of an object, and a sharded index by time of the rows that need somebody', () => {
  const ledger = resource(core, 'aws_dynamodb_table', ({ name }) => name === 'logferry-test-ledger');
  expect(ledger).toMatchObject({ hash_key: 'object', range_key: 'delivery' });
  expect(ledger['global_secondary_index']).toEqual([
    { name: 'attention', hash_key: 'attention_shard', range_key: 'attention_at', projection_type: 'ALL' },
  ]);
  expect(ledger['attribute']).toContainEqual({ name: 'attention_at', type: 'N' });
});

describe('the image repository', () => {
  test('scans what is pushed, never overwrites a tag, and is sealed with our key', () => {
    expect(resource(core, 'aws_ecr_repository')).toMatchObject({
      name: 'logferry-test',
      image_tag_mutability: 'IMMUTABLE',
      image_scanning_configuration: { scan_on_push: true },
      encryption_configuration: [{ encryption_type: 'KMS', kms_key: expect.stringMatching(DATA_KEY) as string }],
    });
  });

  test('keeps the last 30 images that have a tag, and others for a week', () => {
    const { rules } = JSON.parse(String(resource(core, 'aws_ecr_lifecycle_policy')['policy'])) as { rules: { selection: Json }[] };
    expect(rules.map(({ selection }) => selection)).toEqual([
      { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
      { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 30 },
    ]);
  });

  test("lets Lambda pull for this environment's functions, and nobody else, and nobody push", () => {
    expect(statementsOf(String(resource(core, 'aws_ecr_repository_policy')['policy']))).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:eu-central-1:111122223333:function:logferry-test-*' } },
      }),
    ]);
  });
});
