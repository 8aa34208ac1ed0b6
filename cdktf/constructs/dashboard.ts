/** One page that answers, from the top: are lines late, does anything stand still, what does it cost in tasks. Every metric on it is one that AWS emits by itself. */
import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js';
import { Construct } from 'constructs';
import type { CoreRefs, Environment } from '../config.ts';
import { queueMetric, taskCount, utilization, type Expressions, type Metric } from '../metrics.ts';
import { nameIn, type Names } from '../names.ts';
import type { Signals } from '../scaling-signals.ts';
import { backlogSignal } from './worker-autoscaling.ts';

export interface DashboardProps extends Signals {
  readonly names: Names;
  readonly environment: Environment;
  readonly core: Pick<CoreRefs, 'bucketName' | 'quarantineBucketName' | 'topicArn'>;
}

interface Graph {
  readonly title: string;
  readonly metrics: Readonly<Record<string, Metric & { readonly hidden?: boolean }>>;
  /** By their labels. */
  readonly expressions?: Expressions;
  /** Seconds; S3 measures once a day. */
  readonly period?: number;
  readonly line?: { readonly label: string; readonly value: number };
}

/** Of a page that is 24 wide. */
const [WIDTH, HEIGHT] = [8, 6];
const DAY = 86_400;

export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const widgets = [...queueGraphs(props), ...serviceGraphs(props), ...sourceGraphs(props)].map((graph, at) => ({
      type: 'metric',
      x: (at * WIDTH) % 24,
      y: Math.floor((at * WIDTH) / 24) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: properties(graph, props.names.region),
    }));
    new CloudwatchDashboard(this, 'dashboard', { dashboardName: props.names.prefix, dashboardBody: JSON.stringify({ widgets }) });
  }
}

function queueGraphs({ queue: { queueArn, overflowQueueArn, deadLetterQueueArn } }: DashboardProps): Graph[] {
  return [
    {
      title: 'Messages waiting and in flight',
      metrics: {
        waiting: queueMetric(queueArn, 'ApproximateNumberOfMessagesVisible'),
        in_flight: queueMetric(queueArn, 'ApproximateNumberOfMessagesNotVisible'),
        overflow_waiting: queueMetric(overflowQueueArn, 'ApproximateNumberOfMessagesVisible'),
        overflow_in_flight: queueMetric(overflowQueueArn, 'ApproximateNumberOfMessagesNotVisible'),
      },
    },
    {
      title: 'Age of the oldest message, seconds',
      metrics: {
        oldest: queueMetric(queueArn, 'ApproximateAgeOfOldestMessage'),
        overflow_oldest: queueMetric(overflowQueueArn, 'ApproximateAgeOfOldestMessage'),
      },
    },
    { title: 'Dead letters', metrics: { dead_letters: queueMetric(deadLetterQueueArn, 'ApproximateNumberOfMessagesVisible') } },
  ];
}

function serviceGraphs(props: DashboardProps): Graph[] {
  const { maxTasks, backlogPerTask: target } = props.environment.worker;
  const { sources, expressions } = backlogSignal(props);
  return [
    {
      title: 'Tasks',
      metrics: {
        desired: taskCount(props, 'DesiredTaskCount'),
        running: taskCount(props, 'RunningTaskCount'),
        pending: taskCount(props, 'PendingTaskCount'),
      },
      line: { label: 'maximum', value: maxTasks },
    },
    {
      title: 'Backlog per task, which scaling follows',
      metrics: Object.fromEntries(Object.entries(sources).map(([id, metric]) => [id, { ...metric, hidden: true }])),
      expressions,
      line: { label: 'target', value: target },
    },
    {
      title: 'CPU and memory, per cent',
      metrics: {
        cpu: utilization(props, 'CPUUtilization'),
        fullest_cpu: utilization(props, 'CPUUtilization', 'Maximum'),
        memory: utilization(props, 'MemoryUtilization'),
        fullest_memory: utilization(props, 'MemoryUtilization', 'Maximum'),
      },
    },
  ];
}

/** Once a day. https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html */
function bucket(name: 'NumberOfObjects' | 'BucketSizeBytes', bucketName: string, storage: string): Metric {
  return { namespace: 'AWS/S3', name, dimensions: { BucketName: bucketName, StorageType: storage }, stat: 'Average' };
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
function sourceGraphs({ core, queue }: DashboardProps): Graph[] {
  const topic = (name: string): Metric => ({ namespace: 'AWS/SNS', name, dimensions: { TopicName: nameIn(core.topicArn) }, stat: 'Sum' });
  return [
    {
      title: 'Notifications in and done, a minute',
      metrics: {
        published: topic('NumberOfMessagesPublished'),
        sent_to_the_queue: queueMetric(queue.queueArn, 'NumberOfMessagesSent', 'Sum'),
        deleted_when_done: queueMetric(queue.queueArn, 'NumberOfMessagesDeleted', 'Sum'),
      },
    },
    { title: 'Notifications that SNS could not deliver', metrics: { failed: topic('NumberOfNotificationsFailed') } },
    {
      title: 'Objects kept, and quarantined; bytes',
      period: DAY,
      metrics: {
        objects: bucket('NumberOfObjects', core.bucketName, 'AllStorageTypes'),
        quarantined: bucket('NumberOfObjects', core.quarantineBucketName, 'AllStorageTypes'),
        bytes_tiered: bucket('BucketSizeBytes', core.bucketName, 'IntelligentTieringFAStorage'),
        bytes_standard: bucket('BucketSizeBytes', core.bucketName, 'StandardStorage'),
      },
    },
  ];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
function properties({ title, metrics, expressions = {}, period = 60, line }: Graph, region: string): Record<string, unknown> {
  const last = Object.keys(expressions).at(-1);
  return {
    title,
    region,
    view: 'timeSeries',
    stacked: false,
    period,
    metrics: [
      ...Object.entries(metrics).map(([id, { namespace, name, dimensions, stat, hidden = false }]) => [
        namespace,
        name,
        ...Object.entries(dimensions).flat(),
        { id, label: id.replaceAll('_', ' '), stat, ...(hidden ? { visible: false } : {}) },
      ]),
      ...Object.entries(expressions).map(([id, expression]) => [{ id, expression, label: id.replaceAll('_', ' '), visible: id === last }]),
    ],
    yAxis: { left: { min: 0 } },
    ...(line === undefined ? {} : { annotations: { horizontal: [line] } }),
  };
}
