import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EnvironmentsInput } from '../../cdktf/config.ts';
import { compileConfig } from '../../worker/config.ts';
import { resource, resources, synthesize, type Json, type StackJson } from './synthesized.ts';

type Worker = NonNullable<EnvironmentsInput[string]['worker']>;
const ROOT = join(import.meta.dirname, '..', '..');
const workerOf = (worker: Worker = {}) => synthesize({ worker }).worker;

const stack = workerOf();
const service = resource(stack, 'aws_ecs_service');
const task = resource(stack, 'aws_ecs_task_definition');
const container = containerOf(stack);
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

function containerOf(of: StackJson): Json {
  const [only, ...others] = JSON.parse(String(resource(of, 'aws_ecs_task_definition')['container_definitions'])) as Json[];
  expect(others).toEqual([]);
  return only!;
}

function environmentOf(of: StackJson): Record<string, string> {
  const list = containerOf(of)['environment'] as { name: string; value: string }[];
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

describe('a task', () => {
  test('is the image of the tag asked for, on Fargate with ARM64 and its own network interface', () => {
    expect(container['image']).toMatch(/\/logferry-test:1\.2\.3$/);
    expect(task).toMatchObject({
      requires_compatibilities: ['FARGATE'],
      network_mode: 'awsvpc',
      runtime_platform: { cpu_architecture: 'ARM64', operating_system_family: 'LINUX' },
      cpu: '1024',
      memory: '2048',
    });
  });

  test('can write nowhere, is nobody in particular, and has no capability', () => {
    expect(container).toMatchObject({ readonlyRootFilesystem: true, privileged: false });
    expect(container['linuxParameters']).toMatchObject({ capabilities: { drop: ['ALL'] } });
    expect(container['mountPoints']).toBeUndefined();
    expect(dockerfile).toContain(`\nUSER ${String(container['user'])}\n`);
    expect(container['user']).not.toMatch(/^(0|root)/);
  });

  test('has one init, the image’s: ECS adds none', () => {
    expect(dockerfile).toContain('ENTRYPOINT ["/sbin/tini"');
    expect(container['linuxParameters']).toMatchObject({ initProcessEnabled: false });
  });

  test('is asked whether it lives by the command that the image has for it', () => {
    const [, inImage] = /HEALTHCHECK .*CMD (\[.*\])/.exec(dockerfile) ?? [];
    const [kind, ...command] = (container['healthCheck'] as { command: string[] }).command;
    const workdir = /\nWORKDIR (\/app)\n/.exec(dockerfile)?.[1];
    expect(kind).toBe('CMD');
    expect(command.map((part) => part.replace(`${workdir}/`, ''))).toEqual(JSON.parse(String(inImage)));
  });

  test('has all of Fargate’s 120 s to stop, and knows it', () => {
    expect(container['stopTimeout']).toBe(120);
    expect(environmentOf(stack)['STOP_TIMEOUT_SECONDS']).toBe('120');
    const shorter = workerOf({ settings: { STOP_TIMEOUT_SECONDS: '60', SHUTDOWN_GRACE_SECONDS: '50' } });
    expect(containerOf(shorter)['stopTimeout']).toBe(60);
  });

  test('starts: the worker takes its environment as it stands', () => {
    const config = compileConfig(environmentOf(stack));
    expect(config.mode).toBe('sqs');
    expect(config.AWS_REGION).toBe('eu-central-1');
    expect(config.TENANT_CONFIG_TABLE).toBe('logferry-test-tenants');
  });

  test('has the settings of the environment, which win', () => {
    expect(environmentOf(workerOf({ settings: { LOG_LEVEL: 'debug' } }))['LOG_LEVEL']).toBe('debug');
  });

  test('holds no secret', () => {
    expect(container['secrets']).toBeUndefined();
    expect(Object.keys(environmentOf(stack)).filter((name) => /SECRET|TOKEN|PASSWORD|ACCESS_KEY/.test(name))).toEqual([]);
  });

  test('logs into its own group, sealed and forgotten in time, and never waits for it', () => {
    const [name, group] = Object.entries(resources(stack, 'aws_cloudwatch_log_group'))[0]!;
    expect(group).toMatchObject({ name: '/logferry/logferry-test/worker', retention_in_days: 30 });
    expect(group['kms_key_id']).toMatch(/messages-key/);
    expect(container['logConfiguration']).toMatchObject({
      logDriver: 'awslogs',
      options: { 'awslogs-group': `\${aws_cloudwatch_log_group.${name}.name}`, mode: 'non-blocking' },
    });
  });

  test('leaves its last revision for a rollback to find, but nothing behind in an emulator', () => {
    expect(task['skip_destroy']).toBe(true);
    const local = synthesize({ endpoint: 'http://127.0.0.1:4566' }).worker;
    expect(resource(local, 'aws_ecs_task_definition')['skip_destroy']).toBe(false);
  });
});

describe('settings that the service cannot run with are refused', () => {
  const refused: [string, NonNullable<Worker['settings']>, RegExp][] = [
    [
      'a stop later than Fargate’s kill',
      { STOP_TIMEOUT_SECONDS: '300' },
      /test\.worker\.settings\.STOP_TIMEOUT_SECONDS: is 300; .* 120 at most/,
    ],
    ['a port that nobody knows', { METRICS_PORT: '0' }, /test\.worker\.settings\.METRICS_PORT: is 0/],
    ['a mode that does not poll', { EXECUTION_MODE: 'manual' }, /test\.worker\.settings\.EXECUTION_MODE: is manual/],
  ];
  test.each(refused)('%s', (_what, settings, fault) => {
    expect(() => workerOf({ settings })).toThrow(fault);
  });
});

describe('the service', () => {
  test('keeps its tasks off the public internet', () => {
    expect(service['network_configuration']).toMatchObject({ assign_public_ip: false });
  });

  test('deploys without a gap, and goes back by itself when the new tasks do not come up', () => {
    expect(service).toMatchObject({
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      deployment_circuit_breaker: { enable: true, rollback: true },
    });
  });

  test('can be made before the image is pushed', () => {
    expect(service['wait_for_steady_state']).toBe(false);
  });

  test('starts with the minimum of tasks; after that the number is autoscaling’s', () => {
    expect(resource(workerOf({ minTasks: 3 }), 'aws_ecs_service')['desired_count']).toBe(3);
    expect(service['lifecycle']).toEqual({ ignore_changes: ['desired_count'] });
  });

  test('starts no task before its roles may do their work', () => {
    const first = (service['depends_on'] as string[]).filter((one) => one.startsWith('aws_iam_role_policy.'));
    const policies = Object.keys(resources(stack, 'aws_iam_role_policy')).map((name) => `aws_iam_role_policy.${name}`);
    expect(new Set(first)).toEqual(new Set(policies));
  });

  test('is waited for at its end for longer than a task may hold its protection', () => {
    const [, minutes] = /^(\d+)m$/.exec(String((service['timeouts'] as Json)['delete'])) ?? [];
    expect(Number(minutes)).toBeGreaterThan(30);
  });

  test('tags its tasks as it is tagged', () => {
    expect(service).toMatchObject({ propagate_tags: 'SERVICE', enable_ecs_managed_tags: true });
  });

  test('gives nobody a shell in a task', () => {
    expect(service['enable_execute_command']).toBe(false);
  });

  test('moves tasks to other zones when one has too many', () => {
    expect(service['availability_zone_rebalancing']).toBe('ENABLED');
  });

  test('is counted by Container Insights: autoscaling divides by its running tasks', () => {
    expect(resource(stack, 'aws_ecs_cluster')['setting']).toEqual([{ name: 'containerInsights', value: 'enabled' }]);
  });
});

describe('tasks on demand and on Spot', () => {
  const cases: [string, Worker, Json[]][] = [
    [
      'by default one on demand, and three of four others on Spot',
      {},
      [
        { capacity_provider: 'FARGATE', base: 1, weight: 25 },
        { capacity_provider: 'FARGATE_SPOT', base: 0, weight: 75 },
      ],
    ],
    ['no Spot at all', { spotShare: 0, onDemandBase: 2 }, [{ capacity_provider: 'FARGATE', base: 2, weight: 100 }]],
    ['nothing but Spot', { spotShare: 100, onDemandBase: 0 }, [{ capacity_provider: 'FARGATE_SPOT', base: 0, weight: 100 }]],
    [
      'all but a base on Spot',
      { spotShare: 100, onDemandBase: 2 },
      [
        { capacity_provider: 'FARGATE', base: 2, weight: 1 },
        { capacity_provider: 'FARGATE_SPOT', base: 0, weight: 100 },
      ],
    ],
  ];
  test.each(cases)('%s', (_what, worker, wanted) => {
    expect(resource(workerOf(worker), 'aws_ecs_service')['capacity_provider_strategy']).toEqual(wanted);
  });

  test('change their shares without stopping the service', () => {
    expect(service['force_new_deployment']).toBe(true);
  });

  test('find both providers in the cluster', () => {
    expect(resource(stack, 'aws_ecs_cluster_capacity_providers')['capacity_providers']).toEqual(['FARGATE', 'FARGATE_SPOT']);
    expect((service['depends_on'] as string[]).some((one) => one.startsWith('aws_ecs_cluster_capacity_providers.'))).toBe(true);
  });
});
