/**
 * Private addresses, one a zone, for the other services of this region that a task calls or is started by: instead of a NAT gateway, or beside one to keep their
 * bytes off it. KMS is not among them: S3, DynamoDB and SQS ask it in the task's name, the task itself never does.
 */
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group/index.js';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint/index.js';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import { endpointPolicy, type EndpointPolicyProps } from './endpoint-policies.ts';
import type { Network } from './network.ts';

/** Logs and the registry pass whole: lines go to any customer's account by their own credentials, and layers come by signed addresses. */
const SERVICES = ['sqs', 'sts', 'logs', 'ecr.api', 'ecr.dkr'] as const;

export interface InterfaceEndpointsProps extends EndpointPolicyProps {
  readonly network: Network;
  /** Of the tasks: nobody else may call. */
  readonly callersSecurityGroupId: string;
}

export class InterfaceEndpoints extends Construct {
  /** Once they are there, the tasks can call by them: the rule that lets them in is among them. */
  readonly endpoints: readonly ITerraformDependable[];
  readonly #props: InterfaceEndpointsProps;

  constructor(scope: Construct, id: string, props: InterfaceEndpointsProps) {
    super(scope, id);
    this.#props = props;
    const { names, network, callersSecurityGroupId } = props;
    const group = new SecurityGroup(this, 'security-group', {
      name: names.of('endpoints'),
      description: `Endpoints of ${names.prefix}: HTTPS from its tasks`,
      vpcId: network.vpcId,
      tags: { Name: names.of('endpoints') },
    });
    const https = new VpcSecurityGroupIngressRule(this, 'https', {
      securityGroupId: group.id,
      description: 'HTTPS from the tasks',
      referencedSecurityGroupId: callersSecurityGroupId,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
    });
    this.endpoints = [https, ...SERVICES.map((service) => this.#endpoint(service, group.id))];
  }

  #endpoint(service: (typeof SERVICES)[number], securityGroupId: string): VpcEndpoint {
    const { names, network } = this.#props;
    return new VpcEndpoint(this, service, {
      vpcId: network.vpcId,
      vpcEndpointType: 'Interface',
      serviceName: `${domainOf(service, names)}.${names.region}.${service}`,
      subnetIds: network.subnetIds,
      securityGroupIds: [securityGroupId],
      privateDnsEnabled: true,
      policy: service === 'sqs' || service === 'sts' ? endpointPolicy(service, this.#props) : undefined,
      tags: { Name: names.of(service) },
    });
  }
}

/** In the China regions all of ours but Logs have another one: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts */
function domainOf(service: (typeof SERVICES)[number], { partition }: Names): string {
  return partition === 'aws-cn' && service !== 'logs' ? 'cn.com.amazonaws' : 'com.amazonaws';
}
