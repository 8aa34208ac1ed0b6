/**
 * CloudWatch's metrics, named once, and metric math made of them, for alarms, scaling policies and the dashboard alike. It makes no resource.
 *
 * Two of CloudWatch's ways rule every expression here (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html):
 * - arithmetic has a point only where each of its series has one, and a division by zero has none;
 * - the newest minute or two of a metric are not there yet, and FILL(m, 0) puts a 0 there: an alarm on it may hang in one state for ever. FILL(m, REPEAT) repeats
 *   what was last seen instead. So one series of each sum stays unfilled, and says by its absence that nothing is known yet.
 */
import type { AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics as TrackedMetric } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import type { CloudwatchMetricAlarmMetricQuery as AlarmQuery } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { nameIn } from './names.ts';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: 'Average' | 'Maximum' | 'Minimum' | 'Sum';
}

/** Metrics by the ids that expressions call them by. */
export type Sources = Readonly<Record<string, Metric>>;
/** Expressions by their ids; one may name sources and those before it. The last one is the result. */
export type Expressions = Readonly<Record<string, string>>;
export interface MetricMath {
  readonly sources: Sources;
  readonly expressions: Expressions;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export function queueMetric(queueArn: string, name: string, stat: Metric['stat'] = 'Maximum'): Metric {
  return { namespace: 'AWS/SQS', name, dimensions: { QueueName: nameIn(queueArn) }, stat };
}

export interface Service {
  readonly clusterName: string;
  readonly serviceName: string;
}

/** Of Container Insights, which the cluster must have on: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html */
export function taskCount(
  { clusterName, serviceName }: Service,
  name: 'RunningTaskCount' | 'DesiredTaskCount' | 'PendingTaskCount',
): Metric {
  return { namespace: 'ECS/ContainerInsights', name, dimensions: { ClusterName: clusterName, ServiceName: serviceName }, stat: 'Average' };
}

/** In per cent of what the task was given; nothing is reported while no task runs: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html */
export function utilization(
  { clusterName, serviceName }: Service,
  name: 'CPUUtilization' | 'MemoryUtilization',
  stat: Metric['stat'] = 'Average',
): Metric {
  return { namespace: 'AWS/ECS', name, dimensions: { ClusterName: clusterName, ServiceName: serviceName }, stat };
}

/** As an alarm wants them. @param period of the sources, in seconds. */
export function alarmQueries({ sources, expressions }: MetricMath, period = 60): AlarmQuery[] {
  const metrics = Object.entries(sources).map(([id, { namespace, name, dimensions, stat }]) => ({
    id,
    metric: { namespace, metricName: name, dimensions: { ...dimensions }, period, stat },
    returnData: false,
  }));
  return [...metrics, ...results(expressions)];
}

/** As target tracking wants them; the period is a minute. */
export function trackedMetrics({ sources, expressions }: MetricMath): TrackedMetric[] {
  const metrics = Object.entries(sources).map(([id, { namespace, name, dimensions, stat }]) => ({
    id,
    metricStat: {
      metric: { namespace, metricName: name, dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })) },
      stat,
    },
    returnData: false,
  }));
  return [...metrics, ...results(expressions)];
}

function results(expressions: Expressions): { id: string; expression: string; label: string; returnData: boolean }[] {
  const entries = Object.entries(expressions);
  return entries.map(([id, expression], at) => ({ id, expression, label: id.replaceAll('_', ' '), returnData: at === entries.length - 1 }));
}
