/**
 * The tasks' way out to the internet, and so to the customers' regions: an internet gateway, and NAT gateways in public subnets. Nothing comes in by it.
 */
import { Eip } from '@cdktf/provider-aws/lib/eip/index.js';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway/index.js';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway/index.js';
import { Route } from '@cdktf/provider-aws/lib/route/index.js';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table/index.js';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import type { Network } from './network.ts';

const ANYWHERE = '0.0.0.0/0';

export interface NatGatewaysProps {
  readonly names: Names;
  readonly network: Network;
  /** One a zone: none of them stands still with another zone's, for about 33 USD a month more each. */
  readonly perZone: boolean;
}

export class NatGateways extends Construct {
  /** The addresses that customers see our calls come from. */
  readonly addresses: string[];
  /** Once they are there, the private subnets have their way out. */
  readonly routes: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, { names, network, perZone }: NatGatewaysProps) {
    super(scope, id);
    const tags = { Name: names.prefix };
    const gateway = new InternetGateway(this, 'internet', { vpcId: network.vpcId, tags });
    const table = new RouteTable(this, 'public-table', { vpcId: network.vpcId, tags: { Name: names.of('public') } });
    const out = new Route(this, 'public-out', {
      routeTableId: table.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: gateway.id,
    });
    const gateways = Array.from({ length: perZone ? network.subnetIds.length : 1 }, (_, zone) =>
      this.#nat(names, network, zone, table, out),
    );
    this.addresses = gateways.map(({ publicIp }) => publicIp);
    this.routes = network.routeTableIds.map((routeTableId, zone) => {
      const natGatewayId = (gateways[zone] ?? gateways[0])?.id;
      return new Route(this, `private-out-${zone}`, { routeTableId, destinationCidrBlock: ANYWHERE, natGatewayId });
    });
  }

  #nat(names: Names, network: Network, zone: number, table: RouteTable, out: Route): NatGateway {
    const subnet = network.publicSubnet(this, zone);
    new RouteTableAssociation(this, `public-association-${zone}`, { subnetId: subnet.id, routeTableId: table.id });
    const tags = { Name: names.of(`nat-${zone}`) };
    const address = new Eip(this, `address-${zone}`, { domain: 'vpc', tags });
    return new NatGateway(this, `nat-${zone}`, {
      allocationId: address.id,
      subnetId: subnet.id,
      tags,
      // A gateway without its way out answers nothing, and an internet gateway in use cannot be deleted.
      dependsOn: [out],
    });
  }
}
