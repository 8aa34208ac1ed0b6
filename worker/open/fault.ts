/** What a refused GetObject means. A missing object and a denied one are told apart by a listing, since S3 answers 403 to both where listing is denied. */
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { describe, isUnanswered, LogferryError } from '../errors.ts';
import type { ObjectRef } from '../receive/envelope.ts';

/** The object was overwritten since its notification: what that one named is gone, and the newer one has a notification of its own. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

const MISSING = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);
const CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'CredentialsProviderError',
  'RequestTimeTooSkewed',
]);

interface S3Error {
  readonly name: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * @param error as the SDK threw it, after its own retries.
 * @param deps `bucket`: the only bucket there is, if set; then its absence is our own fault, not the message's.
 * @returns the error to throw. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
 */
export async function classifyGet(
  error: unknown,
  ref: ObjectRef,
  deps: { s3: S3Client; bucket?: string; signal: AbortSignal },
): Promise<Error> {
  const { name, $metadata } = error as S3Error;
  const status = $metadata?.httpStatusCode;
  const where = `${ref.bucket}/${ref.key}`;
  const fault = (code: 'object-missing' | 'central-denied' | 'dependency-down' | 'unexpected', why: string) =>
    new LogferryError(code, `${where}: ${why} (${describe(error)})`, { cause: error });
  if (status === 412) return new Superseded(`${where} was overwritten since its notification`, { cause: error });
  if (MISSING.has(name)) return fault('object-missing', 'it is not in the bucket');
  if (name === 'NoSuchBucket') return fault(deps.bucket === undefined ? 'object-missing' : 'central-denied', 'there is no such bucket');
  if (CREDENTIALS.has(name) || name.startsWith('KMS.')) return fault('central-denied', 'our own credentials, clock or key are refused');
  // A 403 too, but the object's own affair: it lies in Glacier.
  if (name === 'InvalidObjectState') return fault('unexpected', 'it is archived, and must be restored first');
  if (name === 'AccessDenied' || status === 403) return await denied(ref, deps, fault);
  // 301 and 307: the bucket is in another region; the setting is wrong, not the object.
  if (status !== undefined && status >= 300 && status < 400) return fault('central-denied', 'the bucket is not in AWS_REGION');
  if (isUnanswered(error)) return fault('dependency-down', 'S3 does not answer');
  return fault('unexpected', 'S3 refuses to hand it out');
}

async function denied(
  { bucket: Bucket, key: Prefix }: ObjectRef,
  { s3, signal }: { s3: S3Client; signal: AbortSignal },
  fault: (code: 'object-missing' | 'central-denied', why: string) => LogferryError,
): Promise<LogferryError> {
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 }), { abortSignal: signal });
    if (Contents.some(({ Key }) => Key === Prefix))
      return fault('central-denied', 'our role may not read it; allow s3:GetObject, and the key that encrypts it');
    return fault('object-missing', 'it is not in the bucket');
  } catch {
    signal.throwIfAborted();
    return fault(
      'central-denied',
      'our role may not read it, or it is missing; allow s3:GetObject and s3:ListBucket, and the two can be told apart',
    );
  }
}
