/** The service: network, Fargate tasks, their scaling, alarms and dashboard. */
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import { Dashboard } from '../constructs/dashboard.ts';
import { GatewayEndpoints } from '../constructs/gateway-endpoints.ts';
import { InterfaceEndpoints } from '../constructs/interface-endpoints.ts';
import { NatGateways } from '../constructs/nat-gateways.ts';
import { Network } from '../constructs/network.ts';
import { ServiceDiscovery } from '../constructs/service-discovery.ts';
import { WorkerAlarms } from '../constructs/worker-alarms.ts';
import { WorkerAutoscaling } from '../constructs/worker-autoscaling.ts';
import { WorkerSecurityGroup } from '../constructs/worker-security-group.ts';
import { WorkerService } from '../constructs/worker-service.ts';
import { workerSettings } from '../constructs/worker-settings.ts';
import type { ProcessorProps } from './processor.ts';
import { LogferryStack } from './stack.ts';

/** Where the tasks run. */
interface Place {
  readonly vpcId: string;
  /** Private ones. */
  readonly subnetIds: string[];
  readonly securityGroupId: string;
  readonly wayOut: readonly ITerraformDependable[];
}

export class WorkerStack extends LogferryStack {
  readonly #props: ProcessorProps;

  constructor(scope: Construct, environment: Environment, props: ProcessorProps) {
    super(scope, 'worker', environment);
    this.#props = props;
    const { names } = this;
    const settings = workerSettings(environment, names, props.core, props.queue);
    const place = environment.network.existing ? this.#existingPlace(settings.metricsPort) : this.#ownPlace(settings.metricsPort);
    const discovery = new ServiceDiscovery(this, 'discovery', { names, vpcId: place.vpcId });
    const { registryArn } = discovery;
    const service = new WorkerService(this, 'service', { ...props, ...place, names, environment, settings, registryArn });
    this.#watch(service);
    this.#outputs(place, discovery, service);
  }

  #watch({ clusterName, serviceName }: WorkerService): void {
    const { names, environment } = this;
    const { core, queue } = this.#props;
    const watched = { names, environment, queue, clusterName, serviceName };
    new WorkerAutoscaling(this, 'autoscaling', watched);
    new WorkerAlarms(this, 'alarms', { ...watched, topicArn: core.alarmTopicArn });
    new Dashboard(this, 'dashboard', { ...watched, core });
  }

  #existingPlace(metricsPort: number): Place {
    const { existing } = this.environment.network;
    if (existing === undefined) throw new Error('asked for only where it is there');
    const { securityGroupId, wayOut } = this.#securityGroup(existing.vpcId, metricsPort);
    return { ...existing, securityGroupId, wayOut: [wayOut] };
  }

  #ownPlace(metricsPort: number): Place {
    const { names, environment } = this;
    const { cidr, zones, nat, natPerZone, interfaceEndpoints } = environment.network;
    const network = new Network(this, 'network', { names, cidr, zones });
    const group = this.#securityGroup(network.vpcId, metricsPort);
    const { securityGroupId } = group;
    const endpoints = { ...this.#props, names, environment, network };
    const wayOut = [group.wayOut, ...network.associations];
    wayOut.push(...new GatewayEndpoints(this, 'gateway-endpoints', endpoints).endpoints);
    if (interfaceEndpoints) {
      const callers = { callersSecurityGroupId: securityGroupId };
      wayOut.push(...new InterfaceEndpoints(this, 'interface-endpoints', { ...endpoints, ...callers }).endpoints);
    }
    if (nat) {
      const { addresses, routes } = new NatGateways(this, 'nat', { names, network, perZone: natPerZone });
      wayOut.push(...routes);
      this.output(
        'nat_addresses',
        "Where the worker's calls come from, for customers who bind their role to addresses",
        addresses.join(','),
      );
    }
    return { vpcId: network.vpcId, subnetIds: network.subnetIds, securityGroupId, wayOut };
  }

  #securityGroup(vpcId: string, metricsPort: number): WorkerSecurityGroup {
    const { names, environment } = this;
    return new WorkerSecurityGroup(this, 'security-group', { names, vpcId, metricsPort, scrapeFrom: environment.scrapeFrom });
  }

  #outputs({ vpcId, subnetIds, securityGroupId }: Place, discovery: ServiceDiscovery, service: WorkerService): void {
    this.output('cluster_name', 'The ECS cluster', service.clusterName);
    this.output('service_name', 'The ECS service in it', service.serviceName);
    this.output('log_group_name', "The worker's own log", service.logGroupName);
    this.output('vpc_id', 'Where the tasks run', vpcId);
    this.output('subnet_ids', 'Their private subnets', subnetIds.join(','));
    this.output('security_group_id', 'Of the tasks', securityGroupId);
    this.output('discovery_name', 'What Prometheus asks for the addresses of the tasks: docs/prometheus.yml', discovery.domain);
  }
}
