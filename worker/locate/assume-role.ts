/** One AssumeRole call and what it gives. It never logs or keeps a credential. */
import { createHash } from 'node:crypto';
import { AssumeRoleCommand, type AssumeRoleCommandInput, type STSClient } from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../clients.ts';
import { LogferryError } from '../errors.ts';
import type { Observer } from '../observe/events.ts';
import type { Route } from './locate.ts';
import type { Source } from './object-key.ts';

export interface AssumedSession {
  readonly credentials: SessionCredentials;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string;
  /** How long it lasts from now, in milliseconds. */
  readonly lifeMs: number;
}

export interface Hop {
  readonly hop: 1 | 2;
  readonly tenant: string;
  readonly observer: Observer;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * @throws what the SDK throws; `sts-faults.ts` knows what it means. LogferryError `dependency-down` for an answer without credentials.
 */
export async function assumeRole(
  sts: STSClient,
  input: AssumeRoleCommandInput & { readonly DurationSeconds: number },
  { hop, tenant, observer, now }: Hop,
): Promise<AssumedSession> {
  const started = performance.now();
  let ok = false;
  try {
    const { Credentials, AssumedRoleUser } = await sts.send(new AssumeRoleCommand(input));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, Expiration } = Credentials ?? {};
    if (!accessKeyId || !secretAccessKey || !sessionToken)
      throw new LogferryError('dependency-down', 'STS answered AssumeRole without credentials');
    // Never more than was asked for: the expiry is by AWS's clock, and ours may be behind it.
    const askedMs = input.DurationSeconds * 1000;
    const lifeMs = Math.min(askedMs, Expiration ? Expiration.getTime() - now() : askedMs);
    ok = true;
    return { credentials: { accessKeyId, secretAccessKey, sessionToken }, arn: AssumedRoleUser?.Arn ?? '', lifeMs };
  } finally {
    observer.emit('credentials:assume', { hop, tenant, ok, durationMs: performance.now() - started });
  }
}

/** Hop 1 with the session tags, all of them transitive: hop 2 inherits them, and so must not pass them again. */
export function centralRoleInput(roleArn: string, { source, environment }: Route, DurationSeconds: number) {
  const tags = { tenant_id: source.tenant, cluster_id: source.cluster, environment };
  return {
    RoleArn: roleArn,
    RoleSessionName: sessionName(source),
    DurationSeconds,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    TransitiveTagKeys: Object.keys(tags),
  };
}

export function tenantRoleInput({ source, roleArn, externalId }: Route, DurationSeconds: number) {
  return { RoleArn: roleArn, RoleSessionName: sessionName(source), ExternalId: externalId, DurationSeconds };
}

/** 2 to 64 of \w+=,.@-: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html; what a key's segments may hold is among them. */
const MAX_SESSION_NAME = 64;
const HASH_LENGTH = 8;

/** What the tenant reads in CloudTrail; a name that is too long is cut, and ends in a hash of the whole. */
export function sessionName({ tenant, cluster }: Pick<Source, 'tenant' | 'cluster'>): string {
  const name = `logferry-${tenant}-${cluster}`;
  if (name.length <= MAX_SESSION_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, MAX_SESSION_NAME - HASH_LENGTH - 1)}-${hash}`;
}

/** @returns the account of an assumed role's ARN; empty when it is none. */
export function accountOf(arn: string): string {
  return /^arn:[\w-]+:sts::(\d{12}):assumed-role\//.exec(arn)?.[1] ?? '';
}
