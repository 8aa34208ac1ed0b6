/** A role as IAM keeps it, and how its ARN is made and read (pure). Names are unique within an account whatever their path and case. */
import { randomBytes } from 'node:crypto';
import { type Policy, parsePolicy } from './policy.ts';

export interface Role {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  /** `/`, or such as `/logferry/`. */
  readonly path: string;
  /** `AROA...`: another one when a role is deleted and made again, so that old sessions do not live on. */
  readonly id: string;
  readonly createdAtMs: number;
  readonly trust: Policy;
  /** By name. */
  readonly policies: ReadonlyMap<string, Policy>;
  readonly maxSessionSeconds: number;
  readonly description: string;
  /** In force for each session, beneath the session's own tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A document as JSON text or as it stands in code. */
export type PolicySource = string | object;

export interface RoleSettings {
  readonly trust: PolicySource;
  /** Permission policies: by name, or a list that is named `policy-1` and so on. */
  readonly policies?: readonly PolicySource[] | Readonly<Record<string, PolicySource>>;
  /** In seconds; an hour by default, twelve at most. */
  readonly maxSessionDuration?: number;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export type RoleSpec = RoleSettings &
  ({ readonly arn: string } | { readonly account: string; readonly name: string; readonly path?: string });

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const DEFAULT_SESSION_SECONDS = 3600;
export const MAX_SESSION_SECONDS = 43_200;
export const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role(\/(?:[!-~]+\/)?)([\w+=,.@-]{1,64})$/;
const ROLE_ID_CHARACTERS = 17;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export interface RoleAddress {
  readonly account: string;
  readonly path: string;
  readonly name: string;
}

/** @returns undefined for what is no role's ARN. */
export function parseRoleArn(arn: string): RoleAddress | undefined {
  const [, account, path, name] = ROLE_ARN.exec(arn) ?? [];
  return account === undefined || path === undefined || name === undefined ? undefined : { account, path, name };
}

export function roleArn({ account, path, name }: RoleAddress): string {
  return `arn:aws:iam::${account}:role${path}${name}`;
}

/** @throws MalformedPolicy for a document that is not understood; Error for a spec that names no role. */
export function makeRole(spec: RoleSpec, nowMs: number): Role {
  const address = 'arn' in spec ? parseRoleArn(spec.arn) : { path: '/', ...spec };
  if (address === undefined || parseRoleArn(roleArn(address)) === undefined)
    throw new Error(`${JSON.stringify(address ?? spec)} names no role: expected arn:aws:iam::<12 digits>:role/<name>`);
  return {
    arn: roleArn(address),
    account: address.account,
    name: address.name,
    path: address.path,
    id: `AROA${randomBase32(ROLE_ID_CHARACTERS)}`,
    createdAtMs: nowMs,
    trust: parsePolicy(spec.trust, 'trust'),
    policies: parsePolicies(spec.policies ?? []),
    maxSessionSeconds: spec.maxSessionDuration ?? DEFAULT_SESSION_SECONDS,
    description: spec.description ?? '',
    tags: spec.tags ?? {},
  };
}

/** Upper-case letters and digits as in AWS's own ids. */
export function randomBase32(characters: number): string {
  return [...randomBytes(characters)].map((byte) => BASE32[byte % BASE32.length] ?? '').join('');
}

function parsePolicies(policies: readonly PolicySource[] | Readonly<Record<string, PolicySource>>): ReadonlyMap<string, Policy> {
  const named: readonly (readonly [string, PolicySource])[] = Array.isArray(policies)
    ? (policies as readonly PolicySource[]).map((policy, at) => [`policy-${at + 1}`, policy] as const)
    : Object.entries(policies);
  return new Map(named.map(([name, policy]) => [name, parsePolicy(policy, 'permissions')]));
}
