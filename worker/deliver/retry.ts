/** What the failure of a CloudWatch Logs call means (pure): try again, make the stream, renew the session, or give up and why. */
import type { FaultCode } from '../errors.ts';

export type PutFault =
  /** Passing. `ambiguous`: the events may have been taken, since the answer was lost. */
  | { readonly kind: 'retry'; readonly reason: string; readonly ambiguous: boolean }
  /** The stream or its group does not exist. */
  | { readonly kind: 'missing' }
  /** The session's credentials are not (or no longer) accepted. */
  | { readonly kind: 'session' }
  /** Something in the request is not as it must be: one of its lines, or the route. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'refused'; readonly code: Extract<FaultCode, 'tenant-denied' | 'delivery-refused'> };

const THROTTLES = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'SlowDown',
  'LimitExceededException',
]);
const SESSION_ENDED = new Set([
  'ExpiredTokenException',
  'ExpiredToken',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'RequestExpired',
]);
const INVALID = new Set(['InvalidParameterException', 'SerializationException', 'ValidationException']);
const DENIALS = /AccessDenied|NotAuthorized|Unauthorized|OptInRequired|SubscriptionRequired|MissingAuthentication|KMS/i;
/** The request never reached the service, so nothing can have been taken. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
  'CERT_HAS_EXPIRED',
]);

interface AwsError {
  readonly name: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** @param error as the SDK threw it. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
export function classifyPut(error: unknown): PutFault {
  const { name, code, $metadata } = error as AwsError;
  const status = $metadata?.httpStatusCode;
  if (THROTTLES.has(name) || status === 429) return { kind: 'retry', reason: name, ambiguous: false };
  if (name === 'ResourceNotFoundException') return { kind: 'missing' };
  if (SESSION_ENDED.has(name)) return { kind: 'session' };
  // Sequence tokens are ignored nowadays; an endpoint that still minds them answers as AWS once did.
  if (name === 'InvalidSequenceTokenException') return { kind: 'retry', reason: name, ambiguous: false };
  if (INVALID.has(name)) return { kind: 'invalid' };
  if (DENIALS.test(name)) return { kind: 'refused', code: 'tenant-denied' };
  if (status === undefined) return { kind: 'retry', reason: code ?? name, ambiguous: !UNREACHED.has(code ?? '') };
  if (status >= 500 || status < 400) return { kind: 'retry', reason: name, ambiguous: true };
  return { kind: 'refused', code: status === 401 || status === 403 ? 'tenant-denied' : 'delivery-refused' };
}
