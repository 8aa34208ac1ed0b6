/** What a set of metric queries, as synthesized, comes to for what its metrics say. */
import { evaluate } from '../../bench/scaling/metric-math.ts';
import type { Series } from '../../bench/scaling/series.ts';

export interface SynthesizedQuery {
  readonly id: string;
  readonly expression?: string | undefined;
  readonly return_data: boolean;
}

/** @param said by the ids of the metrics, oldest first; a metric that is not named says nothing. */
export function signalOf(queries: readonly SynthesizedQuery[], said: Readonly<Record<string, Series>>): Series {
  const minutes = Math.max(...Object.values(said).map(({ length }) => length));
  const silence = Array.from({ length: minutes }, () => undefined);
  const variables: Record<string, Series> = {};
  for (const { id, expression } of queries)
    variables[id] = expression === undefined ? (said[id] ?? silence) : evaluate(expression, variables, minutes);
  const returned = queries.filter(({ return_data }) => return_data);
  if (returned.length !== 1) throw new Error(`${returned.length} of the queries are returned, not one`);
  return variables[returned[0]!.id]!;
}
