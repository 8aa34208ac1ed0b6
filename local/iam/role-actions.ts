/** IAM's calls on roles, each answered in AWS's words. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */
import type { Caller } from '../service.ts';
import type { Identities } from './identities.ts';
import { type Policy, parsePolicy, principalsOf } from './policy.ts';
import { checkExistence } from './principal.ts';
import { type Form, type QueryAction, QueryError } from './query.ts';
import { DEFAULT_SESSION_SECONDS, MAX_SESSION_SECONDS, type Role, ROLE_NAME } from './role.ts';
import { checkPattern, validationError } from './validation.ts';

/** Characters without white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_TRUST_CHARACTERS = 2048;
const MAX_INLINE_CHARACTERS = 10_240;
const POLICY_NAME = /^[\w+=,.@-]{1,128}$/;
const PATH = /^\/(?:[!-~]+\/)?$/;

export function roleActions(identities: Identities): Readonly<Record<string, QueryAction>> {
  const actions = new RoleActions(identities);
  return {
    CreateRole: ({ caller, form }) => actions.create(caller, form),
    GetRole: ({ caller, form }) => ({ Role: show(actions.find(caller, form)) }),
    ListRoles: ({ caller }) => ({ Roles: { member: identities.listRoles(caller.account).map(show) }, IsTruncated: false }),
    DeleteRole: ({ caller, form }) => actions.delete(caller, form),
    UpdateRole: ({ caller, form }) => actions.update(caller, form),
    UpdateAssumeRolePolicy: ({ caller, form }) => actions.updateTrust(caller, form),
    PutRolePolicy: ({ caller, form }) => actions.putPolicy(caller, form),
    GetRolePolicy: ({ caller, form }) => actions.getPolicy(caller, form),
    DeleteRolePolicy: ({ caller, form }) => actions.deletePolicy(caller, form),
    ListRolePolicies: ({ caller, form }) => ({
      PolicyNames: { member: [...actions.find(caller, form).policies.keys()] },
      IsTruncated: false,
    }),
    // Managed policies and instance profiles do not exist here; Terraform asks for both.
    ListAttachedRolePolicies: ({ caller, form }) => actions.find(caller, form) && { AttachedPolicies: '', IsTruncated: false },
    ListInstanceProfilesForRole: ({ caller, form }) => actions.find(caller, form) && { InstanceProfiles: '', IsTruncated: false },
  };
}

class RoleActions {
  readonly #identities: Identities;

  constructor(identities: Identities) {
    this.#identities = identities;
  }

  find(caller: Caller, form: Form): Role {
    const name = form.required('RoleName');
    const role = this.#identities.findRole(caller.account, name);
    if (role === undefined) throw new QueryError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
    return role;
  }

  create({ account }: Caller, form: Form): Record<string, unknown> {
    const name = form.required('RoleName');
    checkPattern(name, 'roleName', ROLE_NAME);
    const path = form.text('Path') ?? '/';
    checkPattern(path, 'path', PATH);
    const trust = form.required('AssumeRolePolicyDocument');
    this.#readTrust(trust);
    if (this.#identities.findRole(account, name))
      throw new QueryError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
    const tags = Object.fromEntries(form.tags('Tags'));
    const description = form.text('Description') ?? '';
    const role = this.#identities.putRole({ account, name, path, trust, tags, description, maxSessionDuration: readMaxSession(form) });
    return { Role: show(role) };
  }

  delete(caller: Caller, form: Form): undefined {
    const role = this.find(caller, form);
    if (role.policies.size > 0) throw new QueryError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
    this.#identities.deleteRole(role.arn);
  }

  update(caller: Caller, form: Form): Record<string, unknown> {
    const role = this.find(caller, form);
    const maxSessionSeconds = form.text('MaxSessionDuration') === undefined ? role.maxSessionSeconds : readMaxSession(form);
    this.#identities.replaceRole({ ...role, maxSessionSeconds, description: form.text('Description') ?? role.description });
    return {};
  }

  updateTrust(caller: Caller, form: Form): undefined {
    const role = this.find(caller, form);
    this.#identities.replaceRole({ ...role, trust: this.#readTrust(form.required('PolicyDocument')) });
  }

  putPolicy(caller: Caller, form: Form): undefined {
    const role = this.find(caller, form);
    const name = form.required('PolicyName');
    checkPattern(name, 'policyName', POLICY_NAME);
    const policies = new Map(role.policies).set(name, parsePolicy(form.required('PolicyDocument'), 'permissions'));
    const sources = [...policies.values()].map(({ source }) => source).join('');
    checkSize(sources, `role ${role.name}`, MAX_INLINE_CHARACTERS);
    this.#identities.replaceRole({ ...role, policies });
  }

  getPolicy(caller: Caller, form: Form): Record<string, unknown> {
    const { role, name, policy } = this.#findPolicy(caller, form);
    return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeURIComponent(policy.source) };
  }

  deletePolicy(caller: Caller, form: Form): undefined {
    const { role, name } = this.#findPolicy(caller, form);
    this.#identities.replaceRole({ ...role, policies: new Map([...role.policies].filter(([one]) => one !== name)) });
  }

  /** Only what comes by the API is asked for principals that exist: what tests put with `putRole` is a world in whatever state they need. */
  #readTrust(text: string): Policy {
    checkSize(text, 'ACLSizePerRole', MAX_TRUST_CHARACTERS);
    const policy = parsePolicy(text, 'trust');
    checkExistence(principalsOf(policy), (arn) => this.#identities.getRole(arn) !== undefined);
    return policy;
  }

  #findPolicy(caller: Caller, form: Form): { role: Role; name: string; policy: Policy } {
    const role = this.find(caller, form);
    const name = form.required('PolicyName');
    const policy = role.policies.get(name);
    if (policy === undefined) throw new QueryError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404);
    return { role, name, policy };
  }
}

function readMaxSession(form: Form): number {
  const seconds = form.integer('MaxSessionDuration') ?? DEFAULT_SESSION_SECONDS;
  const refused = (bound: string): QueryError => validationError(String(seconds), 'maxSessionDuration', `Member must have value ${bound}`);
  if (seconds < DEFAULT_SESSION_SECONDS) throw refused(`greater than or equal to ${DEFAULT_SESSION_SECONDS}`);
  if (seconds > MAX_SESSION_SECONDS) throw refused(`less than or equal to ${MAX_SESSION_SECONDS}`);
  return seconds;
}

function checkSize(text: string, quota: string, max: number): void {
  if (text.replaceAll(/\s/g, '').length > max) throw new QueryError('LimitExceeded', `Cannot exceed quota for ${quota}: ${max}`, 409);
}

/** Documents are URL-encoded in every answer, as AWS has it. */
function show(role: Role): Record<string, unknown> {
  const Tags = Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: `${new Date(role.createdAtMs).toISOString().slice(0, 19)}Z`,
    AssumeRolePolicyDocument: encodeURIComponent(role.trust.source),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    ...(Tags.length > 0 ? { Tags: { member: Tags } } : {}),
  };
}
