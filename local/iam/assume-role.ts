/**
 * The rules of AssumeRole: parameters, permission, tags, duration, each with AWS's own error. It never caps what is too large: as AWS does, it
 * refuses. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import type { Caller } from '../service.ts';
import { askerOf, callerContext, type Identities } from './identities.ts';
import { evaluate } from './policy.ts';
import { type Form, QueryError } from './query.ts';
import { DEFAULT_SESSION_SECONDS, MAX_SESSION_SECONDS, type Role } from './role.ts';
import type { Session } from './sessions.ts';
import { inheritTags, packedSizePercent, readTags, type TagRequest } from './session-tags.ts';
import { checkLength, checkPattern, validationError } from './validation.ts';

const MIN_SESSION_SECONDS = 900;
/** A session got by a session: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
const MAX_CHAINED_SECONDS = 3600;
const SESSION_NAME = { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ };
const EXTERNAL_ID = { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ };
const ROLE_ARN = { min: 20, max: 2048, pattern: /^[\t\n\r -\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u };

/** Anything else changes what the session may do: ignoring it would be a lie. */
const KNOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'Action',
  'Version',
  'RoleArn',
  'RoleSessionName',
  'ExternalId',
  'DurationSeconds',
  'Tags',
  'TransitiveTagKeys',
]);

interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly durationSeconds: number;
  readonly passed: TagRequest;
}

export interface Assumed {
  readonly role: Role;
  readonly session: Session;
  readonly sessionName: string;
  /** Of the space that tags have, in per cent; undefined without tags. */
  readonly packedSizePercent: number | undefined;
}

/**
 * Tags that are only inherited are asked for as well: https://github.com/aws/eks-pod-identity-agent/issues/80, whose users AWS refuses at the second hop
 * by the name of sts:TagSession.
 * @throws QueryError with AWS's code and words.
 */
export function assumeRole(identities: Identities, caller: Caller, form: Form): Assumed {
  const request = readRequest(form);
  const role = identities.getRole(request.roleArn);
  authorise(identities, caller, role, request, 'sts:AssumeRole');
  if (request.passed.tags.size > 0 || caller.transitiveTagKeys.length > 0) authorise(identities, caller, role, request, 'sts:TagSession');
  if (role === undefined) throw denied(caller, request.roleArn, 'sts:AssumeRole');
  const inForce = inheritTags(caller, role, request.passed);
  checkDuration(request.durationSeconds, caller.roleArn !== undefined, role);
  const { sessionName, durationSeconds } = request;
  const session = identities.issueSession({ role, sessionName, durationSeconds, ...inForce });
  return { role, session, sessionName, packedSizePercent: packedSizePercent(inForce.tags) };
}

function readRequest(form: Form): AssumeRole {
  const unknown = [...form.names()].find((name) => !KNOWN_PARAMETERS.has(name));
  if (unknown !== undefined)
    throw new QueryError('ValidationError', `The local STS does not know the parameter "${unknown}" of AssumeRole: leave it out.`);
  const roleArn = form.required('RoleArn');
  checkLength(roleArn, 'roleArn', ROLE_ARN);
  checkPattern(roleArn, 'roleArn', ROLE_ARN.pattern);
  const sessionName = form.required('RoleSessionName');
  checkLength(sessionName, 'roleSessionName', SESSION_NAME);
  checkPattern(sessionName, 'roleSessionName', SESSION_NAME.pattern);
  const externalId = form.text('ExternalId');
  if (externalId !== undefined) {
    checkLength(externalId, 'externalId', EXTERNAL_ID);
    checkPattern(externalId, 'externalId', EXTERNAL_ID.pattern);
  }
  return { roleArn, sessionName, externalId, durationSeconds: readDuration(form), passed: readTags(form) };
}

function readDuration(form: Form): number {
  const seconds = form.integer('DurationSeconds') ?? DEFAULT_SESSION_SECONDS;
  const refused = (bound: string): QueryError => validationError(String(seconds), 'durationSeconds', `Member must have value ${bound}`);
  if (seconds < MIN_SESSION_SECONDS) throw refused(`greater than or equal to ${MIN_SESSION_SECONDS}`);
  if (seconds > MAX_SESSION_SECONDS) throw refused(`less than or equal to ${MAX_SESSION_SECONDS}`);
  return seconds;
}

function checkDuration(seconds: number, chained: boolean, role: Role): void {
  if (chained && seconds > MAX_CHAINED_SECONDS) {
    throw new QueryError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (seconds > role.maxSessionSeconds)
    throw new QueryError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
}

/**
 * The role's trust policy must allow it, and so must the caller's own policies, but for one case: a role of the same account that the trust policy
 * names itself. A role that does not exist is refused in the same words, so that nobody can probe for names.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
function authorise(identities: Identities, caller: Caller, role: Role | undefined, request: AssumeRole, action: string): void {
  const context = contextOf(caller, role, request);
  const question = { asker: askerOf(caller), action, resource: request.roleArn, context };
  const trusted = role === undefined ? 'implicit-deny' : evaluate([role.trust], question);
  const own = identities.evaluateIdentity(caller, action, request.roleArn, context);
  const byTrustAlone = trusted === 'allow-direct' && caller.account === role?.account && own === 'implicit-deny';
  if (isAllowed(own) ? isAllowed(trusted) : byTrustAlone) return;
  throw denied(caller, request.roleArn, action, own);
}

function isAllowed(answer: ReturnType<typeof evaluate>): boolean {
  return answer === 'allow' || answer === 'allow-direct';
}

/**
 * AWS names the caller's own policy where it is at fault; of a role of another account it says no more than that.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
function denied(caller: Caller, roleArn: string, action: string, own: ReturnType<typeof evaluate> = 'allow'): QueryError {
  const why = own === 'implicit-deny' ? ` because no identity-based policy allows the ${action} action` : '';
  const explicit = own === 'explicit-deny' ? ' with an explicit deny in an identity-based policy' : '';
  return new QueryError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}${why}${explicit}`,
    403,
  );
}

/** `aws:RequestTag` sees only what this call passes; what came down the chain is the caller's own, `aws:PrincipalTag`. */
function contextOf(
  caller: Caller,
  role: Role | undefined,
  { sessionName, externalId, passed }: AssumeRole,
): Map<string, string | readonly string[]> {
  const context = callerContext(caller).set('sts:rolesessionname', sessionName);
  if (externalId !== undefined) context.set('sts:externalid', externalId);
  if (role !== undefined) context.set('aws:resourceaccount', role.account);
  for (const [key, value] of passed.tags) context.set(`aws:requesttag/${key.toLowerCase()}`, value);
  if (passed.tags.size > 0) context.set('aws:tagkeys', [...passed.tags.keys()]);
  if (passed.transitiveKeys.length > 0) context.set('sts:transitivetagkeys', passed.transitiveKeys);
  return context;
}
