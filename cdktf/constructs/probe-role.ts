/**
 * The role by which `logferry tenant verify` tells whether a customer's role exists: IAM takes no policy that names a role which is not there, and so this one's trust
 * policy is told to deny the customer's. It lets nobody in and may do nothing, also after somebody has written another trust policy:
 * docs/decisions/0009-a-role-that-only-asks.md.
 */
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { Construct } from 'constructs';
import { document } from '../policies.ts';

export interface ProbeRoleProps {
  readonly name: string;
}

export class ProbeRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { name }: ProbeRoleProps) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      name,
      description: 'Nobody takes it on: its trust policy is how verify asks IAM whether a customers role exists.',
      assumeRolePolicy: document({ Sid: 'Nobody', Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
      // A deployment while somebody verifies has nothing to put right.
      lifecycle: { ignoreChanges: ['assume_role_policy'] },
    });
    new IamRolePolicy(this, 'nothing', {
      role: role.name,
      name: 'nothing',
      // Said, not left out: a policy of a bucket or a queue for "everybody of this account" or of the organisation would let it in.
      policy: document({ Sid: 'Nothing', Effect: 'Deny', Action: '*', Resource: '*' }),
    });
    this.arn = role.arn;
  }
}
