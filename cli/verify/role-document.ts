/** The customer's role as they send it (`aws iam get-role`), or as verify reads it itself with a profile of theirs. */
import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import type { Route } from '../../worker/locate/locate.ts';
import { CliError } from '../error.ts';
import { readText } from '../text-file.ts';
import { persist } from './persist.ts';

export interface RoleDocument {
  /** Undefined where only the trust policy was sent. */
  readonly arn?: string;
  readonly trust: object;
}

const Policy = z.looseObject({ Statement: z.union([z.array(z.unknown()), z.looseObject({})]) });
const Role = z.looseObject({ Arn: z.string().optional(), AssumeRolePolicyDocument: z.union([z.string(), Policy]) });

/** @param file `-` for standard input. @throws CliError for what is no role. */
export async function readRoleDocument(file: string): Promise<RoleDocument> {
  const value = parse(await readText(file));
  const document = value === undefined ? undefined : roleOf(value);
  if (document !== undefined) return document;
  throw new CliError(`${file === '-' ? 'standard input' : file} is no role; \`aws iam get-role --role-name ...\` prints it`);
}

function roleOf(value: unknown): RoleDocument | undefined {
  const bare = Policy.safeParse(value);
  if (bare.success) return { trust: bare.data };
  const whole = z.looseObject({ Role }).safeParse(value);
  const role = whole.success ? whole.data.Role : Role.safeParse(value).data;
  return role && withTrust(role.Arn, role.AssumeRolePolicyDocument);
}

/** The API gives the policy URL-encoded, the AWS CLI decodes it. */
function withTrust(arn: string | undefined, trust: unknown): RoleDocument | undefined {
  const policy = Policy.safeParse(typeof trust === 'string' ? (parse(trust) ?? parse(decode(trust))) : trust);
  return policy.success ? { ...(arn !== undefined && { arn }), trust: policy.data } : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}

/**
 * @returns the role; undefined when there is none.
 * @throws CliError when the profile is of another account; what the SDK throws.
 */
export async function askForRole(iam: IAMClient, sts: STSClient, { account, roleArn }: Route): Promise<RoleDocument | undefined> {
  const { Account: theirs } = await persist(() => sts.send(new GetCallerIdentityCommand({})));
  if (theirs !== account) throw new CliError(`--customer-profile is of account ${theirs ?? 'nobody'}; the row's role is in ${account}`);
  const RoleName = roleArn.split('/').at(-1);
  try {
    const { Role: role } = await persist(() => iam.send(new GetRoleCommand({ RoleName })));
    return withTrust(role?.Arn, role?.AssumeRolePolicyDocument);
  } catch (error) {
    if ((error as Error).name.startsWith('NoSuchEntity')) return undefined;
    throw error;
  }
}
