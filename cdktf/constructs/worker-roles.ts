/**
 * Two roles, so that neither has what only the other needs: ECS itself pulls the image and writes the log by the execution role, which the worker's code never
 * holds; the task's role is what that code may do.
 */
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { Construct } from 'constructs';
import { EnvironmentsError, type CoreRefs, type QueueRefs } from '../config.ts';
import type { Names } from '../names.ts';
import { document, trustService, type Statement } from '../policies.ts';
import { workerStatements } from './worker-permissions.ts';

export interface WorkerRolesProps {
  readonly names: Names;
  readonly core: CoreRefs;
  readonly queue: QueueRefs;
  readonly clusterName: string;
  readonly logGroupName: string;
}

export class WorkerRoles extends Construct {
  readonly taskRoleArn: string;
  readonly executionRoleArn: string;
  /** A task that starts before they are there fails. */
  readonly policies: readonly IamRolePolicy[];

  constructor(scope: Construct, id: string, { names, core, queue, clusterName, logGroupName }: WorkerRolesProps) {
    super(scope, id);
    const task = this.#role(names, 'worker', `What the worker of ${names.prefix} may do`);
    const execution = this.#role(names, 'worker-execution', `Starts the tasks of ${names.prefix}: pulls the image, writes their log`);
    this.taskRoleArn = task.arn;
    this.executionRoleArn = execution.arn;
    const work = document(...workerStatements(names, core, queue), protectTasks(names, clusterName));
    this.policies = [
      new IamRolePolicy(this, 'task-policy', { name: 'work', role: task.name, policy: work }),
      new IamRolePolicy(this, 'execution-policy', {
        name: 'start',
        role: execution.name,
        policy: document(...pull(names, core.repositoryUrl), writeLog(names, logGroupName)),
      }),
    ];
  }

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#create_task_iam_policy_and_role on both conditions. */
  #role(names: Names, part: string, description: string): IamRole {
    const assumeRolePolicy = trustService(names.servicePrincipal('ecs-tasks'), names.account, names.arn('ecs', '*'));
    return new IamRole(this, part, { name: names.of(part), description, assumeRolePolicy });
  }
}

/** A task asks by its agent's address, which calls in the task's name; any task of the cluster, as none knows its id beforehand. */
function protectTasks(names: Names, clusterName: string): Statement {
  return {
    Sid: 'ProtectOwnTasks',
    Action: 'ecs:UpdateTaskProtection',
    Resource: names.arn('ecs', `task/${clusterName}/*`),
  };
}

/** The repository's key needs no statement: ECR opens it by a grant of its own. https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html */
function pull(names: Names, repositoryUrl: string): Statement[] {
  return [
    {
      Sid: 'PullImage',
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: repositoryArn(names, repositoryUrl),
    },
    // A registry has one login for all of its repositories; the reason stands in wildcards.ts.
    { Sid: 'LogInToRegistry', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
  ];
}

function writeLog(names: Names, logGroupName: string): Statement {
  return {
    Sid: 'WriteOwnLog',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: names.arn('logs', `log-group:${logGroupName}:log-stream:*`),
  };
}

/** Of the repository, which may be another account's or region's. @throws EnvironmentsError when it is none of ECR's. */
function repositoryArn({ partition }: Names, url: string): string {
  const [, account, region, name] = /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?\/(.+)$/.exec(url) ?? [];
  if (name === undefined) throw new EnvironmentsError([`existing.core.repositoryUrl: ${url} is no repository of ECR`]);
  return `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
}
