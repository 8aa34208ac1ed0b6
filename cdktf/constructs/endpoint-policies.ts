/**
 * What may pass through the VPC's endpoints: what the tasks' role allows for that service, by roles of this account, and what the platform itself fetches. A task
 * that was taken over cannot carry anything to another account's bucket, table or queue by them. Such a policy only narrows; it allows nothing by itself.
 */
import type { CoreRefs, Environment, QueueRefs } from '../config.ts';
import type { Names } from '../names.ts';
import { document, type Statement } from '../policies.ts';
import { workerStatements } from './worker-permissions.ts';

export type LimitedService = 's3' | 'dynamodb' | 'sqs' | 'sts';

export interface EndpointPolicyProps {
  readonly names: Names;
  readonly environment: Environment;
  readonly core: CoreRefs;
  readonly queue: QueueRefs;
}

/** The document for one service's endpoint. */
export function endpointPolicy(service: LimitedService, { names, environment, core, queue }: EndpointPolicyProps): string {
  const own = workerStatements(names, core, queue).filter(({ Action }) =>
    [Action].flat().every((action) => action.startsWith(`${service}:`)),
  );
  return document(...own.map((statement) => byThisAccount(names, statement)), ...others(service, names, environment));
}

function byThisAccount(names: Names, statement: Statement): Statement {
  const ofAccount = { 'aws:PrincipalAccount': names.account };
  return {
    ...statement,
    Principal: '*',
    Condition: { ...statement.Condition, StringEquals: { ...statement.Condition?.['StringEquals'], ...ofAccount } },
  };
}

/** What passes besides the tasks' own calls. */
function others(service: LimitedService, names: Names, environment: Environment): Statement[] {
  // The image's layers, signed by ECR for whoever pulls: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
  const layers = `${names.bucketArn(`prod-${names.region}-starport-layer-bucket`)}/*`;
  if (service === 's3') return [{ Sid: 'PullLayers', Principal: '*', Action: 's3:GetObject', Resource: layers }];
  // Hop 2, with the session of the central role, which is of this account too.
  const customers = `arn:${names.partition}:iam::*:role/${environment.customerRoleName}`;
  if (service === 'sts')
    return [byThisAccount(names, { Sid: 'AssumeCustomerRoles', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: customers })];
  return [];
}
