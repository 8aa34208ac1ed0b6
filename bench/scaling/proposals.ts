/** Which capacity one policy asks for, given what its alarm has read. Pure. */
import type { Reading } from './cloudwatch.ts';
import type { Policy, Steps, Tracking } from './model.ts';

/** @returns undefined when it asks for nothing. */
export function proposal(policy: Policy, { state, value }: Reading, running: number): number | undefined {
  if (state !== 'ALARM' || value === undefined) return undefined;
  return policy.kind === 'tracking' ? tracked(policy, value, running) : stepped(policy, value, running);
}

/**
 * In proportion, any part of a task being one; but from 0 "it scales out by the minimum possible amount":
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
 */
function tracked({ target }: Tracking, value: number, running: number): number {
  if (running === 0) return value > 0 ? 1 : 0;
  // Less than the accuracy of floating-point numbers is no task.
  return Math.ceil((running * value) / target - 1e-6);
}

/** https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html */
function stepped(policy: Steps, value: number, running: number): number | undefined {
  const beyond = value - policy.alarm.threshold;
  const upward = policy.alarm.comparison_operator.startsWith('Greater');
  // The bound on the threshold's side belongs to the step.
  const step = policy.step_adjustment.find(
    ({ metric_interval_lower_bound: from = -Infinity, metric_interval_upper_bound: to = Infinity }) =>
      upward ? beyond >= from && beyond < to : beyond > from && beyond <= to,
  );
  if (step === undefined) return undefined;
  const by = step.scaling_adjustment;
  if (policy.adjustment_type === 'ExactCapacity') return by;
  if (policy.adjustment_type === 'ChangeInCapacity') return running + by;
  const change = (running * by) / 100;
  return running + Math.max(policy.min_adjustment_magnitude, change > 1 ? Math.floor(change) : Math.ceil(change));
}
