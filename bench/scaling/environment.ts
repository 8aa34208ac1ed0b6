/** An environment as the simulation needs it, read from its synthesized stacks. Only the names of the queues come from where the stacks have them from. */
import { z } from 'zod';
import type { Environment } from '../../cdktf/config.ts';
import { nameIn, Names } from '../../cdktf/names.ts';
import type { StackJson } from '../../test/cdktf/synthesized.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { QueueNames } from './emitted.ts';
import { readModel, type ScalingModel } from './model.ts';
import type { Scenario } from './simulate.ts';
import type { TaskKind } from './summary.ts';
import type { Shape } from './traffic.ts';

export interface SimulatedEnvironment {
  readonly name: string;
  readonly model: ScalingModel;
  readonly queues: QueueNames;
  readonly kind: TaskKind;
  /** Seconds. */
  readonly sweepEvery: number;
}

const task = z.object({ cpu: z.coerce.number(), memory: z.coerce.number() });
const service = z.object({
  capacity_provider_strategy: z.array(z.object({ capacity_provider: z.string(), base: z.number(), weight: z.number() })),
});
const schedule = z.object({ schedule_expression: z.templateLiteral(['rate(', z.number(), ' ', z.enum(['minutes', 'hour']), ')']) });

/** @param stacks of the environment, `queue` and `worker`. @throws ZodError when a stack says something that the simulation does not know. */
export function readEnvironment(
  environment: Environment,
  stacks: { readonly queue: StackJson; readonly worker: StackJson },
): SimulatedEnvironment {
  const { cpu, memory } = task.parse(only(stacks.worker, 'aws_ecs_task_definition'));
  const strategy = service.parse(only(stacks.worker, 'aws_ecs_service')).capacity_provider_strategy;
  const spot = strategy.find(({ capacity_provider }) => capacity_provider === 'FARGATE_SPOT');
  const weights = strategy.reduce((sum, { weight }) => sum + weight, 0);
  const [, every = '', unit] =
    /rate\((\d+) (\w+)\)/.exec(schedule.parse(only(stacks.queue, 'aws_scheduler_schedule')).schedule_expression) ?? [];
  const names = new Names(environment);
  return {
    name: environment.name,
    model: readModel(stacks.worker),
    queues: {
      main: nameIn(environment.existing.queue?.queueArn ?? names.of('notifications')),
      overflow: nameIn(environment.existing.queue?.overflowQueueArn ?? names.of('overflow')),
    },
    kind: {
      vcpu: cpu / 1024,
      gb: memory / 1024,
      onDemandBase: strategy.reduce((sum, { capacity_provider, base }) => (capacity_provider === 'FARGATE' ? sum + base : sum), 0),
      spotShare: weights === 0 ? 0 : (100 * (spot?.weight ?? 0)) / weights,
    },
    sweepEvery: Number(every) * (unit === 'hour' ? 3600 : 60),
  };
}

/** The one resource of its type. */
function only(stack: StackJson, type: string): unknown {
  return Object.values(stack.resource?.[type] ?? {})[0];
}

/** Of its most tasks' work this is what an environment has to do on a usual day. */
const USUAL = 0.18;

/** Messages a second. */
export function usualRate({ model, kind }: SimulatedEnvironment): number {
  return USUAL * model.maxTasks * ASSUMPTIONS.objectsPerVcpuSecond * Math.min(1, kind.vcpu);
}

export function scenario({ model, queues, kind, sweepEvery }: SimulatedEnvironment, shape: Shape, seed = 1): Scenario {
  return { model, queues, shape, vcpu: kind.vcpu, sweepEvery, seed };
}
