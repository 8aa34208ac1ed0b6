/** An alarm on one metric, told to the alarms' topic when it begins and when it is over. It never acts on anything itself. */
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import type { Construct } from 'constructs';
import type { Names } from '../names.ts';

export interface AlarmProps {
  readonly names: Names;
  readonly topicArn: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum';
  /** It is one when the metric is above this. */
  readonly above: number;
  readonly periodSeconds: number;
  /** So many of the last so many periods. */
  readonly periods: readonly [bad: number, of: number];
  /** `ignore` leaves the alarm as it is, `notBreaching` ends it. */
  readonly missing: 'ignore' | 'notBreaching';
  /** What it means, and what to do: it stands in the mail. */
  readonly advice: string;
}

export class Alarm extends CloudwatchMetricAlarm {
  constructor(scope: Construct, part: string, props: AlarmProps) {
    super(scope, part, {
      alarmName: props.names.of(part),
      alarmDescription: props.advice,
      namespace: props.namespace,
      metricName: props.metric,
      dimensions: { ...props.dimensions },
      statistic: props.statistic,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: props.above,
      period: props.periodSeconds,
      datapointsToAlarm: props.periods[0],
      evaluationPeriods: props.periods[1],
      treatMissingData: props.missing,
      alarmActions: [props.topicArn],
      okActions: [props.topicArn],
    });
  }
}
