/** What CloudWatch knows at a moment: points of a minute, each published some time after its minute; and alarms over them. Times are seconds of the virtual clock. */
import { evaluate } from './metric-math.ts';
import type { Alarm, MetricName } from './model.ts';
import type { Series } from './series.ts';

interface Point {
  readonly value: number;
  readonly knownAt: number;
}

/** So many minutes before its evaluation periods are looked at too: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
const RANGE_MINUTES = 5;

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export interface Reading {
  readonly state: AlarmState;
  /** The newest known value. */
  readonly value: number | undefined;
}

export class CloudWatch {
  readonly #points = new Map<string, Map<number, Point>>();

  /** @param emitted every metric that the simulated services publish: to ask for another one is an error, as it would never have data. */
  constructor(emitted: readonly MetricName[]) {
    for (const metric of emitted) this.#points.set(keyOf(metric), new Map());
  }

  publish(metric: MetricName, minute: number, value: number, knownAt: number): void {
    this.#of(metric).set(minute, { value, knownAt });
  }

  /** @param now in seconds. @param before the state that `ignore` keeps. */
  read(alarm: Alarm, now: number, before: AlarmState = 'INSUFFICIENT_DATA'): Reading {
    const minutes = alarm.evaluation_periods + RANGE_MINUTES;
    const last = Math.floor(now / 60) - 1;
    const variables: Record<string, Series> = {};
    let result: Series = [];
    for (const { id, expression, metric, return_data } of alarm.queries) {
      const series = metric === undefined ? evaluate(expression ?? '', variables, minutes) : this.#series(metric, last, minutes, now);
      variables[id] = series;
      if (return_data) result = series;
    }
    return { state: judge(alarm, result, before), value: result.findLast((value) => value !== undefined) };
  }

  #series(metric: MetricName, last: number, minutes: number, now: number): Series {
    const points = this.#of(metric);
    return Array.from({ length: minutes }, (_, at) => {
      const point = points.get(last - minutes + 1 + at);
      return point !== undefined && point.knownAt <= now ? point.value : undefined;
    });
  }

  #of(metric: MetricName): Map<number, Point> {
    const points = this.#points.get(keyOf(metric));
    if (points === undefined) throw new Error(`nobody emits ${keyOf(metric)}`);
    return points;
  }
}

/** The newest real points decide where there are enough; else what is missing counts as the alarm says. */
export function judge(alarm: Alarm, series: Series, before: AlarmState): AlarmState {
  const { evaluation_periods: periods, datapoints_to_alarm: needed, treat_missing_data: missing } = alarm;
  const real = series.filter((value) => value !== undefined).slice(-periods);
  const breaching = real.filter((value) => breaches(alarm, value)).length;
  const absent = periods - real.length;
  if (absent === 0 || missing === 'notBreaching') return breaching >= needed ? 'ALARM' : 'OK';
  if (missing === 'breaching') return breaching + absent >= needed ? 'ALARM' : 'OK';
  if (missing === 'ignore') return real.length > 0 && breaching === 0 ? 'OK' : before;
  if (real.length === 0) return 'INSUFFICIENT_DATA';
  return breaching >= Math.min(needed, real.length) ? 'ALARM' : 'OK';
}

function breaches({ comparison_operator: operator, threshold }: Alarm, value: number): boolean {
  if (operator === 'GreaterThanThreshold') return value > threshold;
  if (operator === 'GreaterThanOrEqualToThreshold') return value >= threshold;
  return operator === 'LessThanThreshold' ? value < threshold : value <= threshold;
}

function keyOf({ namespace, metric_name: name, dimensions }: MetricName): string {
  const where = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${namespace}/${name} ${JSON.stringify(where)}`;
}
