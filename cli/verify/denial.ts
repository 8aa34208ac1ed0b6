/** What AWS's errors say, told apart by name and words (pure). */
import { describe, isUnanswered } from '../../worker/errors.ts';
import type { Result } from './check.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html: not every service and case names the policy. */
export interface Denial {
  readonly action?: string;
  readonly resource?: string;
  /** The kind of policy, such as `identity-based policy` or `service control policy`. */
  readonly policy?: string;
  /** A statement denies it: one more that allows would change nothing. */
  readonly isExplicit: boolean;
}

const DENIED = /not authorized to perform: ([\w-]+:\w+)(?: on resource: ("?)(\S+?)\2(?=[\s.]|$))?/;
const POLICY = /(because no|with an explicit deny in)(?: an?| the)? ([a-z -]*(?:policy|boundary))/i;

/** @returns undefined for what is no denial. */
export function denialOf(error: unknown): Denial | undefined {
  const { name, message } = error as Error;
  if (!/^AccessDenied(Exception)?$/.test(name)) return undefined;
  const [, action, , resource] = DENIED.exec(message) ?? [];
  const [, how, policy] = POLICY.exec(message) ?? [];
  return { action, resource, policy: policy?.toLowerCase(), isExplicit: how !== undefined && /deny/i.test(how) };
}

const THROTTLES =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|TooManyRequestsException|LimitExceededException)$/;
const EXPIRED = /^(ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|RequestExpired)$/;

export function isThrottled(error: unknown): boolean {
  return THROTTLES.test((error as Error).name);
}

export function isExpired(error: unknown): boolean {
  return EXPIRED.test((error as Error).name);
}

export function isMissing(error: unknown): boolean {
  return (error as Error).name === 'ResourceNotFoundException';
}

/**
 * CloudWatch Logs has no error of its own for a key: it comes as InvalidParameterException, AccessDeniedException or another, and names KMS or the key's ARN.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
 */
export function isKeyRefusal(error: unknown): boolean {
  const { name, message } = error as Error;
  return /kms/i.test(name) || /\bkms\b/i.test(message);
}

export function keyOf(error: unknown): string | undefined {
  return /arn:aws[\w-]*:kms:[\w:/-]+/.exec((error as Error).message)?.[0];
}

/** @param whose credentials the call was made with, and what to do when they have ended. */
export function passingResult(error: unknown, whose: 'operator' | 'session'): Result | undefined {
  if (isThrottled(error))
    return { outcome: 'unknown', reason: 'AWS throttles us, also after some tries; run again in a minute', causes: ['throttled'] };
  if (isUnanswered(error)) return { outcome: 'unknown', reason: 'AWS does not answer', said: describe(error), causes: ['unanswered'] };
  if (!isExpired(error)) return undefined;
  if (whose === 'operator')
    return {
      outcome: 'red',
      reason: 'your own AWS session has expired',
      said: describe(error),
      causes: ['expired'],
      fix: { side: 'operator', does: 'log in again, and run it again', command: 'aws sso login' },
    };
  return {
    outcome: 'unknown',
    reason: 'the session that hop 1 or 2 gave has ended meanwhile, or was revoked; run again',
    said: describe(error),
    causes: ['expired'],
  };
}
