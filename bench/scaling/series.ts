/** Series of metric math and what is done to them, point by point. Pure. */

/** A value a minute, oldest first; undefined where there is none. */
export type Series = readonly (number | undefined)[];
export type Value = number | Series;

export class MetricMathError extends Error {
  override readonly name = 'MetricMathError';
}

export function series(value: Value): Series {
  if (typeof value === 'number') throw new MetricMathError('a series is wanted, not a number');
  return value;
}

/** A point only where every series has one. */
export function pointwise(apply: (values: readonly number[]) => number | undefined, values: readonly Value[]): Value {
  const long = values.find((value) => typeof value !== 'number');
  if (long === undefined) return apply(values as readonly number[]) ?? Number.NaN;
  return long.map((_, at) => {
    const points = values.map((value) => (typeof value === 'number' ? value : value[at]));
    return points.some((point) => point === undefined) ? undefined : apply(points as readonly number[]);
  });
}

export function choose(condition: Value, then: Value, otherwise: Value): Value {
  const point = (value: Value, at: number) => (typeof value === 'number' ? value : value[at]);
  return series(condition).map((yes, at) => (yes === undefined ? undefined : point(yes === 0 ? otherwise : then, at)));
}

export function repeat(values: Series): Series {
  let last: number | undefined;
  return values.map((value) => (last = value ?? last));
}

export function diff(values: Series): Series {
  return values.map((value, at) => {
    const before = at === 0 ? undefined : values[at - 1];
    return value === undefined || before === undefined ? undefined : value - before;
  });
}
