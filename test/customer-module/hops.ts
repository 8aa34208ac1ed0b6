/** The double hop into a customer's role as the worker takes it, against our own STS, which asks trust policies and tags as AWS does. */
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws } from '../../local/aws.ts';
import type { RoleSpec } from '../../local/iam/role.ts';
import type { Keys } from '../../local/provision/central.ts';
import { centralRoleInput, tenantRoleInput } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';

const HOUR_S = 3600;

export interface Hop {
  readonly tenant: string;
  readonly cluster: string;
  readonly externalId?: string | undefined;
  /** The role of hop 1; the central role by default. */
  readonly by?: string;
  /** Of hop 1 or hop 2, in place of what the worker sends. */
  readonly first?: Partial<AssumeRoleCommandInput>;
  readonly second?: Partial<AssumeRoleCommandInput>;
}

/** Another role of the central account, which may assume whatever trusts it. */
const OTHER_ROLE = 'other';

export class Hops {
  readonly #aws: LocalAws;
  readonly #centralRole: string;
  readonly #customerRole: string;
  readonly otherRole: string;

  /** @param customer the role as it was applied; @param centralRole whom it ought to trust. */
  constructor(aws: LocalAws, centralRole: string, customer: RoleSpec & { readonly arn: string }) {
    this.#aws = aws;
    this.#centralRole = centralRole;
    this.#customerRole = customer.arn;
    this.otherRole = `${centralRole.slice(0, centralRole.lastIndexOf('/'))}/${OTHER_ROLE}`;
    for (const arn of [centralRole, this.otherRole]) aws.identities.putRole({ arn, trust: opened(arn), policies: [EVERYTHING] });
    aws.identities.putRole(customer);
  }

  /** Keys of the central account itself. */
  get central(): Keys {
    return { accessKeyId: this.#centralRole.split(':')[4] ?? '', secretAccessKey: 'test' };
  }

  /** @returns the session in the customer's account. @throws the SDK's error of the hop that was refused. */
  async take(hop: Hop): Promise<Keys> {
    return await this.second(await this.first(hop), hop);
  }

  /** Hop 1 alone. */
  async first(hop: Hop): Promise<Keys> {
    return await this.#assume(this.central, { ...centralRoleInput(hop.by ?? this.#centralRole, this.#route(hop), HOUR_S), ...hop.first });
  }

  /** Hop 2 alone. */
  async second(keys: Keys, hop: Hop): Promise<Keys> {
    return await this.#assume(keys, { ...tenantRoleInput(this.#route(hop), HOUR_S), ...hop.second });
  }

  #route({ tenant, cluster, externalId }: Hop): Route {
    const source = { tenant, cluster, application: 'web', pod: 'web-1' };
    return { source, environment: 'production', roleArn: this.#customerRole, externalId } as Route;
  }

  async #assume(credentials: Keys, input: AssumeRoleCommandInput): Promise<Keys> {
    const sts = new STSClient({ endpoint: this.#aws.endpoint, region: 'us-east-1', credentials });
    try {
      const { Credentials } = await sts.send(new AssumeRoleCommand(input));
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
      return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    } finally {
      sts.destroy();
    }
  }
}

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

function opened(arn: string): object {
  const AWS = `arn:aws:iam::${arn.split(':')[4]}:root`;
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: ['sts:AssumeRole', 'sts:TagSession'] }] };
}
