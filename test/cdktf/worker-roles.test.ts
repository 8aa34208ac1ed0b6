import { describe, expect, test } from 'vitest';
import { coreElsewhere } from './elsewhere.ts';
import { grantsOf, list } from './policies.ts';
import { ACCOUNT, resource, resources, synthesize } from './synthesized.ts';

const { worker: stack } = synthesize();
const task = resource(stack, 'aws_ecs_task_definition');
const TASK = 'logferry-test-worker';
const EXECUTION = 'logferry-test-worker-execution';
const roleOf = (name: string) => resource(stack, 'aws_iam_role', (one) => one['name'] === name);
const actionsOf = (name: string) => grantsOf(stack, name).flatMap(({ Action }) => list(Action));

function arnOf(roleName: string): string {
  const [logical] = Object.entries(resources(stack, 'aws_iam_role')).find(([, one]) => one['name'] === roleName) ?? [];
  return `\${aws_iam_role.${logical}.arn}`;
}

test('task and execution have roles apart, each its own', () => {
  expect(task['task_role_arn']).toBe(arnOf(TASK));
  expect(task['execution_role_arn']).toBe(arnOf(EXECUTION));
});

test('both are taken on by ECS tasks of this account and region only', () => {
  for (const name of [TASK, EXECUTION]) {
    const { Statement } = JSON.parse(String(roleOf(name)['assume_role_policy'])) as { Statement: unknown[] };
    expect(Statement).toEqual([
      {
        Sid: 'Assume',
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:eu-central-1:111122223333:*' },
        },
      },
    ]);
  }
});

describe('the task role', () => {
  test('may protect tasks of its own cluster from scale-in, and touches ECS in no other way', () => {
    const ecs = grantsOf(stack, TASK).filter(({ Action }) => list(Action).some((action) => action.startsWith('ecs:')));
    expect(ecs).toEqual([
      {
        Sid: 'ProtectOwnTasks',
        Effect: 'Allow',
        Action: 'ecs:UpdateTaskProtection',
        Resource: expect.stringMatching(/^arn:aws:ecs:eu-central-1:111122223333:task\/\$\{aws_ecs_cluster\.\w+\.name\}\/\*$/),
      },
    ]);
  });

  test('may assume the central role and no other', () => {
    const assumed = grantsOf(stack, TASK).filter(({ Action }) => list(Action).includes('sts:AssumeRole'));
    expect(assumed.flatMap(({ Resource }) => list(Resource))).toEqual(['arn:aws:iam::111122223333:role/logferry-test-central']);
  });

  test('reaches no image and no log of ours', () => {
    expect(actionsOf(TASK).filter((action) => /^(ecr|logs):/.test(action))).toEqual([]);
  });

  test('is for no resource that it does not name', () => {
    expect(grantsOf(stack, TASK).filter(({ Resource }) => list(Resource).includes('*'))).toEqual([]);
  });
});

describe('the execution role', () => {
  test('may pull this image and write this log, and nothing of what the task may', () => {
    expect(actionsOf(EXECUTION)).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetDownloadUrlForLayer',
      'ecr:GetAuthorizationToken',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    const named = grantsOf(stack, EXECUTION).filter(({ Sid }) => Sid !== 'LogInToRegistry');
    expect(named.flatMap(({ Resource }) => list(Resource))).toEqual([
      'arn:aws:ecr:eu-central-1:111122223333:repository/logferry-test',
      expect.stringMatching(/^arn:aws:logs:eu-central-1:111122223333:log-group:\$\{aws_cloudwatch_log_group\.\w+\.name\}:log-stream:\*$/),
    ]);
  });

  test('pulls from where an existing core says, in that account and region', () => {
    const core = coreElsewhere(ACCOUNT, 'eu-central-1', { repositoryUrl: '999988887777.dkr.ecr.eu-west-1.amazonaws.com/shared/logferry' });
    const { worker } = synthesize({ existing: { core } }, ['queue', 'worker']);
    const pull = grantsOf(worker, EXECUTION).find(({ Sid }) => Sid === 'PullImage');
    expect(pull?.Resource).toBe('arn:aws:ecr:eu-west-1:999988887777:repository/shared/logferry');
  });

  test('cannot be made for a registry that is none of ECR’s', () => {
    const core = coreElsewhere(ACCOUNT, 'eu-central-1', { repositoryUrl: 'registry.example.org/logferry' });
    expect(() => synthesize({ existing: { core } }, ['queue', 'worker'])).toThrow(
      /existing\.core\.repositoryUrl: registry\.example\.org\/logferry/,
    );
  });
});
