/** Who finds the tasks, who may talk with them, and whom they may talk with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environments, project } from '../../cdktf/environments.ts';
import { resource, resources, synthesize, type StackJson } from './synthesized.ts';

const scrapeConfiguration = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'prometheus.yml'), 'utf8');
const { worker: stack } = synthesize();
const rulesIn = (of: StackJson) => Object.values(resources(of, 'aws_vpc_security_group_ingress_rule'));

/** The synthesized environment is called `test`. */
function inProduction(text: unknown): string {
  return String(text).replace('logferry-test', `${project}-production`);
}

describe('Prometheus', () => {
  test('finds the running tasks by a name inside the VPC', () => {
    expect(resource(stack, 'aws_service_discovery_private_dns_namespace')['name']).toBe('logferry-test.internal');
    expect(resource(stack, 'aws_service_discovery_service')).toMatchObject({
      name: 'worker',
      dns_config: { routing_policy: 'MULTIVALUE', dns_records: [{ type: 'A', ttl: 10 }] },
    });
    const [discovered] = Object.keys(resources(stack, 'aws_service_discovery_service'));
    expect(resource(stack, 'aws_ecs_service')['service_registries']).toEqual({
      registry_arn: `\${aws_service_discovery_service.${discovered}.arn}`,
    });
  });

  test('asks, by docs/prometheus.yml, for the name and port of this project’s production', () => {
    expect(environments).toHaveProperty('production');
    const { name: namespace } = resource(stack, 'aws_service_discovery_private_dns_namespace');
    const { name: service } = resource(stack, 'aws_service_discovery_service');
    const [container] = JSON.parse(String(resource(stack, 'aws_ecs_task_definition')['container_definitions'])) as {
      portMappings: { containerPort: number }[];
    }[];
    expect(scrapeConfiguration).toContain(`- names: [${String(service)}.${inProduction(namespace)}]\n`);
    const ports = [...scrapeConfiguration.matchAll(/port: (\d+)/g)].map(([, port]) => Number(port));
    expect(ports).toEqual([container?.portMappings[0]?.containerPort, container?.portMappings[0]?.containerPort]);
    expect(scrapeConfiguration).toContain(`cluster/${inProduction(resource(stack, 'aws_ecs_cluster')['name'])}'`);
    expect(scrapeConfiguration).toContain(`regex: ${inProduction(resource(stack, 'aws_ecs_service')['name'])}\n`);
  });

  test('and nobody else may call a task: by default nobody at all', () => {
    expect(rulesIn(stack)).toEqual([]);
    const scraped = synthesize({ scrapeFrom: { cidrs: ['10.1.0.0/16'], securityGroupIds: ['sg-0a1b'] } }).worker;
    const port = { ip_protocol: 'tcp', from_port: 9464, to_port: 9464 };
    expect(rulesIn(scraped)).toEqual([
      expect.objectContaining({ cidr_ipv4: '10.1.0.0/16', ...port }),
      expect.objectContaining({ referenced_security_group_id: 'sg-0a1b', ...port }),
    ]);
  });

  test('is let in at the port that the worker is told', () => {
    const other = synthesize({ worker: { settings: { METRICS_PORT: '9000' } }, scrapeFrom: { cidrs: ['10.1.0.0/16'] } }).worker;
    expect(rulesIn(other)).toEqual([expect.objectContaining({ from_port: 9000, to_port: 9000 })]);
    expect(String(resource(other, 'aws_ecs_task_definition')['container_definitions'])).toContain('"containerPort":9000');
  });
});

test('a task calls by HTTPS and in no other way', () => {
  const { security_groups: groups } = resource(stack, 'aws_ecs_service')['network_configuration'] as { security_groups: string[] };
  expect(Object.values(resources(stack, 'aws_vpc_security_group_egress_rule'))).toEqual([
    expect.objectContaining({ security_group_id: groups[0], cidr_ipv4: '0.0.0.0/0', ip_protocol: 'tcp', from_port: 443, to_port: 443 }),
  ]);
  // Rules written into the group itself would be beside those.
  expect(Object.keys(resource(stack, 'aws_security_group')).filter((key) => /gress/.test(key))).toEqual([]);
});
