/** What an environment costs while nothing happens, counted in its synthesized resources: pure, USD a month. */
import type { StackJson } from '../../test/cdktf/synthesized.ts';
import { HOURS_PER_MONTH, PRICES } from '../prices.ts';

export interface Item {
  readonly what: string;
  readonly usd: number;
}

/** Metrics that Container Insights keeps of a service and its cluster, roughly; its page counts them by cluster, service and task family. */
const INSIGHT_METRICS = 30;

const NAT_MONTH = (PRICES.natHour + PRICES.publicAddressHour) * HOURS_PER_MONTH;

/** The same items for every environment, in one order. */
export function standingCosts(stacks: readonly StackJson[], minTasks: number): Item[] {
  const count = (type: string) => stacks.reduce((sum, stack) => sum + Object.keys(stack.resource?.[type] ?? {}).length, 0);
  const all = (type: string) => stacks.flatMap((stack) => Object.values(stack.resource?.[type] ?? {}));
  const endpointPlaces = all('aws_vpc_endpoint')
    .filter((one) => one['vpc_endpoint_type'] === 'Interface')
    .reduce((sum, one) => sum + (one['subnet_ids'] as unknown[]).length, 0);
  const insights = count('aws_ecs_cluster') > 0 ? INSIGHT_METRICS * PRICES.customMetricMonth : 0;
  const watching =
    count('aws_cloudwatch_metric_alarm') * PRICES.alarmMonth + count('aws_cloudwatch_dashboard') * PRICES.dashboardMonth + insights;
  return [
    { what: 'tasks that always run, on demand', usd: minTasks * taskMonth(stacks) },
    { what: 'NAT gateways with their addresses', usd: count('aws_nat_gateway') * NAT_MONTH },
    { what: 'interface endpoints', usd: endpointPlaces * PRICES.interfaceEndpointHour * HOURS_PER_MONTH },
    { what: 'keys', usd: count('aws_kms_key') * PRICES.kmsKeyMonth },
    { what: 'alarms, dashboard, Container Insights', usd: watching },
    { what: 'discovery', usd: count('aws_service_discovery_private_dns_namespace') * PRICES.hostedZoneMonth },
  ];
}

/** One on-demand task, all month. */
export function taskMonth(stacks: readonly StackJson[]): number {
  const definition = stacks.flatMap((stack) => Object.values(stack.resource?.['aws_ecs_task_definition'] ?? {}))[0];
  if (definition === undefined) return 0;
  const [vcpu, gb] = [Number(definition['cpu']) / 1024, Number(definition['memory']) / 1024];
  return (vcpu * PRICES.fargateArmVcpuHour + gb * PRICES.fargateArmGbHour) * HOURS_PER_MONTH;
}
