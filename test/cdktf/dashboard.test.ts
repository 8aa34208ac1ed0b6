import { describe, expect, it } from 'vitest';
import { resource, resources, synthesize } from './synthesized.ts';

const { worker, core, queue } = synthesize({ worker: { minTasks: 1, maxTasks: 7 } });
const board = resource(worker, 'aws_cloudwatch_dashboard');

type Options = { readonly id: string; readonly expression?: string; readonly stat?: string; readonly visible?: boolean };
type Row = readonly [string, string, ...unknown[]] | readonly [Options];
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly region: string;
    readonly metrics: readonly Row[];
    readonly annotations?: unknown;
  };
}
const { widgets } = JSON.parse(String(board['dashboard_body'])) as { widgets: readonly Widget[] };
const rows = widgets.flatMap(({ properties }) => properties.metrics);
const expressions = rows.filter((row): row is readonly [Options] => typeof row[0] !== 'string');
const metrics = rows.filter((row): row is readonly [string, string, ...unknown[]] => typeof row[0] === 'string');

/**
 * What AWS publishes by itself, with its dimensions:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
 */
const EMITTED: Readonly<Record<string, { readonly names: readonly string[]; readonly dimensions: readonly string[] }>> = {
  'AWS/SQS': {
    names: [
      'ApproximateNumberOfMessagesVisible',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateAgeOfOldestMessage',
      'NumberOfMessagesSent',
      'NumberOfMessagesDeleted',
    ],
    dimensions: ['QueueName'],
  },
  'AWS/ECS': { names: ['CPUUtilization', 'MemoryUtilization'], dimensions: ['ClusterName', 'ServiceName'] },
  'ECS/ContainerInsights': {
    names: ['DesiredTaskCount', 'RunningTaskCount', 'PendingTaskCount'],
    dimensions: ['ClusterName', 'ServiceName'],
  },
  'AWS/SNS': { names: ['NumberOfMessagesPublished', 'NumberOfNotificationsFailed'], dimensions: ['TopicName'] },
  'AWS/S3': { names: ['NumberOfObjects', 'BucketSizeBytes'], dimensions: ['BucketName', 'StorageType'] },
};

const dimensionsOf = (row: readonly unknown[]) => {
  const flat = row.slice(2, -1).map(String);
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : [])));
};

const named = (dimension: string) => metrics.flatMap((row) => dimensionsOf(row)[dimension] ?? []);

describe('the dashboard', () => {
  it('is one of the environment’s name, its widgets side by side', () => {
    expect(board['dashboard_name']).toBe('logferry-test');
    const places = widgets.map(({ x, y }) => `${x},${y}`);
    expect(new Set(places).size).toBe(widgets.length);
    for (const { x, width, type, properties } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      expect([type, properties.region]).toEqual(['metric', 'eu-central-1']);
    }
  });

  it('shows depth, age, dead letters, tasks, load, SNS failures and S3', () => {
    const shown = metrics.map(([namespace, name]) => `${namespace} ${name}`);
    for (const wanted of [
      'AWS/SQS ApproximateNumberOfMessagesVisible',
      'AWS/SQS ApproximateAgeOfOldestMessage',
      'ECS/ContainerInsights RunningTaskCount',
      'AWS/ECS CPUUtilization',
      'AWS/ECS MemoryUtilization',
      'AWS/SNS NumberOfNotificationsFailed',
      'AWS/S3 NumberOfObjects',
    ])
      expect(shown).toContain(wanted);
  });

  it.each(metrics.map((row) => [row[1], row] as const))('%s is a metric that AWS emits, with those dimensions', (name, row) => {
    const known = EMITTED[row[0]];
    expect(known?.names).toContain(name);
    expect(Object.keys(dimensionsOf(row))).toEqual(known?.dimensions);
  });

  it('names only queues, topics and buckets that the other stacks make, by their very names', () => {
    const made = (stack: typeof core, type: string, field: string) =>
      Object.values(resources(stack, type)).map((one) => String(one[field]));
    expect(made(queue, 'aws_sqs_queue', 'name')).toEqual(expect.arrayContaining(named('QueueName')));
    expect(made(core, 'aws_sns_topic', 'name')).toEqual(expect.arrayContaining(named('TopicName')));
    expect(made(core, 'aws_s3_bucket', 'bucket')).toEqual(expect.arrayContaining(named('BucketName')));
    expect(new Set(named('QueueName')).size).toBe(3);
  });

  it('needs Container Insights, which the cluster has on', () => {
    expect(resource(worker, 'aws_ecs_cluster')['setting']).toEqual([{ name: 'containerInsights', value: 'enabled' }]);
  });

  it('draws the very expression that target tracking follows, with its parts hidden', () => {
    const tracked = resource(worker, 'aws_appautoscaling_policy', ({ policy_type }) => policy_type === 'TargetTrackingScaling');
    const drawn = expressions.find(([{ id }]) => id === 'backlog_per_task');
    expect(drawn?.[0].visible).toBe(true);
    for (const [{ expression }] of expressions) expect(JSON.stringify(tracked)).toContain(JSON.stringify(expression));
  });

  it('gives each line of a graph its own id', () => {
    for (const { properties } of widgets) {
      const ids = properties.metrics.map((row) => (row.at(-1) as Options).id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z]\w*$/);
    }
  });
});
