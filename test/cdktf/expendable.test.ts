/** What holds logs, rows or images can neither be deleted nor replaced by a slip of the hand; and can be, once that is meant. */
import { describe, expect, test } from 'vitest';
import type { EnvironmentsInput } from '../../cdktf/config.ts';
import { resources, synthesize, type Json } from './synthesized.ts';

const PRECIOUS = ['aws_s3_bucket', 'aws_dynamodb_table', 'aws_ecr_repository'];

function precious(input: Partial<EnvironmentsInput[string]>): readonly Json[] {
  const { core } = synthesize(input, ['core']);
  return PRECIOUS.flatMap((type) => Object.values(resources(core, type)));
}

/** By what a service itself, and by what Terraform refuses to delete it. */
function guards(one: Json) {
  return {
    plan: (one['lifecycle'] as { prevent_destroy?: boolean } | undefined)?.prevent_destroy ?? false,
    service: one['deletion_protection_enabled'] === true || one['force_destroy'] === false || one['force_delete'] === false,
  };
}

test('two buckets, two tables and the repository are guarded twice', () => {
  expect(precious({}).map(guards)).toEqual(Array.from({ length: 5 }, () => ({ plan: true, service: true })));
});

test('the key that seals them is not deleted by a plan either; that of messages may be', () => {
  const keys = Object.values(resources(synthesize({}, ['core']).core, 'aws_kms_key'));
  const kept = Object.fromEntries(keys.map((key) => [String(key['description']), guards(key).plan]));
  expect(kept).toEqual({ 'Logferry: objects, tables, images': true, 'Logferry: topics, queues, own logs': false });
});

describe.each<[string, Partial<EnvironmentsInput[string]>]>([
  ['an environment that is expendable', { expendable: true }],
  ['one on an emulator', { endpoint: 'http://127.0.0.1:1' }],
])('%s', (_, input) => {
  test('is guarded by nothing', () => {
    expect(precious(input).map(guards)).toEqual(Array.from({ length: 5 }, () => ({ plan: false, service: false })));
  });
});

test('an emulator may be guarded too', () => {
  expect(precious({ endpoint: 'http://127.0.0.1:1', expendable: false }).every((one) => guards(one).plan)).toBe(true);
});
