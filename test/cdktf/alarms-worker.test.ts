import { describe, expect, it } from 'vitest';
import type { Series } from '../../bench/scaling/series.ts';
import { signalOf, type SynthesizedQuery } from './signal.ts';
import { resource, resources, synthesize, type Json } from './synthesized.ts';

const { worker, core } = synthesize({ worker: { minTasks: 1, maxTasks: 7 } });

function alarm(name: string): Json {
  return resource(worker, 'aws_cloudwatch_metric_alarm', (one) => one['alarm_name'] === `logferry-test-${name}`);
}
type Query = SynthesizedQuery & { readonly metric?: Json };
const queries = (name: string) => alarm(name)['metric_query'] as Query[];
const rings = (name: string, said: Record<string, Series>) =>
  signalOf(queries(name), said).map((value) => value !== undefined && value >= Number(alarm(name)['threshold']));

const PAGING = ['worker-none-running', 'worker-at-maximum', 'worker-below-desired', 'worker-memory-high'];

describe('alarms of the service', () => {
  it.each(PAGING)('%s is told to the alarms’ topic when it begins and when it is over, and says what to do', (name) => {
    const topic = [`arn:aws:sns:eu-central-1:111122223333:logferry-test-alarms`];
    expect(Object.values(resources(core, 'aws_sns_topic')).map((one) => one['name'])).toContain('logferry-test-alarms');
    expect(alarm(name)).toMatchObject({ alarm_actions: topic, ok_actions: topic, treat_missing_data: 'notBreaching' });
    expect(alarm(name)['alarm_description']).toMatch(/Raise|raise|lower|mend|See|say/);
    expect(String(alarm(name)['alarm_description']).length).toBeLessThanOrEqual(1024);
  });

  it('scaling itself tells nobody', () => {
    const scaling = Object.values(resources(worker, 'aws_cloudwatch_metric_alarm')).filter((one) =>
      String(one['alarm_name']).includes('-scale-'),
    );
    expect(scaling.length).toBeGreaterThan(0);
    for (const one of scaling) expect(JSON.stringify(one['alarm_actions'])).not.toContain(':sns:');
  });
});

describe('no running task while there is a backlog', () => {
  it('rings after ten minutes of messages that wait and no task, also where the count of tasks is missing', () => {
    expect(alarm('worker-none-running')).toMatchObject({ evaluation_periods: 10, datapoints_to_alarm: 10 });
    expect(rings('worker-none-running', { visible: [3, 0], running: [0, 0] })).toEqual([true, false]);
    expect(rings('worker-none-running', { visible: [0], overflow_visible: [2] })).toEqual([true]);
    expect(rings('worker-none-running', { visible: [3], running: [1] })).toEqual([false]);
  });
});

describe('at the maximum', () => {
  it('rings when the most tasks have run for half an hour and the backlog grew nearly all the time', () => {
    const one = alarm('worker-at-maximum');
    expect(one).toMatchObject({ evaluation_periods: 6, datapoints_to_alarm: 5 });
    expect(new Set(queries('worker-at-maximum').flatMap(({ metric }) => metric?.['period'] ?? []))).toEqual(new Set([300]));
    expect(rings('worker-at-maximum', { visible: [10, 20, 15, 16], desired: [7, 7, 7, 7] })).toEqual([false, true, false, true]);
    expect(rings('worker-at-maximum', { visible: [10, 20, 30], desired: [6, 6, 6] })).toEqual([false, false, false]);
  });
});

describe('fewer tasks than desired', () => {
  it('rings after a quarter of an hour, and not for a surplus that is leaving', () => {
    expect(alarm('worker-below-desired')).toMatchObject({ evaluation_periods: 15, datapoints_to_alarm: 15 });
    expect(rings('worker-below-desired', { desired: [3, 3, 3], running: [2, 3, 9] })).toEqual([true, false, false]);
  });
});

describe('memory', () => {
  it('rings for the fullest task, not for their mean', () => {
    expect(alarm('worker-memory-high')).toMatchObject({ metric_name: 'MemoryUtilization', statistic: 'Maximum', threshold: 85 });
  });
});
