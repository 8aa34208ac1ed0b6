/** Who may talk with the tasks: nobody but whoever scrapes their metrics; and they with nobody but by HTTPS. */
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group/index.js';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import type { Names } from '../names.ts';

const HTTPS = 443;

export interface WorkerSecurityGroupProps {
  readonly names: Names;
  readonly vpcId: string;
  readonly metricsPort: number;
  readonly scrapeFrom: Environment['scrapeFrom'];
}

export class WorkerSecurityGroup extends Construct {
  readonly securityGroupId: string;
  /** Once it is there, the tasks can call. */
  readonly wayOut: ITerraformDependable;

  constructor(scope: Construct, id: string, { names, vpcId, metricsPort, scrapeFrom }: WorkerSecurityGroupProps) {
    super(scope, id);
    const group = new SecurityGroup(this, 'group', {
      // Of two at once: what the description says is part of its identity, and the tasks leave the old group only for a new one.
      namePrefix: names.of('worker-'),
      description: `Tasks of ${names.prefix}: metrics in, HTTPS out`,
      vpcId,
      tags: { Name: names.of('worker') },
      lifecycle: { createBeforeDestroy: true },
    });
    this.securityGroupId = group.id;
    this.wayOut = new VpcSecurityGroupEgressRule(this, 'https', {
      securityGroupId: group.id,
      // Customers' regions are anywhere, and AWS's addresses change. DNS needs no rule: the VPC's own resolver is not filtered.
      description: 'HTTPS to AWS in any region',
      cidrIpv4: '0.0.0.0/0',
      ipProtocol: 'tcp',
      fromPort: HTTPS,
      toPort: HTTPS,
    });
    const scrape = {
      securityGroupId: group.id,
      description: 'Prometheus scrapes',
      ipProtocol: 'tcp',
      fromPort: metricsPort,
      toPort: metricsPort,
    };
    for (const cidrIpv4 of scrapeFrom.cidrs) new VpcSecurityGroupIngressRule(this, `scrape-${cidrIpv4}`, { ...scrape, cidrIpv4 });
    for (const referencedSecurityGroupId of scrapeFrom.securityGroupIds)
      new VpcSecurityGroupIngressRule(this, `scrape-${referencedSecurityGroupId}`, { ...scrape, referencedSecurityGroupId });
  }
}
