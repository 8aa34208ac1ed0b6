import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nameIn } from '../../cdktf/names.ts';
import { compileConfig } from '../../worker/config.ts';
import { grantsOf, list } from './policies.ts';
import { resource, resources, synthesize, type Json, type StackJson } from './synthesized.ts';

type Input = Parameters<typeof synthesize>[0];
const build = (lambda: NonNullable<Input>['lambda'] = {}) => synthesize({ lambda }, ['core', 'queue', 'lambda']);
const { lambda, queue } = build();
const functionOf = (stack: StackJson) => resource(stack, 'aws_lambda_function');
const made = functionOf(lambda);
const mappings = (stack: StackJson) => Object.values(resources(stack, 'aws_lambda_event_source_mapping'));
const concurrency = (mapping: Json) => (mapping['scaling_config'] as { maximum_concurrency: number }).maximum_concurrency;
const variablesOf = (one: Json) => (one['environment'] as { variables: Record<string, string> }).variables;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED_BY_LAMBDA =
  /^(_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_\w+|AWS_(LAMBDA_\w+|REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY\w*|SECRET\w+|SESSION_TOKEN))$/;

describe('function', () => {
  test('it is the worker’s own image, by its tag, on ARM, told to be a function', () => {
    expect(made).toMatchObject({ package_type: 'Image', architectures: ['arm64'], image_config: { command: ['--mode', 'lambda'] } });
    expect(made['image_uri']).toMatch(/:1\.2\.3$/);
  });

  test('what it is told fits the image: its entry point is the worker, which knows the mode', () => {
    const dockerfile = readFileSync(join(import.meta.dirname, '..', '..', 'Dockerfile'), 'utf8');
    expect(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1]).toMatch(/"dist\/worker\/main\.js"\]$/);
    expect(compileConfig({ ...variablesOf(made), AWS_REGION: 'eu-central-1', EXECUTION_MODE: 'sqs' }, 'lambda').mode).toBe('lambda');
  });

  test('memory, time and reserved concurrency are the environment’s, 100 by default', () => {
    expect(made).toMatchObject({ reserved_concurrent_executions: 100, timeout: 300, memory_size: 1024 });
    const other = functionOf(build({ reservedConcurrency: 7, timeoutSeconds: 60, memoryMiB: 512 }).lambda);
    expect(other).toMatchObject({ reserved_concurrent_executions: 7, timeout: 60, memory_size: 512 });
  });

  test('the worker in it starts with these variables, once Lambda has added the region', () => {
    const config = compileConfig({ ...variablesOf(made), AWS_REGION: 'eu-central-1' });
    expect(config).toMatchObject({ mode: 'lambda', TENANT_CONFIG_TABLE: 'logferry-test-tenants', ENVIRONMENT: 'test' });
  });

  test('no variable is one that Lambda keeps for itself, and refuses', () => {
    expect(Object.keys(variablesOf(made)).filter((name) => RESERVED_BY_LAMBDA.test(name))).toEqual([]);
  });

  test('the user’s settings have the last word', () => {
    expect(variablesOf(functionOf(build({ settings: { LOG_LEVEL: 'debug', CONCURRENCY: '5' } }).lambda))).toMatchObject({
      LOG_LEVEL: 'debug',
      CONCURRENCY: '5',
    });
  });

  test('nothing of it is told to X-Ray', () => {
    expect(made['tracing_config']).toEqual({ mode: 'PassThrough' });
  });
});

describe('mappings', () => {
  test('both queues are read, so that what a service left in the overflow is not forgotten', () => {
    const sources = mappings(lambda).map((one) => nameIn(String(one['event_source_arn'])));
    expect(sources.toSorted()).toEqual(['logferry-test-notifications', 'logferry-test-overflow']);
  });

  test('each message of a batch is answered for apart', () => {
    for (const one of mappings(lambda)) expect(one['function_response_types']).toEqual(['ReportBatchItemFailures']);
  });

  test.each([4, 5, 100, 1000])('of %i reserved, both together never take more messages than there is room for', (reservedConcurrency) => {
    const all = mappings(build({ reservedConcurrency }).lambda).map(concurrency);
    expect(all.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(reservedConcurrency);
    // The least that AWS takes.
    expect(Math.min(...all)).toBeGreaterThanOrEqual(2);
  });

  test('fewer reserved than two mappings take at the least are refused', () => {
    expect(() => build({ reservedConcurrency: 3 })).toThrow(/lambda\.reservedConcurrency/);
  });

  test('a message is hidden at least as long as the function may take, or AWS refuses the mapping', () => {
    const slowest = functionOf(build({ timeoutSeconds: 900 }).lambda)['timeout'];
    for (const one of Object.values(resources(queue, 'aws_sqs_queue')))
      expect(Number(one['visibility_timeout_seconds'])).toBeGreaterThanOrEqual(Number(slowest));
    // By default three times as long: the worker gives up 20 s before its end, and nothing is delivered twice for want of time.
    expect(900 / Number(made['timeout'])).toBeGreaterThanOrEqual(3);
  });
});

describe('log and role', () => {
  test('its log is a group of its own, encrypted with our key, kept as long as the environment says', () => {
    const log = resource(lambda, 'aws_cloudwatch_log_group');
    expect(log).toMatchObject({ name: '/logferry/logferry-test/lambda', retention_in_days: 30 });
    expect(String(log['kms_key_id'])).toContain('messages-key');
    expect(made['logging_config']).toMatchObject({
      log_format: 'Text',
      log_group: expect.stringMatching(/^\$\{aws_cloudwatch_log_group\./),
    });
  });

  test('beyond what every worker may, its role may write its own log', () => {
    const logs = grantsOf(lambda, 'logferry-test-lambda').filter(({ Action }) => list(Action).some((action) => action.startsWith('logs:')));
    expect(logs).toHaveLength(1);
    expect(list(logs[0]?.Action)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    expect(String(logs[0]?.Resource)).toMatch(
      /^arn:aws:logs:eu-central-1:111122223333:log-group:\$\{aws_cloudwatch_log_group\.[^}]+\}:log-stream:\*$/,
    );
  });

  test('only Lambda may take the role on', () => {
    const role = resource(lambda, 'aws_iam_role');
    expect(JSON.parse(String(role['assume_role_policy']))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Assume', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
  });

  test('the function is made once its role may do what it must: a mapping is refused otherwise', () => {
    expect(made['depends_on']).toEqual([expect.stringMatching(/^aws_iam_role_policy\./)]);
  });
});
