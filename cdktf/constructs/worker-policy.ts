/**
 * What the worker needs where its role is not ours to make, as on Kubernetes: the same statements as the task's role and the function's. Attached to nobody. What it
 * says of the central role opens nothing until the environment names the role in `workerRoles`.
 */
import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { Construct } from 'constructs';
import type { CoreRefs, QueueRefs } from '../config.ts';
import type { Names } from '../names.ts';
import { document } from '../policies.ts';
import { workerStatements } from './worker-permissions.ts';

export interface WorkerPolicyProps {
  readonly names: Names;
  readonly core: CoreRefs;
  readonly queue: QueueRefs;
}

export class WorkerPolicy extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { names, core, queue }: WorkerPolicyProps) {
    super(scope, id);
    const policy = new IamPolicy(this, 'policy', {
      name: names.of('worker-elsewhere'),
      description: `For the worker of ${names.prefix} where it runs outside of the stacks worker and lambda`,
      policy: document(...workerStatements(names, core, queue)),
    });
    this.arn = policy.arn;
  }
}
