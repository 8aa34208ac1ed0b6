/** What all stacks share: provider, state, tags, versions. It makes no resource. */
import { AwsProvider, type AwsProviderConfig } from '@cdktf/provider-aws/lib/provider/index.js';
import { LocalBackend, S3Backend, TerraformOutput, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environment, StackKind } from '../config.ts';
import { Names } from '../names.ts';

/** The bindings are those of 5.100.0, which the tests apply; nothing of them has changed its meaning in 6. */
const PROVIDER_VERSIONS = '>= 5.100.0, < 7.0.0';
/** The lock file of the S3 backend came with 1.10. */
const TERRAFORM_VERSIONS = '>= 1.10';

/** Keys of the provider's `endpoints`, for an emulator. The provider drops in silence what it does not know. */
const SERVICES = [
  'appautoscaling',
  'budgets',
  'cloudwatch',
  'dynamodb',
  'ec2',
  'ecr',
  'ecs',
  'events',
  'iam',
  'kms',
  'lambda',
  'logs',
  's3',
  'scheduler',
  'servicediscovery',
  'sns',
  'sqs',
  'sts',
] as const;

export class LogferryStack extends TerraformStack {
  readonly names: Names;
  readonly environment: Environment;

  constructor(scope: Construct, kind: StackKind, environment: Environment) {
    super(scope, stackId(environment.name, kind));
    this.environment = environment;
    this.names = new Names(environment);
    new AwsProvider(this, 'aws', providerOf(environment, kind));
    this.addOverride('terraform.required_providers.aws.version', PROVIDER_VERSIONS);
    this.addOverride('terraform.required_version', TERRAFORM_VERSIONS);
    this.#keepState(kind);
  }

  /** For operators and the next stacks; `deploy` prints it. */
  output(name: string, description: string, value: string | Readonly<Record<string, string>>): void {
    new TerraformOutput(this, name, { value, description }).overrideLogicalId(name);
  }

  #keepState(kind: StackKind): void {
    const { name, state } = this.environment;
    if (state === undefined) {
      // Seen from cdktf.out/stacks/<stack>, where Terraform runs; an absolute path would make the synthesized files differ between machines.
      new LocalBackend(this, { path: `../../../terraform.state/${name}/${kind}.tfstate` });
      return;
    }
    const { bucket, region, keyPrefix, kmsKeyId } = state;
    new S3Backend(this, { bucket, region, key: `${keyPrefix}/${name}/${kind}.tfstate`, encrypt: true, kmsKeyId });
    this.addOverride('terraform.backend.s3.use_lockfile', true);
  }
}

/** As `cdktf` names it: `cdktf deploy development-core`. */
export function stackId(environment: string, kind: StackKind): string {
  return `${environment}-${kind}`;
}

function providerOf({ account, region, endpoint, project, name }: Environment, kind: StackKind): AwsProviderConfig {
  const provider: AwsProviderConfig = {
    region,
    // A profile of the wrong account is refused before anything is made.
    allowedAccountIds: [account],
    defaultTags: [{ tags: { Environment: name, Project: project, Stack: kind } }],
  };
  return endpoint === undefined ? provider : { ...provider, ...emulator(endpoint) };
}

function emulator(endpoint: string): AwsProviderConfig {
  return {
    accessKey: 'test',
    secretKey: 'test',
    s3UsePathStyle: true,
    skipCredentialsValidation: true,
    skipMetadataApiCheck: 'true',
    // An emulator's 500 would be tried 25 times, which looks like a hang.
    maxRetries: 2,
    endpoints: [Object.fromEntries(SERVICES.map((service) => [service, endpoint]))],
  };
}
