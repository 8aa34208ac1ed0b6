/** The worker's image. A tag is never overwritten: what was tested is what runs. Service and function pull from it; nobody outside of this account may. */
import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy/index.js';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository/index.js';
import { EcrRepositoryPolicy } from '@cdktf/provider-aws/lib/ecr-repository-policy/index.js';
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import { document } from '../policies.ts';

export interface ImageRepositoryProps {
  readonly names: Names;
  readonly name: string;
  readonly keyArn: string;
  /** Whether destroying the stack deletes the images in it. */
  readonly emptyOnDestroy: boolean;
}

const TAGGED_KEPT = 30;
const UNTAGGED_DAYS = 7;

export class ImageRepository extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { names, name, keyArn, emptyOnDestroy }: ImageRepositoryProps) {
    super(scope, id);
    const repository = new EcrRepository(this, 'repository', {
      name,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: 'KMS', kmsKey: keyArn }],
      forceDelete: emptyOnDestroy,
      lifecycle: { preventDestroy: !emptyOnDestroy },
    });
    this.url = repository.repositoryUrl;
    new EcrLifecyclePolicy(this, 'lifecycle', { repository: repository.name, policy: lifecycle() });
    new EcrRepositoryPolicy(this, 'policy', { repository: repository.name, policy: lambdaPulls(names) });
  }
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
function lifecycle(): string {
  const untagged = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: UNTAGGED_DAYS };
  const tagged = { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: TAGGED_KEPT };
  const expire = { type: 'expire' };
  return JSON.stringify({
    rules: [
      { rulePriority: 1, description: `untagged, ${UNTAGGED_DAYS} days old`, selection: untagged, action: expire },
      { rulePriority: 2, description: `all but the last ${TAGGED_KEPT}`, selection: tagged, action: expire },
    ],
  });
}

/** The service pulls by its execution role; Lambda pulls in its own name: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions */
function lambdaPulls(names: Names): string {
  return document({
    Sid: 'LambdaPulls',
    Principal: { Service: names.servicePrincipal('lambda') },
    Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    Condition: { ArnLike: { 'aws:SourceArn': names.arn('lambda', `function:${names.of('*')}`) } },
  });
}
