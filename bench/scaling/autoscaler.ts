/**
 * Application Auto Scaling as documented: what it makes of its policies' alarms. Pure but for the state that it hands on.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
 */
import type { Reading } from './cloudwatch.ts';
import type { Policy, ScalingModel } from './model.ts';
import { proposal } from './proposals.ts';

export interface Readings {
  /** Of target tracking, its alarm above the target; of steps, their own. */
  readonly main: Reading;
  /** Of target tracking alone: its alarm below 90 % of the target. */
  readonly low?: Reading;
}

interface ScaleOut {
  readonly until: number;
  readonly from: number;
  readonly to: number;
}

export interface ScalerState {
  readonly desired: number;
  /** The last one of each policy, for its cooldown. */
  readonly out: Readonly<Record<string, ScaleOut>>;
  readonly inUntil: number;
}

export function initially(desired: number): ScalerState {
  return { desired, out: {}, inUntil: 0 };
}

interface Moment {
  readonly model: ScalingModel;
  readonly readings: ReadonlyMap<Policy, Readings>;
  /** "The actual running task count is the value that Service Auto Scaling uses as its starting point, as opposed to the desired count." */
  readonly running: number;
  /** Seconds. */
  readonly now: number;
}

/** Called once a minute, as CloudWatch calls scaling policies anew for as long as an alarm stands. The largest capacity wins, out and in. */
export function decide(state: ScalerState, moment: Moment): ScalerState {
  const { minTasks, maxTasks } = moment.model;
  const bounded = (capacity: number) => Math.min(maxTasks, Math.max(minTasks, capacity));
  const outward = moment.model.policies
    .map((policy) => ({ policy, capacity: bounded(scaleOut(state, policy, moment)) }))
    .toSorted((a, b) => b.capacity - a.capacity)[0];
  if (outward !== undefined && outward.capacity > state.desired) return scaledOut(state, outward.policy, outward.capacity, moment);
  const inward = bounded(scaleIn(moment) ?? state.desired);
  if (inward >= state.desired || moment.now < state.inUntil) return state;
  return { ...state, desired: inward, inUntil: moment.now + inCooldown(moment.model) };
}

/**
 * "The scaling policy won't increase the desired capacity again unless either a larger scale out is triggered or the cooldown period ends." The documented example
 * of steps reckons the larger one from the capacity before the cooldown. Of target tracking nothing is said, so that it reckons from the tasks that run by then,
 * which is the worse: a metric of before they came is multiplied by them.
 */
function scaleOut(state: ScalerState, policy: Policy, { readings, running, now }: Moment): number {
  const last = state.out[policy.name];
  const cooling = last !== undefined && now < last.until;
  const reading = readings.get(policy)?.main;
  const capacity = reading && proposal(policy, reading, cooling && policy.kind === 'steps' ? last.from : running);
  return capacity === undefined || (cooling && capacity <= last.to) ? 0 : capacity;
}

/** It ends the cooldown of a scale-in. */
function scaledOut(state: ScalerState, policy: Policy, to: number, { running, now }: Moment): ScalerState {
  const cooldown = policy.kind === 'tracking' ? policy.scaleOutCooldown : policy.cooldown;
  return { desired: to, out: { ...state.out, [policy.name]: { until: now + cooldown, from: running, to } }, inUntil: 0 };
}

/** Target tracking only if all of its policies are ready for it, to the largest of what they want; steps each by itself. */
function scaleIn({ model, readings, running }: Moment): number | undefined {
  const trackers = model.policies.filter((policy) => policy.kind === 'tracking');
  const tracked = trackers.map((policy) => wanted(policy, readings.get(policy)?.low, running));
  const together = tracked.includes(undefined) ? [] : [Math.max(...tracked.map((capacity) => capacity ?? 0))];
  const steps = model.policies
    .filter((policy) => policy.kind === 'steps')
    .map((policy) => wanted(policy, readings.get(policy)?.main, running))
    .filter((capacity) => capacity !== undefined);
  const smaller = [...together, ...steps].filter((capacity) => capacity < running);
  return smaller.length === 0 ? undefined : Math.max(...smaller);
}

function wanted(policy: Policy, reading: Reading | undefined, running: number): number | undefined {
  return reading && proposal(policy, reading, running);
}

function inCooldown({ policies }: ScalingModel): number {
  return Math.max(...policies.map((policy) => (policy.kind === 'tracking' ? policy.scaleInCooldown : policy.cooldown)));
}
