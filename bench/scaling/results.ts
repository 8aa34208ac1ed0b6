/** Every environment under every shape of traffic, with its policies as synthesized. Pure. */
import { scenario, usualRate, type SimulatedEnvironment } from './environment.ts';
import type { Row } from './report.ts';
import { simulate, type Run } from './simulate.ts';
import { summarize } from './summary.ts';
import { shapes, type Shape } from './traffic.ts';

export interface Result extends Row {
  readonly environment: SimulatedEnvironment;
  readonly shape: Shape;
  readonly run: Run;
}

export function results(environments: readonly SimulatedEnvironment[]): Result[] {
  return environments.flatMap((environment) =>
    shapes(usualRate(environment)).map((shape) => {
      const run = simulate(scenario(environment, shape));
      return { label: `${environment.name}, ${shape.name}`, environment, shape, run, summary: summarize(run, environment.kind) };
    }),
  );
}
