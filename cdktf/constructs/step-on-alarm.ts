/** A step policy with the one alarm that calls it. CloudWatch calls it anew each minute for as long as the alarm stands; the cooldown is what keeps it from piling up. */
import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import type { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target/index.js';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from 'constructs';
import { alarmQueries, type MetricMath } from '../metrics.ts';

export interface StepOnAlarmProps {
  readonly target: AppautoscalingTarget;
  /** Of policy and alarm alike. */
  readonly name: string;
  readonly description: string;
  readonly signal: MetricMath;
  readonly when: 'GreaterThanOrEqualToThreshold' | 'LessThanOrEqualToThreshold';
  readonly threshold: number;
  /** All of them must breach. */
  readonly minutes: number;
  readonly adjustmentType: 'ChangeInCapacity' | 'PercentChangeInCapacity' | 'ExactCapacity';
  /** Seconds. */
  readonly cooldown: number;
  /** By how far the signal is beyond the threshold. https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html */
  readonly steps: readonly { readonly from?: number; readonly to?: number; readonly adjustment: number }[];
}

export class StepOnAlarm extends Construct {
  constructor(scope: Construct, id: string, props: StepOnAlarmProps) {
    super(scope, id);
    const { target, name, adjustmentType, cooldown, steps } = props;
    const policy = new AppautoscalingPolicy(this, 'policy', {
      name,
      policyType: 'StepScaling',
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      stepScalingPolicyConfiguration: {
        adjustmentType,
        cooldown,
        metricAggregationType: 'Maximum',
        minAdjustmentMagnitude: adjustmentType === 'PercentChangeInCapacity' ? 1 : undefined,
        stepAdjustment: steps.map(({ from, to, adjustment }) => ({
          metricIntervalLowerBound: from?.toString(),
          metricIntervalUpperBound: to?.toString(),
          scalingAdjustment: adjustment,
        })),
      },
    });
    new CloudwatchMetricAlarm(this, 'alarm', {
      alarmName: name,
      alarmDescription: props.description,
      metricQuery: alarmQueries(props.signal),
      comparisonOperator: props.when,
      threshold: props.threshold,
      evaluationPeriods: props.minutes,
      datapointsToAlarm: props.minutes,
      treatMissingData: 'notBreaching',
      alarmActions: [policy.arn],
    });
  }
}
