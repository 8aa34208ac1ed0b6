/**
 * Who is who: accounts by static key, roles, assumed sessions, and what each may do. It never lets a session act that has expired, or whose role is
 * gone; static keys stand for their account's administrator, which no policy limits.
 */
import type { Caller, Clock } from '../service.ts';
import { type Answer, evaluate, type Question } from './policy.ts';
import type { PolicyContext } from './pattern.ts';
import type { Asker } from './principal.ts';
import { makeRole, parseRoleArn, type Role, type RoleSpec } from './role.ts';
import { type Session, type SessionRequest, Sessions } from './sessions.ts';

/** The account of static keys that name none. */
export const DEFAULT_ACCOUNT = '000000000000';

export interface Unknown {
  readonly error: 'ExpiredToken' | 'InvalidClientTokenId';
  readonly message: string;
}

export class Identities {
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  /** By account and lower-case name: IAM's names know no case, and no path. */
  readonly #roles = new Map<string, Role>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sessions = new Sessions(clock);
  }

  /** Who signed, by access key. A key of twelve digits is that account; any other not beginning with ASIA is account 000000000000. */
  resolve(accessKeyId: string, sessionToken: string | undefined, region: string): Caller | Unknown {
    if (accessKeyId.startsWith('ASIA')) return this.#resolveSession(accessKeyId, sessionToken, region);
    const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : DEFAULT_ACCOUNT;
    return { accessKeyId, account, region, arn: `arn:aws:iam::${account}:root`, tags: {}, transitiveTagKeys: [] };
  }

  /**
   * Makes the role, or replaces all its settings; it keeps its id, and so its sessions.
   * @throws MalformedPolicy for a document that is not understood.
   */
  putRole(spec: RoleSpec): Role {
    const made = makeRole(spec, this.#clock.now());
    const known = this.#roles.get(keyOf(made));
    const role = known === undefined ? made : { ...made, id: known.id, createdAtMs: known.createdAtMs };
    this.#roles.set(keyOf(role), role);
    return role;
  }

  /** Keeps a changed copy of a known role. */
  replaceRole(role: Role): void {
    this.#roles.set(keyOf(role), role);
  }

  getRole(arn: string): Role | undefined {
    const address = parseRoleArn(arn);
    const role = address && this.#roles.get(keyOf(address));
    // As AWS compares ARNs: by the letter, and with the path.
    return role?.arn === arn ? role : undefined;
  }

  findRole(account: string, name: string): Role | undefined {
    return this.#roles.get(keyOf({ account, name }));
  }

  /** The account's, by name. */
  listRoles(account: string): readonly Role[] {
    const roles = [...this.#roles.values()].filter((role) => role.account === account);
    return roles.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @returns whether there was one. Its sessions end with it. */
  deleteRole(arn: string): boolean {
    const role = this.getRole(arn);
    return role !== undefined && this.#roles.delete(keyOf(role));
  }

  /** Credentials of an assumed role; whether they may be had is for the caller to ask first. */
  issueSession(request: SessionRequest): Session {
    return this.#sessions.issue(request);
  }

  /** What the caller's own policies say. Static keys: anything in their own account, and cross-account whatever the other side grants. */
  evaluateIdentity(caller: Caller, action: string, resource: string, context: PolicyContext = callerContext(caller)): Answer {
    if (caller.roleArn === undefined) return 'allow';
    const question: Question = { asker: askerOf(caller), action, resource, context };
    return evaluate(this.getRole(caller.roleArn)?.policies.values() ?? [], question);
  }

  #resolveSession(accessKeyId: string, sessionToken: string | undefined, region: string): Caller | Unknown {
    const session = this.#sessions.find(accessKeyId, sessionToken);
    const role = session && this.getRole(session.roleArn);
    if (session === undefined || role?.id !== session.roleId)
      return { error: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' };
    if (this.#sessions.hasExpired(session))
      return { error: 'ExpiredToken', message: 'The security token included in the request is expired' };
    const { account, arn, roleArn, tags, transitiveTagKeys } = session;
    return { accessKeyId, account, region, arn, roleArn, tags, transitiveTagKeys };
  }
}

export function askerOf({ account, arn, roleArn }: Caller): Asker {
  return { account, arn, roleArn };
}

/** What every request says of who makes it. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export function callerContext(caller: Caller): Map<string, string | readonly string[]> {
  return new Map([
    ['aws:principalarn', caller.roleArn ?? caller.arn],
    ['aws:principalaccount', caller.account],
    ['aws:principaltype', caller.roleArn === undefined ? 'Account' : 'AssumedRole'],
    ['aws:requestedregion', caller.region],
    ...Object.entries(caller.tags).map(([key, value]) => [`aws:principaltag/${key.toLowerCase()}`, value] as const),
  ]);
}

function keyOf({ account, name }: { readonly account: string; readonly name: string }): string {
  return `${account}/${name.toLowerCase()}`;
}
