import { describe, expect, test } from 'vitest';
import { parseRow, pauseOf, type CloudWatchRow } from '../../../worker/locate/tenant-row.ts';

const ORIGINAL = {
  tenant_id: 'acme',
  log_distribution_role_arn: 'arn:aws:iam::111111111111:role/path/CustomerLogDistribution',
  log_group_name: '/logs/acme',
  target_region: 'eu-west-1',
};
const FULL = {
  ...ORIGINAL,
  type: 'cloudwatch',
  enabled: false,
  external_id: 'acme:id-1',
  log_stream_name: '{pod_name}',
  create_log_group: true,
  environment: 'staging',
  message_format: 'record',
  late: 'now',
  retention_days: 30,
  updated_at: '2026-11-24T00:00:00Z',
};

function good(item: Record<string, unknown>): CloudWatchRow {
  const parsed = parseRow(item);
  if (parsed.kind !== 'cloudwatch') throw new Error(JSON.stringify(parsed));
  return parsed.row;
}

test("a row of the original's table is one, with every default", () => {
  expect(good(ORIGINAL)).toEqual({
    ...ORIGINAL,
    type: 'cloudwatch',
    enabled: true,
    log_stream_name: '{cluster_id}/{application}/{pod_name}',
    create_log_group: false,
    message_format: 'message',
    late: 'quarantine',
  });
  expect(good({ ...ORIGINAL, log_group_name: undefined }).log_group_name).toBe('/ROSA/cluster-logs/application');
});

test('every field is taken as it stands, and what is not ours is left out', () => {
  expect(good({ ...FULL, contact: 'ops@acme.example' })).toEqual(FULL);
});

test('an empty text and NULL count as missing', () => {
  expect(good({ ...ORIGINAL, type: '', external_id: '', environment: null })).toEqual(good(ORIGINAL));
});

test.each([
  ['a list', ['web', 'api']],
  ["DynamoDB's set", new Set(['web', 'api'])],
])('desired applications come as %s, also by their name in the original', (_, names) => {
  expect(good({ ...ORIGINAL, desired_applications: names }).desired_applications).toEqual(['web', 'api']);
  expect(good({ ...ORIGINAL, desired_logs: names }).desired_logs).toEqual(['web', 'api']);
});

test('a type that is not known here is no fault', () => {
  expect(parseRow({ ...ORIGINAL, type: 's3', bucket: 'x' })).toEqual({ kind: 'unknown-type', type: 's3' });
});

describe('a fault names its field, its value, and what was expected', () => {
  test.each([
    ['log_distribution_role_arn', undefined, 'log_distribution_role_arn is missing; expected the ARN'],
    ['log_distribution_role_arn', 'arn:aws:iam::1:role/x', 'is "arn:aws:iam::1:role/x"; expected the ARN'],
    ['log_distribution_role_arn', 'arn:aws:iam::111111111111:user/x', 'expected the ARN'],
    ['target_region', 'us-east-1.evil.example', 'expected an AWS region'],
    ['target_region', undefined, 'target_region is missing; expected an AWS region'],
    ['enabled', 'false', 'enabled is "false"; expected `true` or `false`, not a text'],
    ['type', 3, 'type is 3; expected `cloudwatch`'],
    ['log_stream_name', '{pod}', '"{pod}" is none of {tenant_id}'],
    ['log_group_name', '/{x}', '"{x}" is none of'],
    ['log_group_name', 5, 'log_group_name is 5; expected a text'],
    ['environment', 'a|b', 'as a session tag may hold'],
    ['message_format', 'raw', 'expected `message` or `record`'],
    ['desired_applications', [], 'expected a list or set of at least one application'],
    ['desired_applications', 'web', 'expected a list or set'],
    ['late', 'never', 'expected `quarantine` or `now`'],
    ['retention_days', 31, 'retention_days is 31; expected one of 1, 3, 5'],
  ])('%s: %j', (field, value, said) => {
    const parsed = parseRow({ ...FULL, [field]: value });
    const missing = value === undefined ? [field] : [];
    expect(parsed).toEqual({ kind: 'faulty', faults: [expect.stringContaining(said)], missing });
    expect(parsed).toEqual({ kind: 'faulty', faults: [expect.stringMatching(new RegExp(`^${field} `))], missing });
  });

  test('all at once, a long value cut', () => {
    const parsed = parseRow({ tenant_id: 'acme', late: 'x'.repeat(10_000) });
    if (parsed.kind !== 'faulty') throw new Error(parsed.kind);
    expect(parsed.faults.map((fault) => fault.split(' ')[0])).toEqual(['log_distribution_role_arn', 'target_region', 'late']);
    expect(parsed.faults.join('').length).toBeLessThan(1000);
  });

  test('an ExternalId is never repeated', () => {
    const parsed = parseRow({ ...FULL, external_id: 'very secret' });
    expect(JSON.stringify(parsed)).toContain('external_id cannot be used');
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});

test.each([
  ['no row', [], undefined],
  ['a row without it', [{ tenant_id: '*', type: 'fleet' }], undefined],
  ['false', [{ paused: false }], undefined],
  ['true', [{ type: 'fleet', paused: true }], 'the fleet is paused'],
  ['what nobody understands', [{ paused: 'yes' }], 'paused is "yes"; expected `true` or `false`, and until then the fleet is paused'],
])('the switch for all: %s', (_, items, pause) => {
  expect(pauseOf(items)).toBe(pause);
});
