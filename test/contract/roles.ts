/** What the contract suites need of roles: making one through IAM, as anybody would, and taking it on. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type AssumeRoleCommandInput, type AssumeRoleCommandOutput, STSClient } from '@aws-sdk/client-sts';
import { clientConfig, type Credentials, type Target, uniqueName } from './target.ts';

export interface RoleSpec {
  readonly account: string;
  /** Statements of the trust policy, without their Effect: Allow. */
  readonly trust: readonly object[];
  /** Statements of what the role may do; none, and it may do nothing. */
  readonly may?: readonly object[];
  readonly maxSessionSeconds?: number;
}

const document = (statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) });

/** @returns the ARN under which the role is assumed: in `account`, also where the emulator does not tell accounts apart. */
export async function createRole(aws: Target, { account, trust, may = [], maxSessionSeconds }: RoleSpec): Promise<string> {
  const RoleName = uniqueName('role');
  const iam = new IAMClient(clientConfig(aws, account));
  try {
    const AssumeRolePolicyDocument = document(trust);
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, MaxSessionDuration: maxSessionSeconds }));
    if (may.length > 0) await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'may', PolicyDocument: document(may) }));
  } finally {
    iam.destroy();
  }
  return `arn:aws:iam::${account}:role/${RoleName}`;
}

/** Trust in a whole account: its own policies decide who of it. */
export const trustAccount = (account: string, more: object = {}): object => ({
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  ...more,
});

export const mayAssume = (...Resource: string[]): object => ({ Action: ['sts:AssumeRole', 'sts:TagSession'], Resource });

/** One call with credentials of its own. @throws the SDK's error. */
export async function callSts<T>(aws: Target, credentials: Credentials, call: (sts: STSClient) => Promise<T>): Promise<T> {
  const sts = new STSClient({ ...clientConfig(aws), credentials });
  try {
    return await call(sts);
  } finally {
    sts.destroy();
  }
}

/** AssumeRole; the session's name is `worker` unless given. @throws the SDK's error. */
export async function assume(
  aws: Target,
  credentials: Credentials,
  input: Partial<AssumeRoleCommandInput> & { RoleArn: string },
): Promise<AssumeRoleCommandOutput & { session: Credentials }> {
  const answer = await callSts(aws, credentials, (sts) => sts.send(new AssumeRoleCommand({ RoleSessionName: 'worker', ...input })));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
  return { ...answer, session: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken } };
}
