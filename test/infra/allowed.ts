/**
 * Judges every call of a run by the roles as they were applied: the emulator lets everything through, AWS would not. Sessions are followed down the chain by
 * our own IAM (local/iam), which asks trust policies, the caller's policies and the tags; calls to encrypted resources need their key, too.
 *
 * moto's own enforcement does not do it: it compares each statement's Resource with "*" for all services that tell it no resource, SQS, DynamoDB and Logs among
 * them, so that whatever is allowed on one ARN is refused (moto/core/responses.py `call_action`, moto/iam/access_control.py, first lines: "TODO add support
 * for the Resource and Condition parts").
 */
import { assumeRole } from '../../local/iam/assume-role.ts';
import { callerContext, Identities } from '../../local/iam/identities.ts';
import { Form, QueryError } from '../../local/iam/query.ts';
import type { RoleSpec } from '../../local/iam/role.ts';
import type { Caller } from '../../local/service.ts';
import type { Call } from './calls.ts';
import { keyUse, type KeysInUse } from './key-use.ts';
import { permissionsOf, type Permission } from './permissions.ts';

export interface Judgement {
  /** What AWS would have refused: `<role> sqs:SendMessage on arn:...`, each once. */
  readonly denied: readonly string[];
  /** What was asked for and allowed, in the same words, each once. */
  readonly allowed: readonly string[];
}

export interface Applied {
  /** All roles that the calls can go by. */
  readonly roles: readonly RoleSpec[];
  /** Sessions that were there before the first call: access key -> ARN of the role. */
  readonly sessions: ReadonlyMap<string, string>;
  /** Keys of accounts themselves, which no policy limits: access key -> account. */
  readonly administrators: ReadonlyMap<string, string>;
  readonly keys: KeysInUse;
}

/** @throws Error for a call that test/infra/permissions.ts does not know, or by a key that is nobody's. */
export function judge(calls: readonly Call[], applied: Applied): Judgement {
  const court = new Court(applied);
  for (const call of calls) court.hear(call);
  return { denied: [...court.denied], allowed: [...court.allowed] };
}

class Court {
  readonly denied = new Set<string>();
  readonly allowed = new Set<string>();
  readonly #identities = new Identities({ now: () => 0 });
  readonly #callers = new Map<string, Caller>();
  readonly #keys: KeysInUse;

  constructor({ roles, sessions, administrators, keys }: Applied) {
    this.#keys = keys;
    for (const role of roles) this.#identities.putRole(role);
    for (const [accessKeyId, account] of administrators) {
      const arn = `arn:aws:iam::${account}:root`;
      this.#callers.set(accessKeyId, { accessKeyId, account, arn, region: '', tags: {}, transitiveTagKeys: [] });
    }
    for (const [accessKeyId, roleArn] of sessions) {
      const role = this.#identities.getRole(roleArn);
      if (role === undefined) throw new Error(`${roleArn} is not among the roles`);
      const request = { sessionName: 'task', tags: {}, transitiveTagKeys: [], durationSeconds: 3600 };
      this.#remember(accessKeyId, this.#identities.issueSession({ role, ...request }));
    }
  }

  hear(call: Call): void {
    const known = this.#callers.get(call.accessKeyId);
    if (known === undefined) throw new Error(`${call.service} ${call.operation} was called with a key that is nobody's`);
    const caller = { ...known, region: call.region };
    if (call.operation === 'AssumeRole') this.#assume(call, caller);
    for (const permission of permissionsOf(call, caller.account)) this.#ask(caller, permission, call.region);
  }

  #ask(caller: Caller, permission: Permission, region: string): void {
    for (const { action, resource, context } of [permission, ...keyUse(permission, this.#keys, region)]) {
      const all = new Map([...callerContext(caller), ...context]);
      const answer = this.#identities.evaluateIdentity(caller, action, resource, all);
      const isAllowed = answer === 'allow' || answer === 'allow-direct';
      (isAllowed ? this.allowed : this.denied).add(`${nameOf(caller)} ${action} on ${resource}`);
    }
  }

  /**
   * Whom the role trusts, and with which tags. AWS takes a role of the same account that the trust policy names for allowed even if its own policies are silent;
   * here both sides have to say so, as the caller's is asked like that of any call.
   */
  #assume(call: Call, caller: Caller): void {
    try {
      const { session } = assumeRole(this.#identities, caller, new Form(new URLSearchParams(call.input as Record<string, string>)));
      if (call.assumed !== undefined) this.#remember(call.assumed.accessKeyId, session);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      this.denied.add(error.message);
      // The emulator gave them out all the same, and they go on being used.
      if (call.assumed !== undefined) this.#remember(call.assumed.accessKeyId, withoutTags(call.assumed.roleArn));
    }
  }

  #remember(accessKeyId: string, session: Omit<Caller, 'accessKeyId' | 'region'>): void {
    const { account, arn, roleArn, tags, transitiveTagKeys } = session;
    this.#callers.set(accessKeyId, { accessKeyId, region: '', account, arn, roleArn, tags, transitiveTagKeys });
  }
}

function nameOf({ arn }: Caller): string {
  return arn.split('/')[1] ?? arn;
}

function withoutTags(roleArn: string): Omit<Caller, 'accessKeyId' | 'region'> {
  const account = roleArn.split(':')[4] ?? '';
  const arn = `arn:aws:sts::${account}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/denied`;
  return { account, arn, roleArn, tags: {}, transitiveTagKeys: [] };
}
