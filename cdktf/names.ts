/**
 * The name of everything, once. Names are plain text made of project, environment, account and region, so that policies and tests can spell an ARN out
 * without a look-up; only what AWS numbers itself (keys, networks) comes from a state.
 */
import type { Environment } from './config.ts';

/** Longest name of a bucket. */
const MAX_BUCKET = 63;

export class Names {
  readonly prefix: string;
  readonly partition: string;
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.prefix = `${environment.project}-${environment.name}`;
    this.partition = environment.region.startsWith('cn-') ? 'aws-cn' : environment.region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  }

  get account(): string {
    return this.#environment.account;
  }
  get region(): string {
    return this.#environment.region;
  }

  /** @param part such as `notifications`. */
  of(part: string): string {
    return `${this.prefix}-${part}`;
  }

  /** Names of buckets are shared by all of AWS: account and region make them ours. @throws Error when it is longer than a bucket's name may be. */
  bucket(part: string): string {
    const name = `${this.prefix}-${part}-${this.account}-${this.region}`;
    if (name.length > MAX_BUCKET)
      throw new Error(`the bucket's name ${name} is longer than ${MAX_BUCKET}: choose a shorter project or environment`);
    return name;
  }

  /** Of this account and region. @param resource such as `queue-name` or `table/name`. */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
  }

  /** Of what has no region. */
  globalArn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}::${this.account}:${resource}`;
  }

  /** Of a role of ours, which may not be there yet. */
  roleArn(part: string): string {
    return this.globalArn('iam', `role/${this.of(part)}`);
  }

  bucketArn(name: string): string {
    return `arn:${this.partition}:s3:::${name}`;
  }

  tableArn(name: string): string {
    return this.arn('dynamodb', `table/${name}`);
  }

  /** @param service such as `s3`; also of the China and GovCloud regions. */
  servicePrincipal(service: string): string {
    return `${service}.amazonaws.com`;
  }

  /** As KMS knows a service that uses a key for its caller. @param service such as `s3`. */
  viaService(service: string): string {
    return `${service}.${this.region}.${this.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
  }

  /** The worker's own log. @param part such as `worker`. */
  logGroup(part: string): string {
    return `/logferry/${this.prefix}/${part}`;
  }
}

/** Of a queue. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html */
export function queueUrl(arn: string): string {
  const [, partition, , region, account, name] = arn.split(':');
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://sqs.${region}.${domain}/${account}/${name}`;
}

/** The last part of an ARN: the name of a queue, topic or role. */
export function nameIn(arn: string): string {
  return arn.split(/[:/]/).at(-1) ?? '';
}
