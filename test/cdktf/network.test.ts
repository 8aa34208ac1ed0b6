import { describe, expect, test } from 'vitest';
import type { EnvironmentsInput } from '../../cdktf/config.ts';
import { policiesOf } from './policies.ts';
import { resource, resources, synthesize, type Json, type StackJson } from './synthesized.ts';

type Input = Partial<EnvironmentsInput[string]>;
const workerOf = (input: Input = {}) => synthesize(input).worker;
const count = (stack: StackJson, type: string) => Object.keys(resources(stack, type)).length;
const all = (stack: StackJson, type: string) => Object.values(resources(stack, type));
const logical = (reference: unknown) => /\$\{\w+\.([\w-]+)\./.exec(String(reference))?.[1];

const byDefault = workerOf();

/** What a subnet's route table sends anywhere else. */
function wayOut(stack: StackJson, subnet: string): Json | undefined {
  const association = resource(stack, 'aws_route_table_association', (one) => logical(one['subnet_id']) === subnet);
  return all(stack, 'aws_route').find((one) => one['route_table_id'] === association['route_table_id']);
}

/** The logical names of the subnets that the tasks run in. */
function taskSubnets(stack: StackJson): string[] {
  const { subnets } = resource(stack, 'aws_ecs_service')['network_configuration'] as { subnets: string[] };
  return subnets.map((one) => logical(one) ?? one);
}

/** Of a subnet in each of so many zones, private and public. */
function blocks(zones: number): unknown[] {
  return all(workerOf({ network: { zones, natPerZone: true } }), 'aws_subnet').map((one) => one['cidr_block']);
}

describe('a VPC of its own', () => {
  test('has one private subnet a zone for the tasks, and none of the subnets gives a public address', () => {
    expect(taskSubnets(byDefault)).toHaveLength(2);
    expect(all(byDefault, 'aws_subnet').map((one) => one['map_public_ip_on_launch'])).not.toContain(true);
    for (const subnet of taskSubnets(byDefault)) expect(wayOut(byDefault, subnet)).not.toHaveProperty('gateway_id');
  });

  test('lets no two subnets share addresses, and a further zone moves none of them', () => {
    const four = blocks(4);
    expect(new Set(four).size).toBe(8);
    expect(four).toEqual(expect.arrayContaining(blocks(2)));
    // Slices 0 to 7 of eight.
    for (const block of four) expect(block).toMatch(/^\$\{cidrsubnet\("10\.64\.0\.0\/20", 3, [0-7]\)\}$/);
  });

  test('spreads over different zones of the region, none of them one without Fargate', () => {
    const zones = taskSubnets(byDefault).map((name) => resources(byDefault, 'aws_subnet')[name]?.['availability_zone']);
    expect(zones).toEqual([expect.stringContaining('.names.0}'), expect.stringContaining('.names.1}')]);
    const [listed] = Object.values(byDefault.data?.['aws_availability_zones'] ?? {});
    expect(listed?.['exclude_zone_ids']).toContain('use1-az3');
  });

  test('keeps its subnets when AWS opens or closes a zone', () => {
    for (const subnet of all(byDefault, 'aws_subnet')) expect(subnet['lifecycle']).toEqual({ ignore_changes: ['availability_zone'] });
  });

  test('leaves its default security group without a rule', () => {
    const group = resource(byDefault, 'aws_default_security_group');
    expect(Object.keys(group).filter((key) => /gress/.test(key))).toEqual([]);
  });

  test('resolves private names, which discovery and endpoints need', () => {
    expect(resource(byDefault, 'aws_vpc')).toMatchObject({ enable_dns_support: true, enable_dns_hostnames: true });
  });

  test('reaches S3 and DynamoDB past the NAT gateway, always, from each private subnet', () => {
    for (const network of [{}, { nat: false, interfaceEndpoints: true }, { zones: 3, natPerZone: true }]) {
      const stack = workerOf({ network });
      const gateways = all(stack, 'aws_vpc_endpoint').filter((one) => one['vpc_endpoint_type'] === 'Gateway');
      expect(new Set(gateways.map((one) => one['service_name']))).toEqual(
        new Set(['com.amazonaws.eu-central-1.dynamodb', 'com.amazonaws.eu-central-1.s3']),
      );
      for (const one of gateways) expect(one['route_table_ids']).toHaveLength(taskSubnets(stack).length);
    }
  });
});

describe('the way out', () => {
  test('is one NAT gateway for all zones by default', () => {
    expect(count(byDefault, 'aws_nat_gateway')).toBe(1);
    const [first, second] = taskSubnets(byDefault).map((subnet) => wayOut(byDefault, subnet)?.['nat_gateway_id']);
    expect(first).toMatch(/aws_nat_gateway/);
    expect(second).toBe(first);
  });

  test('is one of its own for each zone where that is asked for', () => {
    const stack = workerOf({ network: { zones: 3, natPerZone: true } });
    expect(count(stack, 'aws_nat_gateway')).toBe(3);
    const ways = taskSubnets(stack).map((subnet) => wayOut(stack, subnet)?.['nat_gateway_id']);
    expect(new Set(ways).size).toBe(3);
    // In the zone that it serves.
    for (const [zone, way] of ways.entries()) {
      const nat = resources(stack, 'aws_nat_gateway')[logical(way) ?? ''];
      const subnet = resources(stack, 'aws_subnet')[logical(nat?.['subnet_id']) ?? ''];
      expect(subnet?.['availability_zone']).toContain(`.names.${zone}}`);
    }
  });

  test('is not there without NAT: no internet gateway, no public subnet, no address, and endpoints for the rest', () => {
    const stack = workerOf({ network: { nat: false, interfaceEndpoints: true } });
    for (const type of ['aws_internet_gateway', 'aws_nat_gateway', 'aws_eip', 'aws_route']) expect(count(stack, type)).toBe(0);
    expect(count(stack, 'aws_subnet')).toBe(2);
    const services = all(stack, 'aws_vpc_endpoint').map((one) => String(one['service_name']).split('eu-central-1.')[1]);
    expect(new Set(services)).toEqual(new Set(['s3', 'dynamodb', 'sqs', 'sts', 'logs', 'ecr.api', 'ecr.dkr']));
  });
});

describe('the tasks and their way out', () => {
  /** All that a task's call passes by. */
  const WAYS =
    /^aws_(route_table_association\.network_private|route\.nat_private-out|vpc_endpoint|vpc_security_group_(in|e)gress_rule\..*_https_)/;

  test.each<[string, Input]>([
    ['by NAT', {}],
    ['by endpoints alone', { network: { nat: false, interfaceEndpoints: true } }],
    ['in a VPC that was there', { network: { existing: { vpcId: 'vpc-1', subnetIds: ['subnet-1'] } } }],
  ])('%s: it is there before they start, and until they have stopped', (_where, input) => {
    const stack = workerOf(input);
    const made = Object.entries(stack.resource ?? {}).flatMap(([type, some]) => Object.keys(some).map((name) => `${type}.${name}`));
    const ways = made.filter((one) => WAYS.test(one));
    expect(ways.length).toBeGreaterThan(0);
    expect(resource(stack, 'aws_ecs_service')['depends_on']).toEqual(expect.arrayContaining(ways));
  });
});

describe('interface endpoints', () => {
  const stack = workerOf({ network: { interfaceEndpoints: true } });
  const endpoints = all(stack, 'aws_vpc_endpoint').filter((one) => one['vpc_endpoint_type'] === 'Interface');

  test('are there only where they are asked for: they cost by the hour', () => {
    expect(all(byDefault, 'aws_vpc_endpoint').filter((one) => one['vpc_endpoint_type'] === 'Interface')).toEqual([]);
  });

  test('answer under the public names, in each zone', () => {
    for (const one of endpoints) {
      expect(one['private_dns_enabled']).toBe(true);
      expect(one['subnet_ids']).toHaveLength(2);
    }
  });

  test('answer the tasks only, by HTTPS', () => {
    const [tasks] = (resource(stack, 'aws_ecs_service')['network_configuration'] as { security_groups: string[] }).security_groups;
    const [group] = endpoints.flatMap((one) => one['security_group_ids'] as string[]);
    const rules = all(stack, 'aws_vpc_security_group_ingress_rule').filter((one) => one['security_group_id'] === group);
    expect(rules).toEqual([
      expect.objectContaining({ referenced_security_group_id: tasks, ip_protocol: 'tcp', from_port: 443, to_port: 443 }),
    ]);
  });

  test('have the names of the China regions there', () => {
    const china = workerOf({ region: 'cn-north-1', network: { interfaceEndpoints: true } });
    const names = all(china, 'aws_vpc_endpoint').map((one) => one['service_name']);
    expect(names).toEqual(
      expect.arrayContaining(['cn.com.amazonaws.cn-north-1.sqs', 'com.amazonaws.cn-north-1.logs', 'com.amazonaws.cn-north-1.s3']),
    );
  });
});

describe('what passes an endpoint', () => {
  const stack = workerOf({ network: { interfaceEndpoints: true } });
  const policyOf = (service: string) => {
    const [name] =
      Object.entries(resources(stack, 'aws_vpc_endpoint')).find(([, one]) => String(one['service_name']).endsWith(`.${service}`)) ?? [];
    return policiesOf(stack).find(({ place }) => place === `aws_vpc_endpoint.${name}.policy`)?.statements ?? [];
  };

  test('is what the tasks may do, by roles of this account only; besides, the layers of the image', () => {
    for (const service of ['s3', 'dynamodb', 'sqs', 'sts']) {
      const statements = policyOf(service).filter(({ Sid }) => Sid !== 'PullLayers');
      expect(statements).not.toEqual([]);
      for (const { Condition } of statements) expect(Condition).toMatchObject({ StringEquals: { 'aws:PrincipalAccount': '111122223333' } });
    }
    expect(policyOf('s3').find(({ Sid }) => Sid === 'PullLayers')).toMatchObject({
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*',
    });
  });

  test('is no object of another bucket', () => {
    const buckets = policyOf('s3').flatMap(({ Resource }) => [Resource].flat());
    expect(
      buckets.filter((one) => !/^arn:aws:s3:::(logferry-test-(logs|quarantine)-|prod-eu-central-1-starport)/.test(String(one))),
    ).toEqual([]);
  });

  test('is both hops to a customer: the central role, and from there the roles of the agreed name', () => {
    const roles = policyOf('sts').flatMap(({ Resource }) => Resource);
    expect(roles).toEqual(['arn:aws:iam::111122223333:role/logferry-test-central', 'arn:aws:iam::*:role/CustomerLogDistribution*']);
  });

  test('is any put of logs: they go by the customers’ own credentials', () => {
    expect(policyOf('logs')).toEqual([]);
  });
});

describe('a VPC that is there already', () => {
  const stack = workerOf({ network: { existing: { vpcId: 'vpc-0a1b', subnetIds: ['subnet-1', 'subnet-2'] } } });

  test('is used as it is: nothing of a network is made', () => {
    const types = Object.keys(stack.resource ?? {});
    expect(
      types.filter((type) => /^aws_(vpc|subnet|route|route_table|internet_gateway|nat_gateway|eip|vpc_endpoint|default_)/.test(type)),
    ).toEqual(['aws_vpc_security_group_egress_rule']);
    expect(stack.data?.['aws_availability_zones']).toBeUndefined();
  });

  test('holds the tasks, their security group and their name', () => {
    expect(taskSubnets(stack)).toEqual(['subnet-1', 'subnet-2']);
    expect(resource(stack, 'aws_security_group')['vpc_id']).toBe('vpc-0a1b');
    expect(resource(stack, 'aws_service_discovery_private_dns_namespace')['vpc']).toBe('vpc-0a1b');
  });
});
