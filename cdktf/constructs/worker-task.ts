/**
 * What one task is: the worker's image on Fargate, ARM64, as nobody in particular, on a root file system that it cannot write to. It holds no secret; all that it
 * may do comes by its role.
 */
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition/index.js';
import type { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import type { Names } from '../names.ts';
import type { WorkerRoles } from './worker-roles.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** The image's own user; a test compares them. */
const USER = '10001:10001';

export interface WorkerTaskProps {
  readonly names: Names;
  readonly environment: Environment;
  readonly settings: WorkerSettings;
  readonly image: string;
  readonly roles: WorkerRoles;
  readonly logGroupName: string;
}

export class WorkerTask extends EcsTaskDefinition {
  constructor(scope: Construct, id: string, props: WorkerTaskProps) {
    const { names, roles } = props;
    const { cpu, memoryMiB } = props.environment.worker;
    super(scope, id, {
      family: names.of('worker'),
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: String(cpu),
      memory: String(memoryMiB),
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      taskRoleArn: roles.taskRoleArn,
      executionRoleArn: roles.executionRoleArn,
      containerDefinitions: JSON.stringify([container(props)]),
      // The circuit breaker goes back to the revision before, of which ECS starts no task once it is deregistered. Revisions cost nothing, and outlive `destroy`;
      // what an emulator holds is nobody's.
      skipDestroy: props.environment.endpoint === undefined,
    });
  }
}

/** In the form and with the defaults that ECS gives back, so that a second plan sees no difference. */
function container({ names, settings, image, logGroupName }: WorkerTaskProps): object {
  return {
    name: 'worker',
    image,
    essential: true,
    user: USER,
    privileged: false,
    readonlyRootFilesystem: true,
    // No init of ECS's beside it: the image's tini is process 1, here as in Docker and Kubernetes.
    linuxParameters: { initProcessEnabled: false, capabilities: { drop: ['ALL'] } },
    environment: Object.entries(settings.environment).map(([name, value]) => ({ name, value })),
    portMappings: [{ containerPort: settings.metricsPort, hostPort: settings.metricsPort, protocol: 'tcp' }],
    stopTimeout: settings.stopSeconds,
    // ECS does not read the image's own.
    healthCheck: { command: ['CMD', 'node', '/app/dist/worker/healthcheck.js'], interval: 30, timeout: 5, retries: 3, startPeriod: 30 },
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': logGroupName,
        'awslogs-region': names.region,
        'awslogs-stream-prefix': 'worker',
        // The worker's own lines must not hold up the customers': where CloudWatch Logs is slow, the oldest are dropped.
        mode: 'non-blocking',
        'max-buffer-size': '8m',
      },
    },
  };
}
