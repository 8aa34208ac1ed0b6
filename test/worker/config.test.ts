import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MADE_FROM_CODE } from '../../scripts/write-docs.ts';
import { compileConfig, type ConfigError, entries } from '../../worker/config.ts';

const REQUIRED = {
  AWS_REGION: 'us-east-1',
  SQS_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/q',
  TENANT_CONFIG_TABLE: 'tenants',
  CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: 'arn:aws:iam::000000000000:role/Central',
};

function faultsOf(env: Record<string, string>, mode?: string): readonly string[] {
  try {
    compileConfig(env, mode);
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
}

test('what the original requires is enough; everything newer has a default', () => {
  const config = compileConfig(REQUIRED);
  expect(config).toMatchObject({ mode: 'sqs', CONCURRENCY: 20, ENVIRONMENT: 'production', SHUTDOWN_GRACE_SECONDS: 100 });
  expect(Object.isFrozen(config)).toBe(true);
});

test('all faults are told at once, each with name, value and what is expected', () => {
  const faults = faultsOf({ ...REQUIRED, AWS_REGION: '', CONCURRENCY: 'many', LOG_LEVEL: 'loud', PUT_TIMEOUT_SECONDS: '100' });
  expect(faults).toEqual([
    'CONCURRENCY is "many"; expected a whole number from 1 to 1000',
    'LOG_LEVEL is "loud"; expected `trace` or `debug` or `info` or `warn` or `error` or `fatal` or `silent`',
    'AWS_REGION is not set; expected an AWS region such as us-east-1',
    'PUT_TIMEOUT_SECONDS is 100; expected less than SHUTDOWN_GRACE_SECONDS (100): a put under way at a stop must be able to end inside the grace',
    'PUT_TIMEOUT_SECONDS and LEASE_SKEW_SECONDS are 100 and 10; expected together less than LEASE_SECONDS (90): no put begins that may not end inside the lease',
  ]);
});

test.each(['0', '-1', '1.5', '1e3', '0x10', '1001', ' ', 'Infinity'])('CONCURRENCY=%j is refused or unset', (value) => {
  const faults = faultsOf({ ...REQUIRED, CONCURRENCY: value });
  expect(faults.length).toBe(value.trim() === '' ? 0 : 1);
});

test.each(['nonsense', 'localhost:4566', 'ftp://x', 'http://'])('AWS_ENDPOINT_URL=%s is refused', (AWS_ENDPOINT_URL) => {
  expect(faultsOf({ ...REQUIRED, AWS_ENDPOINT_URL })).toEqual([
    `AWS_ENDPOINT_URL is "${AWS_ENDPOINT_URL}"; expected a URL such as http://127.0.0.1:4566`,
  ]);
});

test('a worker without long polls, which would ask without end, is refused', () => {
  expect(faultsOf({ ...REQUIRED, RECEIVE_WAIT_SECONDS: '0' }).join()).toContain(
    'RECEIVE_WAIT_SECONDS is "0"; expected a whole number of seconds from 1',
  );
});

test.each([
  ['SHUTDOWN_GRACE_SECONDS', '120', 'STOP_TIMEOUT_SECONDS'],
  ['SESSION_MARGIN_SECONDS', '3600', 'SESSION_SECONDS'],
  ['PROTECTION_MINUTES', '30', 'PROTECTION_MAX_MINUTES'],
  ['PROTECTION_QUIET_SECONDS', '1800', 'PROTECTION_MAX_MINUTES'],
  ['PROTECTION_RETRY_SECONDS', '60', 'PROTECTION_RETRY_MAX_SECONDS'],
  ['PROTECTION_RETRY_MAX_SECONDS', '600', 'PROTECTION_MINUTES'],
])('%s=%s does not fit beside %s', (name, value, other) => {
  expect(faultsOf({ ...REQUIRED, [name]: value }).join()).toMatch(new RegExp(`${name} is ${value}; expected less than ${other}`));
});

test('times in different units are compared as times', () => {
  expect(faultsOf({ ...REQUIRED, PROTECTION_QUIET_SECONDS: '1799', PROTECTION_RETRY_MAX_SECONDS: '599' })).toEqual([]);
});

test('ECS_AGENT_URI is taken as ECS sets it, and an odd one is no reason not to start', () => {
  expect(compileConfig(REQUIRED).ecsAgentUri).toBeUndefined();
  expect(compileConfig({ ...REQUIRED, ECS_AGENT_URI: ' ' }).ecsAgentUri).toBeUndefined();
  for (const uri of ['http://169.254.170.2/api/0123', 'odd'])
    expect(compileConfig({ ...REQUIRED, ECS_AGENT_URI: uri }).ecsAgentUri).toBe(uri);
});

test('the queue is required in sqs mode only, and --mode overrides EXECUTION_MODE', () => {
  const { SQS_QUEUE_URL: _, ...rest } = REQUIRED;
  expect(faultsOf(rest)).toHaveLength(1);
  expect(faultsOf(rest, 'manual')).toEqual([]);
  expect(compileConfig({ ...rest, EXECUTION_MODE: 'sqs' }, 'lambda').mode).toBe('lambda');
  expect(faultsOf(REQUIRED, 'batch').join()).toContain('EXECUTION_MODE is "batch"');
});

test('every default is one that the setting itself accepts', () => {
  const defaults = entries().flatMap(([name, setting]) => (setting.default === undefined ? [] : [[name, String(setting.default)]]));
  expect(faultsOf({ ...REQUIRED, ...Object.fromEntries(defaults) })).toEqual([]);
});

test.each(Object.entries(MADE_FROM_CODE))('%s is what `npm run docs` writes', (file, make) => {
  expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toBe(make());
});
