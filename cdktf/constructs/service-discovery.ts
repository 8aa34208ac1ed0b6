/** A name inside the VPC that answers with the addresses of running tasks, so that Prometheus finds them: docs/prometheus.yml. Nobody outside can ask it. */
import { ServiceDiscoveryPrivateDnsNamespace } from '@cdktf/provider-aws/lib/service-discovery-private-dns-namespace/index.js';
import { ServiceDiscoveryService } from '@cdktf/provider-aws/lib/service-discovery-service/index.js';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';

const TTL_SECONDS = 10;

export interface ServiceDiscoveryProps {
  readonly names: Names;
  readonly vpcId: string;
}

export class ServiceDiscovery extends Construct {
  readonly registryArn: string;
  /** Such as `worker.logferry-production.internal`. */
  readonly domain: string;

  constructor(scope: Construct, id: string, { names, vpcId }: ServiceDiscoveryProps) {
    super(scope, id);
    const namespace = new ServiceDiscoveryPrivateDnsNamespace(this, 'namespace', {
      name: `${names.prefix}.internal`,
      description: `Tasks of ${names.prefix}`,
      vpc: vpcId,
    });
    const service = new ServiceDiscoveryService(this, 'service', {
      name: 'worker',
      description: 'Addresses of the running tasks, for scraping',
      // Route 53 answers with eight of them at most: docs/prometheus.yml says what a larger fleet does.
      dnsConfig: { namespaceId: namespace.id, routingPolicy: 'MULTIVALUE', dnsRecords: [{ type: 'A', ttl: TTL_SECONDS }] },
      // ECS reports by it what the tasks' own health check finds.
      healthCheckCustomConfig: { failureThreshold: 1 },
      // Tasks that are stopping are still registered while everything is destroyed.
      forceDestroy: true,
    });
    this.registryArn = service.arn;
    this.domain = `${service.name}.${namespace.name}`;
  }
}
