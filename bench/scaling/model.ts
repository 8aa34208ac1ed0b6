/** Reads from the synthesized JSON what decides about scaling: bounds, policies, the alarms that call them, the size and the kinds of task. Nothing is taken from the configuration. */
import { z } from 'zod';
import type { StackJson } from '../../test/cdktf/synthesized.ts';

const dimensions = z.union([
  z.record(z.string(), z.string()),
  z
    .array(z.object({ name: z.string(), value: z.string() }))
    .transform((all) => Object.fromEntries(all.map(({ name, value }) => [name, value]))),
]);
const metric = z.object({ namespace: z.string(), metric_name: z.string(), dimensions, stat: z.string().optional() });
export type MetricName = z.infer<typeof metric>;
const query = z
  .object({
    id: z.string(),
    expression: z.string().optional(),
    metric: metric.optional(),
    metric_stat: z.object({ metric, stat: z.string() }).optional(),
    return_data: z.boolean(),
  })
  .transform(({ metric_stat, ...one }) => ({ ...one, metric: one.metric ?? metric_stat?.metric }));
export type Query = z.output<typeof query>;

const tracking = z.object({
  target_value: z.number(),
  scale_out_cooldown: z.number(),
  scale_in_cooldown: z.number(),
  customized_metric_specification: z.object({ metrics: z.array(query) }).optional(),
  predefined_metric_specification: z.object({ predefined_metric_type: z.literal('ECSServiceAverageCPUUtilization') }).optional(),
});
const bound = z.coerce.number().optional();
const steps = z.object({
  adjustment_type: z.enum(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity']),
  cooldown: z.number(),
  min_adjustment_magnitude: z.number().default(0),
  step_adjustment: z.array(
    z.object({ metric_interval_lower_bound: bound, metric_interval_upper_bound: bound, scaling_adjustment: z.number() }),
  ),
});
const policy = z.object({
  name: z.string(),
  target_tracking_scaling_policy_configuration: tracking.optional(),
  step_scaling_policy_configuration: steps.optional(),
});
const alarm = z.object({
  alarm_actions: z.array(z.string()),
  metric_query: z.array(query).optional(),
  comparison_operator: z.enum(['GreaterThanThreshold', 'GreaterThanOrEqualToThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold']),
  threshold: z.number(),
  evaluation_periods: z.number(),
  datapoints_to_alarm: z.number(),
  treat_missing_data: z.enum(['missing', 'notBreaching', 'breaching', 'ignore']),
});
/** An alarm over points of a minute. */
export type Alarm = Omit<z.output<typeof alarm>, 'alarm_actions' | 'metric_query'> & { readonly queries: readonly Query[] };

export interface Tracking {
  readonly kind: 'tracking';
  readonly name: string;
  readonly target: number;
  readonly scaleOutCooldown: number;
  readonly scaleInCooldown: number;
  readonly high: Alarm;
  readonly low: Alarm;
}
export interface Steps extends z.output<typeof steps> {
  readonly kind: 'steps';
  readonly name: string;
  readonly alarm: Alarm;
}
export type Policy = Tracking | Steps;

export interface ScalingModel {
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly cluster: string;
  readonly service: string;
  readonly policies: readonly Policy[];
}

const target = z.object({ min_capacity: z.number(), max_capacity: z.number(), resource_id: z.string() });

/** @param worker the synthesized stack. @throws ZodError when a policy has a form that the simulation does not know. */
export function readModel(worker: StackJson): ScalingModel {
  const of = (type: string) => Object.entries(worker.resource?.[type] ?? {});
  const { min_capacity, max_capacity, resource_id } = target.parse(of('aws_appautoscaling_target')[0]?.[1]);
  const [, cluster = '', service = ''] = resource_id.split('/');
  const alarms = of('aws_cloudwatch_metric_alarm').map(([, one]) => alarm.parse(one));
  const policies = of('aws_appautoscaling_policy').map(([id, one]): Policy => {
    const { name, target_tracking_scaling_policy_configuration: tracked, step_scaling_policy_configuration: stepped } = policy.parse(one);
    if (tracked !== undefined) return trackingPolicy(name, tracked, { cluster, service });
    const [caller] = alarms.filter(({ alarm_actions }) => alarm_actions.includes(`\${aws_appautoscaling_policy.${id}.arn}`));
    if (stepped === undefined || caller?.metric_query === undefined) throw new Error(`${name}: nothing calls this policy`);
    return { kind: 'steps', name, ...stepped, alarm: { ...caller, queries: caller.metric_query } };
  });
  return { minTasks: min_capacity, maxTasks: max_capacity, cluster, service, policies };
}

/**
 * The two alarms that target tracking makes for itself: above the target for 3 minutes, below 90 % of it for 15. AWS documents "typically more than 10 % lower" and
 * shows both alarms, https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html; missing data is left missing.
 */
function trackingPolicy(name: string, config: z.output<typeof tracking>, where: { cluster: string; service: string }): Tracking {
  const cpu = {
    namespace: 'AWS/ECS',
    metric_name: 'CPUUtilization',
    dimensions: { ClusterName: where.cluster, ServiceName: where.service },
  };
  const queries = config.customized_metric_specification?.metrics ?? [{ id: 'cpu', metric: cpu, return_data: true }];
  const own = (comparison: Alarm['comparison_operator'], threshold: number, minutes: number): Alarm => ({
    queries,
    comparison_operator: comparison,
    threshold,
    evaluation_periods: minutes,
    datapoints_to_alarm: minutes,
    treat_missing_data: 'missing',
  });
  return {
    kind: 'tracking',
    name,
    target: config.target_value,
    scaleOutCooldown: config.scale_out_cooldown,
    scaleInCooldown: config.scale_in_cooldown,
    high: own('GreaterThanThreshold', config.target_value, 3),
    low: own('LessThanThreshold', config.target_value * 0.9, 15),
  };
}
