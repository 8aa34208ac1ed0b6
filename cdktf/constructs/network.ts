/**
 * The VPC that the tasks run in: private subnets, one a zone, each with a route table of its own. What leads out of it is another construct's matter
 * (nat-gateways.ts, gateway-endpoints.ts, interface-endpoints.ts). Nothing in it ever has a public address but a NAT gateway.
 */
import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones/index.js';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group/index.js';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table/index.js';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association/index.js';
import { Subnet } from '@cdktf/provider-aws/lib/subnet/index.js';
import { Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { Fn, propertyAccess, Token, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';

/**
 * Zones that run no ARM64 tasks. By id: which letter means which zone differs from account to account.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html, and for use1-az3 .../ecs-arm64.html
 */
const ZONES_WITHOUT_FARGATE = ['use1-az3', 'usw1-az2', 'apne1-az3', 'cnn1-az3', 'cnn1-az4'];
/** The block in eight slices: four for private subnets, four for public ones, so that a further zone moves no other. */
const SLICE_BITS = 3;
const SLICES = { private: 0, public: 4 } as const;

export interface NetworkProps {
  readonly names: Names;
  readonly cidr: string;
  /** How many; a plan fails where the region has fewer. */
  readonly zones: number;
}

export class Network extends Construct {
  readonly vpcId: string;
  readonly subnetIds: string[];
  /** One for each of `subnetIds`, in its order. */
  readonly routeTableIds: string[];
  /** Once they are there, the private subnets are led by those tables. */
  readonly associations: readonly ITerraformDependable[];
  readonly #props: NetworkProps;
  readonly #zoneNames: string;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.#props = props;
    const { names, cidr, zones } = props;
    // Both are what private DNS names need: those of Cloud Map and of the interface endpoints.
    const vpc = new Vpc(this, 'vpc', {
      cidrBlock: cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: names.prefix },
    });
    this.vpcId = vpc.id;
    // Without rules: whatever is put into the VPC without a group of its own reaches nothing.
    new DefaultSecurityGroup(this, 'default', { vpcId: vpc.id, tags: { Name: names.of('default-closed') } });
    this.#zoneNames = this.#usableZones();
    const made = Array.from({ length: zones }, (_, zone) => this.#privateSubnet(zone));
    this.subnetIds = made.map(({ subnet }) => subnet.id);
    this.routeTableIds = made.map(({ table }) => table.id);
    this.associations = made.map(({ association }) => association);
  }

  /** For a NAT gateway; what leads into it and out of it is the caller's. */
  publicSubnet(scope: Construct, zone: number): Subnet {
    return this.#subnet(scope, 'public', zone);
  }

  #usableZones(): string {
    return new DataAwsAvailabilityZones(this, 'zones', {
      state: 'available',
      excludeZoneIds: ZONES_WITHOUT_FARGATE,
      // No local zones: they are opted into one by one, and lack most of what is needed here.
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    }).fqn;
  }

  #privateSubnet(zone: number): { subnet: Subnet; table: RouteTable; association: RouteTableAssociation } {
    const subnet = this.#subnet(this, 'private', zone);
    const table = new RouteTable(this, `private-table-${zone}`, {
      vpcId: this.vpcId,
      tags: { Name: this.#props.names.of(`private-${zone}`) },
    });
    const association = new RouteTableAssociation(this, `private-association-${zone}`, { subnetId: subnet.id, routeTableId: table.id });
    return { subnet, table, association };
  }

  #subnet(scope: Construct, kind: keyof typeof SLICES, zone: number): Subnet {
    return new Subnet(scope, `${kind}-${zone}`, {
      vpcId: this.vpcId,
      cidrBlock: Fn.cidrsubnet(this.#props.cidr, SLICE_BITS, SLICES[kind] + zone),
      availabilityZone: Token.asString(propertyAccess(this.#zoneNames, ['names', zone])),
      mapPublicIpOnLaunch: false,
      tags: { Name: this.#props.names.of(`${kind}-${zone}`) },
      // A zone that opens or is closed for a day shifts the list: no reason to make a subnet anew under running tasks.
      lifecycle: { ignoreChanges: ['availability_zone'] },
    });
  }
}
