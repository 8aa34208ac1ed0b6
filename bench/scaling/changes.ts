/** The same policies with one thing changed: for trying other figures, and for seeing what a guard is there for. Pure. */
import type { Alarm, Policy, Query, ScalingModel } from './model.ts';

/** @param pattern in the expressions of every policy. @throws Error when there is none such: then it tries nothing. */
export function withExpressions(model: ScalingModel, pattern: RegExp, replacement: string): ScalingModel {
  let found = 0;
  const query = (one: Query): Query => {
    if (one.expression === undefined) return one;
    if (one.expression.search(pattern) >= 0) found++;
    const expression = one.expression.replace(pattern, replacement);
    return { ...one, expression };
  };
  const alarm = (one: Alarm): Alarm => ({ ...one, queries: one.queries.map(query) });
  const policies = model.policies.map((policy) =>
    policy.kind === 'tracking'
      ? { ...policy, high: alarm(policy.high), low: alarm(policy.low) }
      : { ...policy, alarm: alarm(policy.alarm) },
  );
  if (found === 0) throw new Error(`no expression has ${pattern.source}`);
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

export const withCooldowns = (model: ScalingModel, scaleOutCooldown: number, scaleInCooldown: number) =>
  withPolicy(model, 'scale-backlog', (policy) => (policy.kind === 'tracking' ? { ...policy, scaleOutCooldown, scaleInCooldown } : policy));

export const withQuietMinutes = (model: ScalingModel, minutes: number) =>
  withPolicy(model, 'scale-quiet', (policy) =>
    policy.kind === 'tracking'
      ? policy
      : { ...policy, alarm: { ...policy.alarm, evaluation_periods: minutes, datapoints_to_alarm: minutes } },
  );

export const withBusyPercent = (model: ScalingModel, percent: number) =>
  withExpressions(model, /FILL\(FILL\(cpu, REPEAT\), \d+\) \/ \d+/, `FILL(FILL(cpu, REPEAT), ${percent}) / ${percent}`);

/** The CPU in use counts for nothing. */
export const withoutCpu = (model: ScalingModel) => withExpressions(model, /FILL\(FILL\(cpu, REPEAT\), \d+\) \/ \d+/, '0 * tasks');

/** Tasks that come or go do not hold it. */
export const withoutSettling = (model: ScalingModel) => withExpressions(model, / OR tasks != FILL\(desired, REPEAT\)/, '');

/** A division by zero where no task runs. */
export const withoutZeroGuard = (model: ScalingModel) => withExpressions(model, /IF\(tasks > 0, tasks, 1\)/, 'tasks');
