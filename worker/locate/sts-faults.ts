/**
 * What a failed AssumeRole means (pure): our own fault, the tenant's, or nobody's. No message repeats an ExternalId, though AWS does when it finds it
 * malformed.
 */
import { describe, isUnanswered, LogferryError } from '../errors.ts';
import type { Route } from './locate.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const THROTTLES = new Set(['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException']);
const ENDED = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException']);

/** Whether STS no longer takes the credentials that the call was made with. */
export function isSessionEnded(error: unknown): boolean {
  return error instanceof Error && ENDED.has(error.name);
}

/** Hop 1: whatever it refuses is our own side's, but for a tag value that comes from the row. */
export function centralRoleFault(error: unknown, centralRoleArn: string, route: Route): LogferryError {
  if (isPassing(error)) return stsDown(error);
  const { name, message } = error as Error;
  if (name.startsWith('PackedPolicyTooLarge') || (isInvalid(name) && /\btag/i.test(message))) {
    const tags = `tenant_id ${route.source.tenant}, cluster_id ${route.source.cluster}, environment ${JSON.stringify(route.environment)}`;
    return new LogferryError('bad-row', `STS does not take the session tags ${tags}: ${describe(error)}`, { cause: error });
  }
  const advice =
    name === 'CredentialsProviderError' || isSessionEnded(error)
      ? "the worker's own credentials are missing or have ended"
      : "its trust policy must allow sts:AssumeRole and sts:TagSession to the worker's role, and that role's own policy both on it";
  return new LogferryError('central-denied', `hop 1, the central role ${centralRoleArn}, is refused; ${advice}: ${describe(error)}`, {
    cause: error,
  });
}

/** Hop 2: a refusal is the tenant's to mend. Credentials of hop 1 that end again and again are not. */
export function tenantRoleFault(error: unknown, centralRoleArn: string, route: Route): LogferryError {
  if (isPassing(error) || isSessionEnded(error)) return stsDown(error);
  const text = withoutSecret(describe(error), route);
  const externalId =
    route.externalId === undefined ? 'must not ask for an ExternalId (the row has no external_id)' : "must ask for the row's external_id";
  const advice = [
    'check that the role exists',
    `that its trust policy allows sts:AssumeRole and sts:TagSession to ${centralRoleArn}, ${externalId}`,
    `and that its conditions hold for aws:PrincipalTag/tenant_id ${route.source.tenant}, cluster_id ${route.source.cluster}, environment ${route.environment}`,
  ].join(', ');
  // The cause would be logged with its message.
  const cause = text === describe(error) ? error : undefined;
  return new LogferryError('tenant-denied', `hop 2, ${route.roleArn}, is refused; ${advice}: ${text}`, { cause });
}

/** The session that STS gave belongs to another account than the row says: no line may travel with it. */
export function wrongAccount(arn: string | undefined, route: Route): LogferryError {
  return new LogferryError(
    'tenant-denied',
    `hop 2, ${route.roleArn}: STS gave a session of ${arn ?? 'nobody'}, which is not of account ${route.account}; nothing is sent with it`,
  );
}

export function noCredentials(): LogferryError {
  return new LogferryError('dependency-down', 'STS answered AssumeRole without credentials');
}

function stsDown(error: unknown): LogferryError {
  return new LogferryError('dependency-down', `STS does not answer: ${describe(error)}`, { cause: error });
}

function isPassing(error: unknown): boolean {
  return THROTTLES.has((error as Error).name) || isUnanswered(error);
}

/** STS words a bad parameter in several ways. */
function isInvalid(name: string): boolean {
  return /^(Validation(Error|Exception)|InvalidParameter(Value|Combination)?(Exception)?|MalformedPolicyDocument(Exception)?)$/.test(name);
}

function withoutSecret(text: string, { externalId }: Route): string {
  return externalId === undefined ? text : text.replaceAll(externalId, '[external_id]');
}
