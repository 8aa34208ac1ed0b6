/**
 * The worker's image as a function behind the queues, with a role and a log of its own. It answers for each message of a batch apart: what is not settled comes
 * back, and nothing else does.
 */
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import type { Names } from '../names.ts';
import { document } from '../policies.ts';
import type { ProcessorProps } from '../stacks/processor.ts';
import { workerEnvironment } from './worker-environment.ts';
import { workerStatements } from './worker-permissions.ts';

/** Objects of one invocation, the most without a window of waiting: their reading and putting overlap, and the slowest keeps the function for ten, not for hundreds. */
const BATCH_SIZE = 10;
/** The least that a mapping may have. */
const OVERFLOW_CONCURRENCY = 2;

export interface LambdaProcessorProps extends ProcessorProps {
  readonly names: Names;
  readonly environment: Environment;
}

export class LambdaProcessor extends Construct {
  readonly functionName: string;
  readonly functionArn: string;
  readonly logGroup: string;

  constructor(scope: Construct, id: string, props: LambdaProcessorProps) {
    super(scope, id);
    const { names, environment, queue } = props;
    const log = new CloudwatchLogGroup(this, 'log', {
      name: names.logGroup('lambda'),
      retentionInDays: environment.retention.workerLogDays,
      kmsKeyId: props.core.messagesKeyArn,
    });
    const role = new IamRole(this, 'role', {
      name: names.of('lambda'),
      description: `The worker of ${names.prefix} as a function`,
      // Not bound to the account as others are: nowhere does AWS say that Lambda tells it, and a role can be handed to functions of its own account only.
      assumeRolePolicy: document({
        Sid: 'Assume',
        Principal: { Service: names.servicePrincipal('lambda') },
        Action: 'sts:AssumeRole',
      }),
    });
    const policy = new IamRolePolicy(this, 'policy', { name: 'work', role: role.name, policy: permissions(props, log.name) });
    const made = this.#function(props, role, log, policy);
    const { reservedConcurrency } = environment.lambda;
    this.#poll('notifications', made, queue.queueArn, reservedConcurrency - OVERFLOW_CONCURRENCY);
    // The function puts nothing there; what a service has left there before would lie until SQS deletes it.
    this.#poll('overflow', made, queue.overflowQueueArn, OVERFLOW_CONCURRENCY);
    this.functionName = made.functionName;
    this.functionArn = made.arn;
    this.logGroup = log.name;
  }

  #function(
    { names, environment, core, queue, imageTag }: LambdaProcessorProps,
    role: IamRole,
    log: CloudwatchLogGroup,
    policy: IamRolePolicy,
  ) {
    const { memoryMiB, timeoutSeconds, reservedConcurrency, settings } = environment.lambda;
    const { AWS_REGION: _setByLambda, ...variables } = workerEnvironment(environment, names, core, queue, {
      EXECUTION_MODE: 'lambda',
      ...settings,
    });
    return new LambdaFunction(this, 'function', {
      functionName: names.of('lambda'),
      description: "Delivers customers' logs into their own accounts",
      role: role.arn,
      packageType: 'Image',
      imageUri: `${core.repositoryUrl}:${imageTag}`,
      architectures: ['arm64'],
      // Added to the image's own entry point, which is the worker.
      imageConfig: { command: ['--mode', 'lambda'] },
      memorySize: memoryMiB,
      timeout: timeoutSeconds,
      // What the account keeps for it, and the most it takes of it and of the tenants' quotas. A new account has 10 in all, and refuses this until raised.
      reservedConcurrentExecutions: reservedConcurrency,
      environment: { variables },
      // `JSON` has Lambda drop lines by a level of its own; the worker's are JSON already, and LOG_LEVEL is its own.
      loggingConfig: { logFormat: 'Text', logGroup: log.name },
      // No X-Ray: it would know the invocation only, none of the calls in it, and its permission is for every resource.
      tracingConfig: { mode: 'PassThrough' },
      dependsOn: [policy],
    });
  }

  /**
   * A mapping never takes more messages than the function has room for, so that none comes back for want of it. That is why the queue's 900 s of invisibility,
   * thrice the default time-out, do: AWS's rule of six times is for batches that are throttled and wait.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  #poll(part: string, made: LambdaFunction, queueArn: string, maximumConcurrency: number): void {
    new LambdaEventSourceMapping(this, part, {
      functionName: made.arn,
      eventSourceArn: queueArn,
      functionResponseTypes: ['ReportBatchItemFailures'],
      batchSize: BATCH_SIZE,
      // Lines are late already by what the agent gathers.
      maximumBatchingWindowInSeconds: 0,
      scalingConfig: { maximumConcurrency },
    });
  }
}

function permissions({ names, core, queue }: LambdaProcessorProps, logGroup: string): string {
  return document(...workerStatements(names, core, queue), {
    Sid: 'WriteOwnLog',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: names.arn('logs', `log-group:${logGroup}:log-stream:*`),
  });
}
