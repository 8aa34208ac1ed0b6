/** The same policies with one thing changed: for trying other figures, and for seeing what a guard is there for. Pure. */
import type { Alarm, Policy, Query, ScalingModel } from './model.ts';

/** @param change of every expression of every policy. @throws Error when it changes none: then it tries nothing. */
export function withExpressions(model: ScalingModel, change: (expression: string) => string): ScalingModel {
  let changed = 0;
  const query = (one: Query): Query => {
    if (one.expression === undefined) return one;
    const expression = change(one.expression);
    if (expression !== one.expression) changed++;
    return { ...one, expression };
  };
  const alarm = (one: Alarm): Alarm => ({ ...one, queries: one.queries.map(query) });
  const policies = model.policies.map((policy) =>
    policy.kind === 'tracking'
      ? { ...policy, high: alarm(policy.high), low: alarm(policy.low) }
      : { ...policy, alarm: alarm(policy.alarm) },
  );
  if (changed === 0) throw new Error('no expression was changed');
  return { ...model, policies };
}

/** @param name the end of the policy's name. @throws Error when there is none. */
export function withPolicy(model: ScalingModel, name: string, change: (policy: Policy) => Policy | undefined): ScalingModel {
  if (!model.policies.some((policy) => policy.name.endsWith(name))) throw new Error(`no policy ${name}`);
  const policies = model.policies.map((policy) => (policy.name.endsWith(name) ? change(policy) : policy));
  return { ...model, policies: policies.filter((policy) => policy !== undefined) };
}

export function withoutPolicy(model: ScalingModel, name: string): ScalingModel {
  return withPolicy(model, name, () => undefined);
}

export const withScaleOutCooldown = (model: ScalingModel, seconds: number) =>
  withPolicy(model, 'scale-backlog', (policy) => ({ ...policy, scaleOutCooldown: seconds }) as Policy);

export const withScaleInCooldown = (model: ScalingModel, seconds: number) =>
  withPolicy(model, 'scale-backlog', (policy) => ({ ...policy, scaleInCooldown: seconds }) as Policy);

export const withQuietMinutes = (model: ScalingModel, minutes: number) =>
  withPolicy(model, 'scale-quiet', (policy) =>
    policy.kind === 'tracking'
      ? policy
      : { ...policy, alarm: { ...policy.alarm, evaluation_periods: minutes, datapoints_to_alarm: minutes } },
  );

export const withBusyPercent = (model: ScalingModel, percent: number) =>
  withExpressions(model, (expression) => expression.replace(/(FILL\(FILL\(cpu, REPEAT\), 0\)) \/ \d+/, `$1 / ${percent}`));

/** The CPU in use counts for nothing. */
export const withoutCpu = (model: ScalingModel) =>
  withExpressions(model, (expression) => (expression.includes('FILL(cpu, REPEAT)') ? expression.replace(/.*/, '0 * tasks') : expression));

/** Tasks that come or go do not hold it. */
export const withoutSettling = (model: ScalingModel) =>
  withExpressions(model, (expression) => expression.replace(' OR tasks != FILL(desired, REPEAT)', ''));

/** A division by zero where no task runs. */
export const withoutZeroGuard = (model: ScalingModel) =>
  withExpressions(model, (expression) =>
    expression.replace('IF(tasks > 0, tasks, 1)', 'tasks').replace('FILL(FILL(running, REPEAT), 0) > 0', 'running > 0'),
  );

/** A missing point of the newest minutes is taken for 0. */
export const withZeroForMissing = (model: ScalingModel) =>
  withExpressions(model, (expression) => expression.replaceAll(/FILL\((running|desired), REPEAT\)/g, 'FILL($1, 0)'));
