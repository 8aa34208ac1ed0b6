import { describe, expect, it } from 'vitest';
import type { Series } from '../../bench/scaling/series.ts';
import { readModel, type Alarm, type Policy, type Query } from '../../bench/scaling/model.ts';
import { SETTINGS } from '../../worker/settings.ts';
import { signalOf } from './signal.ts';
import { resource, resources, synthesize, type StackJson } from './synthesized.ts';

const awake = synthesize({ worker: { minTasks: 2, maxTasks: 20, backlogPerTask: 70 } }).worker;
const sleeping = synthesize({ worker: { minTasks: 0, maxTasks: 5 } }).worker;

const names = (stack: StackJson) =>
  readModel(stack)
    .policies.map(({ name }) => name.replace('logferry-test-scale-', ''))
    .toSorted();
function policy(stack: StackJson, name: string): Policy {
  return readModel(stack).policies.find((one) => one.name.endsWith(`-${name}`))!;
}
function alarm(stack: StackJson, name: string): Alarm {
  const one = policy(stack, name);
  if (one.kind === 'tracking') throw new Error(`${name} is no step policy`);
  return one.alarm;
}
function queries(stack: StackJson, name: string): readonly Query[] {
  const one = policy(stack, name);
  return one.kind === 'tracking' ? one.high.queries : one.alarm.queries;
}

const signal = (stack: StackJson, name: string, said: Record<string, Series>) => signalOf(queries(stack, name), said);
function target(stack: StackJson): number | undefined {
  const one = policy(stack, 'backlog');
  return one.kind === 'tracking' ? one.target : undefined;
}
/** Of ten tasks without a message. */
const withCpu = (cpu: number) => signal(awake, 'backlog', { visible: [0], running: [10], desired: [10], cpu: [cpu] })[0];

const calm = { running: [4], desired: [4], cpu: [0] };

describe('the scalable target', () => {
  it('is the service, within the bounds of the environment', () => {
    const target = resource(awake, 'aws_appautoscaling_target');
    expect(target).toMatchObject({ min_capacity: 2, max_capacity: 20, scalable_dimension: 'ecs:service:DesiredCount' });
    expect(target['resource_id']).toMatch(/^service\/\$\{aws_ecs_cluster\.\w+\.name\}\/\$\{aws_ecs_service\.\w+\.name\}$/);
  });

  it('leaves waking and sleeping to environments whose minimum is 0', () => {
    expect(names(awake)).toEqual(['age', 'backlog']);
    expect(names(sleeping)).toEqual(['age', 'backlog', 'quiet', 'wake']);
  });

  it('has no alarm that scales but those of its policies, each with one policy', () => {
    const scaling = Object.values(resources(sleeping, 'aws_cloudwatch_metric_alarm')).filter((one) =>
      String(one['alarm_name']).includes('-scale-'),
    );
    expect(scaling).toHaveLength(3);
    for (const one of scaling) expect(one['alarm_actions']).toHaveLength(1);
  });
});

describe('backlog per task', () => {
  it('is tracked to the target of the environment', () => {
    expect(target(awake)).toBe(70);
    expect(target(sleeping)).toBe(100);
  });

  it('counts visible and in flight of both queues, over the running tasks', () => {
    const said = { visible: [100], in_flight: [200], overflow_visible: [300], overflow_in_flight: [400] };
    expect(signal(awake, 'backlog', { ...calm, ...said })).toEqual([250]);
    const queues = queries(awake, 'backlog').flatMap(({ metric }) => metric?.dimensions['QueueName'] ?? []);
    expect([...new Set(queues)]).toEqual(['logferry-test-notifications', 'logferry-test-overflow']);
  });

  it('is the whole backlog where no task runs, and 0 where there is none', () => {
    expect(signal(awake, 'backlog', { visible: [900, 0], running: [0, 0], desired: [1, 0] })).toEqual([900, 0]);
  });

  it('repeats the count of tasks where its newest minutes are late', () => {
    const late = { visible: [400, 400, 800], running: [4, undefined, undefined], desired: [4, undefined, undefined], cpu: [0, 0, 0] };
    expect(signal(awake, 'backlog', late)).toEqual([100, 100, 200]);
  });

  it('is unknown, so that nothing is scaled, where the main queue or the tasks have not been reported', () => {
    expect(signal(awake, 'backlog', { ...calm, in_flight: [5] })).toEqual([undefined]);
    expect(signal(awake, 'backlog', { visible: [5], cpu: [0] })).toEqual([undefined]);
  });

  it('never asks for more tasks for their CPU, and for fewer only as far as they stay busy', () => {
    expect([100, 60, 30, 0].map(withCpu)).toEqual([70, 70, 35, 0]);
  });

  it('asks for no fewer while tasks come or go, or their CPU is not known yet', () => {
    expect(signal(awake, 'backlog', { visible: [0], running: [30], desired: [10], cpu: [5] })).toEqual([70]);
    expect(signal(awake, 'backlog', { visible: [0], running: [1], desired: [1] })).toEqual([70]);
  });

  it('knows that a worker has one event loop: of two vCPUs, half as many per cent are as busy', () => {
    const large = synthesize({ worker: { cpu: 2048, memoryMiB: 4096 } }).worker;
    expect(signal(large, 'backlog', { visible: [0], running: [10], desired: [10], cpu: [30] })).toEqual([100]);
  });

  it('has a default that a task which is full exceeds: the steps on age would be taken back otherwise', () => {
    expect(target(sleeping)! * 0.9).toBeLessThan(SETTINGS.ADMISSION_OBJECTS.default);
  });
});

describe('age of the oldest message', () => {
  it('is that of either queue, and 0 while nothing stands in line there', () => {
    const said = { visible: [1, 0, 1], age: [50, 900, undefined], overflow_visible: [0, 1, undefined], overflow_age: [900, 70, undefined] };
    expect(signal(awake, 'age', said)).toEqual([50, 70, 70]);
  });

  it('adds a quarter of the tasks, and half from a quarter of an hour on, one at least', () => {
    const one = resource(awake, 'aws_appautoscaling_policy', ({ name }) => name === 'logferry-test-scale-age');
    expect(one['step_scaling_policy_configuration']).toMatchObject({
      adjustment_type: 'PercentChangeInCapacity',
      min_adjustment_magnitude: 1,
      step_adjustment: [
        { metric_interval_lower_bound: '0', metric_interval_upper_bound: '600', scaling_adjustment: 25 },
        { metric_interval_lower_bound: '600', scaling_adjustment: 50 },
      ],
    });
    expect(alarm(awake, 'age')).toMatchObject({ threshold: 300, comparison_operator: 'GreaterThanOrEqualToThreshold' });
  });
});

describe('waking', () => {
  it('takes one visible message of either queue in one minute, and no task', () => {
    expect(alarm(sleeping, 'wake')).toMatchObject({ threshold: 1, evaluation_periods: 1, datapoints_to_alarm: 1 });
    expect(signal(sleeping, 'wake', { visible: [0, 1, 0], overflow_visible: [0, 0, 1] })).toEqual([0, 1, 1]);
  });

  it('sees neither messages in flight nor anything at all while a task runs, or it would add one again and again', () => {
    expect(queries(sleeping, 'wake').some(({ metric }) => metric?.metric_name === 'ApproximateNumberOfMessagesNotVisible')).toBe(false);
    expect(signal(sleeping, 'wake', { visible: [9, 9], running: [1, undefined] })).toEqual([0, 0]);
  });
});

describe('sleep', () => {
  const asleep = { running: [1], visible: [0] };

  it('comes to none of the tasks, after ten minutes in a row without a message', () => {
    const one = policy(sleeping, 'quiet');
    expect(one).toMatchObject({
      adjustment_type: 'ExactCapacity',
      step_adjustment: [{ metric_interval_upper_bound: 0, scaling_adjustment: 0 }],
    });
    expect(alarm(sleeping, 'quiet')).toMatchObject({
      comparison_operator: 'LessThanOrEqualToThreshold',
      threshold: 0,
      evaluation_periods: 10,
      datapoints_to_alarm: 10,
      treat_missing_data: 'notBreaching',
    });
    expect(signal(sleeping, 'quiet', asleep)).toEqual([0]);
  });

  it.each(['in_flight', 'overflow_visible', 'overflow_in_flight', 'sent', 'overflow_sent'])('is kept off by %s', (id) => {
    expect(signal(sleeping, 'quiet', { ...asleep, [id]: [1] })).toEqual([1]);
  });

  it('does not take missing data for silence, nor rings while nothing runs', () => {
    expect(signal(sleeping, 'quiet', { running: [1], sent: [0] })).toEqual([undefined]);
    expect(signal(sleeping, 'quiet', { running: [0], visible: [0] })).toEqual([1]);
  });
});
