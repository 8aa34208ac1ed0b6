/** The free way to S3 and DynamoDB of this region: nothing of it passes a NAT gateway, which would cost by the gigabyte. */
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { endpointPolicy, type EndpointPolicyProps } from './endpoint-policies.ts';
import type { Network } from './network.ts';

export interface GatewayEndpointsProps extends EndpointPolicyProps {
  readonly network: Network;
}

export class GatewayEndpoints extends Construct {
  readonly endpoints: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: GatewayEndpointsProps) {
    super(scope, id);
    const { names, network } = props;
    this.endpoints = (['s3', 'dynamodb'] as const).map(
      (service) =>
        new VpcEndpoint(this, service, {
          vpcId: network.vpcId,
          vpcEndpointType: 'Gateway',
          serviceName: `com.amazonaws.${names.region}.${service}`,
          routeTableIds: network.routeTableIds,
          policy: endpointPolicy(service, props),
          tags: { Name: names.of(service) },
        }),
    );
  }
}
