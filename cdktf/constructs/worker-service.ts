/**
 * The cluster and the service in it: tasks in private subnets, spread over zones, a base of them on demand and the rest mostly on Spot. A deployment that does not
 * come up goes back by itself. How many run is autoscaling's to say, after the first time.
 */
import { EcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster/index.js';
import { EcsClusterCapacityProviders } from '@cdktf/provider-aws/lib/ecs-cluster-capacity-providers/index.js';
import { EcsService, type EcsServiceCapacityProviderStrategy } from '@cdktf/provider-aws/lib/ecs-service/index.js';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import type { Names } from '../names.ts';
import type { ProcessorProps } from '../stacks/processor.ts';
import { WorkerRoles } from './worker-roles.ts';
import type { WorkerSettings } from './worker-settings.ts';
import { WorkerTask } from './worker-task.ts';

/** Of `destroy`, which waits until the last task is gone. */
const DELETE_TIMEOUT = '45m';

export interface WorkerServiceProps extends ProcessorProps {
  readonly names: Names;
  readonly environment: Environment;
  readonly settings: WorkerSettings;
  /** Private ones. */
  readonly subnetIds: string[];
  readonly securityGroupId: string;
  /** What the tasks call by: there before they start, or three that reach no registry end the deployment, and until they have handed back their messages. */
  readonly wayOut: readonly ITerraformDependable[];
  /** Of Cloud Map. */
  readonly registryArn: string;
}

export class WorkerService extends Construct {
  readonly clusterName: string;
  readonly serviceName: string;
  readonly logGroupName: string;
  readonly #props: WorkerServiceProps;

  constructor(scope: Construct, id: string, props: WorkerServiceProps) {
    super(scope, id);
    this.#props = props;
    const { names, environment, core } = props;
    const cluster = new EcsCluster(this, 'cluster', {
      name: names.prefix,
      // For RunningTaskCount, which autoscaling divides the backlog by.
      setting: [{ name: 'containerInsights', value: 'enabled' }],
    });
    const providers = new EcsClusterCapacityProviders(this, 'capacity', {
      clusterName: cluster.name,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    });
    const log = new CloudwatchLogGroup(this, 'log', {
      name: names.logGroup('worker'),
      retentionInDays: environment.retention.workerLogDays,
      kmsKeyId: core.messagesKeyArn,
    });
    const roles = new WorkerRoles(this, 'roles', { ...props, clusterName: cluster.name, logGroupName: log.name });
    const task = new WorkerTask(this, 'task', {
      names,
      environment,
      settings: props.settings,
      image: `${core.repositoryUrl}:${props.imageTag}`,
      roles,
      logGroupName: log.name,
    });
    this.clusterName = cluster.name;
    this.logGroupName = log.name;
    this.serviceName = this.#service(cluster, task, [providers, ...roles.policies, ...props.wayOut]).name;
  }

  #service(cluster: EcsCluster, task: WorkerTask, dependsOn: ITerraformDependable[]): EcsService {
    const { names, environment, subnetIds, securityGroupId, registryArn } = this.#props;
    return new EcsService(this, 'service', {
      name: names.of('worker'),
      cluster: cluster.arn,
      taskDefinition: task.arn,
      desiredCount: environment.worker.minTasks,
      platformVersion: 'LATEST',
      capacityProviderStrategy: strategy(environment.worker),
      // Or another share of Spot would make the service anew, with all tasks stopped first. Without a change it forces nothing.
      forceNewDeployment: true,
      networkConfiguration: { subnets: subnetIds, securityGroups: [securityGroupId], assignPublicIp: false },
      serviceRegistries: { registryArn },
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: 'ENABLED',
      enableEcsManagedTags: true,
      // Provider and default tags reach the service only; tasks would have none, and the bill could not tell whose they are.
      propagateTags: 'SERVICE',
      enableExecuteCommand: false,
      // At the first deployment the image is not pushed yet: there is nothing to wait for. ECS goes on trying until it is.
      waitForSteadyState: false,
      lifecycle: { ignoreChanges: ['desired_count'] },
      // A task may hold its protection for 30 minutes; the provider's own patience is 20.
      timeouts: { delete: DELETE_TIMEOUT },
      dependsOn,
    });
  }
}

/** A provider that would get no task is left out. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html */
function strategy({ onDemandBase, spotShare }: Environment['worker']): EcsServiceCapacityProviderStrategy[] {
  return [
    // Whether a weight of 0 still takes the base is not said; 1 in 101 beside it is as good as none.
    { capacityProvider: 'FARGATE', base: onDemandBase, weight: Math.max(100 - spotShare, Math.min(onDemandBase, 1)) },
    { capacityProvider: 'FARGATE_SPOT', base: 0, weight: spotShare },
  ].filter(({ base, weight }) => base > 0 || weight > 0);
}
