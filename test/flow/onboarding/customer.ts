/**
 * A customer whose account is on two emulators: moto, which knows enough of AWS for Terraform and CloudFormation to apply there, and our own, which asks trust
 * policies, tags and permissions as AWS does. What was applied on the one is carried over to the other as it stands.
 */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws } from '../../../local/aws.ts';
import type { Keys } from '../../../local/provision/central.ts';
import { readRole } from '../../infra/applied-roles.ts';
import { ROOT, type Handshake } from '../../ends/delivery.ts';
import { AppliedRole } from './applied-role.ts';

export interface CustomerOptions {
  /** Where they apply. */
  readonly moto: string;
  /** Where they are delivered to. */
  readonly local: LocalAws;
  readonly account: string;
  readonly region: string;
}

export class Customer {
  readonly #options: CustomerOptions;
  /** An administrator of theirs, on moto. */
  readonly #keys: Keys;
  #role: AppliedRole | undefined;

  private constructor(options: CustomerOptions, keys: Keys) {
    this.#options = options;
    this.#keys = keys;
  }

  /** moto keeps accounts apart by the role that a session is of, whether there is such a role or not. */
  static async open(options: CustomerOptions): Promise<Customer> {
    const { moto: endpoint, account, region } = options;
    const sts = new STSClient({ endpoint, region, credentials: ROOT });
    const RoleArn = `arn:aws:iam::${account}:role/administrator`;
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'customer' }));
    sts.destroy();
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return new Customer(options, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
  }

  /** Of the shell in which they apply. What an emulator refuses is not tried again for minutes. */
  get environment(): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = this.#keys;
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_ENDPOINT_URL: this.#options.moto,
      AWS_REGION: this.#options.region,
      // The AWS CLI's version 1 reads no other.
      AWS_DEFAULT_REGION: this.#options.region,
      AWS_MAX_ATTEMPTS: '2',
    };
  }

  /** Of the shell in which they read what was delivered. */
  get readerEnvironment(): Record<string, string> {
    const { local, account, region } = this.#options;
    return { AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'test', AWS_ENDPOINT_URL: local.endpoint, AWS_DEFAULT_REGION: region };
  }

  /** Role and groups, as they were applied. Done again, what has changed since. */
  async carryOver({ role_arn: arn }: Handshake): Promise<void> {
    const { moto: endpoint, local, region } = this.#options;
    this.#role = new AppliedRole(local.identities, { ...(await readRole({ endpoint, region }, arn, this.#keys)), arn });
    const there = new CloudWatchLogsClient({ endpoint, region, credentials: this.#keys });
    const here = this.#logs();
    const { logGroups = [] } = await there.send(new DescribeLogGroupsCommand({}));
    for (const { logGroupName, retentionInDays } of logGroups) {
      await here.send(new CreateLogGroupCommand({ logGroupName })).catch(unlessExists);
      if (retentionInDays !== undefined) await here.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
    }
    there.destroy();
    here.destroy();
  }

  /** On the emulator that asks its policies. @throws Error before anything was carried over. */
  get role(): AppliedRole {
    if (this.#role === undefined) throw new Error('nothing was applied yet');
    return this.#role;
  }

  async deleteGroup(logGroupName: string): Promise<void> {
    const logs = this.#logs();
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    logs.destroy();
  }

  #logs(): CloudWatchLogsClient {
    const { local, account, region } = this.#options;
    return new CloudWatchLogsClient({ endpoint: local.endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'test' } });
  }
}

function unlessExists(error: unknown): void {
  if ((error as Error).name !== 'ResourceAlreadyExistsException') throw error;
}
