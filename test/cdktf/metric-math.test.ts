import { describe, expect, it } from 'vitest';
import { judge } from '../../bench/scaling/cloudwatch.ts';
import { evaluate } from '../../bench/scaling/metric-math.ts';
import { MetricMathError, type Series } from '../../bench/scaling/series.ts';
import type { Alarm } from '../../bench/scaling/model.ts';

const none = undefined;

describe('metric math', () => {
  const cases: [expression: string, variables: Record<string, Series>, result: Series][] = [
    ['1 + 2 * 3 - 4 / 2', { a: [0] }, [5]],
    ['(1 + 2) * a', { a: [3, 4] }, [9, 12]],
    ['a + b', { a: [1, none, 3], b: [1, 1, none] }, [2, none, none]],
    ['a / b', { a: [6, 6], b: [3, 0] }, [2, none]],
    ['FILL(a, 0)', { a: [none, 5, none] }, [0, 5, 0]],
    ['FILL(a, REPEAT)', { a: [none, 5, none] }, [none, 5, 5]],
    ['FILL(FILL(a, REPEAT), 7)', { a: [none, 5, none] }, [7, 5, 5]],
    ['IF(a > 1, a, 0)', { a: [1, 2, none] }, [0, 2, none]],
    ['IF(a > 1 OR b == 0, 1, 2) * 10', { a: [1, 2], b: [1, 0] }, [20, 10]],
    ['IF(a >= 1 AND a != 2, b, 0)', { a: [1, 2, 3], b: [7, 8, none] }, [7, 0, none]],
    ['DIFF(a)', { a: [1, 4, none, 2] }, [none, 3, none, none]],
  ];
  it.each(cases)('%s', (expression, variables, result) => {
    expect(evaluate(expression, variables, result.length)).toEqual(result);
  });

  it.each(['a +', 'SEARCH(a)', 'RATE(a, 1)', 'FILL(a, LINEAR)', 'b', '(a', 'a b', 'IF(1, 2, 3)'])('refuses %s', (expression) => {
    expect(() => evaluate(expression, { a: [1] }, 1)).toThrow(MetricMathError);
  });
});

/** The table of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, 3 of 3; X breaches, 0 does not, - is missing. */
describe('an alarm with missing data', () => {
  const rows: [points: string, missing: string, ignore: string, breaching: string, notBreaching: string][] = [
    ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', 'INSUFFICIENT_DATA', 'kept', 'ALARM', 'OK'],
    ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', 'kept', 'ALARM', 'OK'],
  ];
  it.each(rows)('%s', (points, ...states) => {
    const series = points.split(' ').map((point) => (point === '-' ? undefined : Number(point === 'X')));
    for (const [at, treat] of (['missing', 'ignore', 'breaching', 'notBreaching'] as const).entries()) {
      const alarm: Alarm = {
        queries: [],
        comparison_operator: 'GreaterThanThreshold',
        threshold: 0,
        evaluation_periods: 3,
        datapoints_to_alarm: 3,
        treat_missing_data: treat,
      };
      for (const before of ['OK', 'ALARM'] as const) expect(judge(alarm, series, before)).toBe(states[at] === 'kept' ? before : states[at]);
    }
  });
});
