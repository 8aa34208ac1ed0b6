/** What an environment costs while nothing happens, counted in its synthesized resources: pure, USD a month. */
import type { StackJson } from '../../test/cdktf/synthesized.ts';
import { HOURS_PER_MONTH, PRICES } from '../prices.ts';

export interface Item {
  readonly what: string;
  readonly usd: number;
}

/** Metrics that Container Insights keeps of a service and its cluster, roughly; its page counts them by cluster, service and task family. */
const INSIGHT_METRICS = 30;

export function standingCosts(stacks: readonly StackJson[], minTasks: number): Item[] {
  const count = (type: string) => stacks.reduce((sum, stack) => sum + Object.keys(stack.resource?.[type] ?? {}).length, 0);
  const all = (type: string) => stacks.flatMap((stack) => Object.values(stack.resource?.[type] ?? {}));
  const interfaces = all('aws_vpc_endpoint').filter((one) => one['vpc_endpoint_type'] === 'Interface');
  const zones = all('aws_subnet').length / 2;
  const nats = count('aws_nat_gateway');
  const insights = count('aws_ecs_cluster') > 0 ? INSIGHT_METRICS * PRICES.customMetricMonth : 0;
  return [
    { what: `${minTasks} tasks at least`, usd: minTasks * taskMonth(stacks) },
    { what: `${nats} NAT gateways with their addresses`, usd: nats * (PRICES.natHour + PRICES.publicAddressHour) * HOURS_PER_MONTH },
    { what: `${interfaces.length} interface endpoints`, usd: interfaces.length * zones * PRICES.interfaceEndpointHour * HOURS_PER_MONTH },
    { what: `${count('aws_kms_key')} keys`, usd: count('aws_kms_key') * PRICES.kmsKeyMonth },
    { what: `${count('aws_cloudwatch_metric_alarm')} alarms`, usd: count('aws_cloudwatch_metric_alarm') * PRICES.alarmMonth },
    { what: `${count('aws_cloudwatch_dashboard')} dashboard`, usd: count('aws_cloudwatch_dashboard') * PRICES.dashboardMonth },
    {
      what: 'discovery, Container Insights',
      usd: count('aws_service_discovery_private_dns_namespace') * PRICES.hostedZoneMonth + insights,
    },
  ].filter(({ usd }) => usd > 0);
}

/** One on-demand task, all month. */
export function taskMonth(stacks: readonly StackJson[]): number {
  const definition = stacks.flatMap((stack) => Object.values(stack.resource?.['aws_ecs_task_definition'] ?? {}))[0];
  if (definition === undefined) return 0;
  const [vcpu, gb] = [Number(definition['cpu']) / 1024, Number(definition['memory']) / 1024];
  return (vcpu * PRICES.fargateArmVcpuHour + gb * PRICES.fargateArmGbHour) * HOURS_PER_MONTH;
}
