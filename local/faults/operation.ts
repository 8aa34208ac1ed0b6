/** Which operation of which service a request asks for, in each of AWS's protocols (pure). It never needs more than headers, address and a body's start. */
import type { IncomingHttpHeaders } from 'node:http';

/** Queries that alone make an S3 request another operation. */
const S3_BY_QUERY: readonly (readonly [query: string, names: Readonly<Record<string, string>>])[] = [
  ['uploads', { POST: 'CreateMultipartUpload', GET: 'ListMultipartUploads' }],
  ['partNumber', { PUT: 'UploadPart' }],
  ['uploadId', { POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload', GET: 'ListParts' }],
  ['delete', { POST: 'DeleteObjects' }],
  ['notification', { GET: 'GetBucketNotificationConfiguration', PUT: 'PutBucketNotificationConfiguration' }],
  ['versioning', { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' }],
  ['list-type', { GET: 'ListObjectsV2' }],
];

const S3_OBJECT: Readonly<Record<string, string>> = { GET: 'GetObject', PUT: 'PutObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' };
const S3_BUCKET: Readonly<Record<string, string>> = { GET: 'ListObjects', PUT: 'CreateBucket', HEAD: 'HeadBucket', DELETE: 'DeleteBucket' };

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** @returns undefined where only the body can tell (the Query protocol by POST). */
export function operationByHead(service: string, { method, url, headers }: Asked): string | undefined {
  if (service === 's3') return s3Operation(method, new URL(url, 'http://proxy'), headers.host ?? '');
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  return new URL(url, 'http://proxy').searchParams.get('Action') ?? undefined;
}

/** @param start the form's first bytes; the SDKs put `Action` first. */
export function operationByForm(start: string): string {
  return /(?:^|&)Action=([A-Za-z0-9]+)/.exec(start)?.[1] ?? 'unknown';
}

/** The SDK for JavaScript names most S3 operations itself (`x-id`); others are told by method and address. */
function s3Operation(method: string, { pathname, searchParams }: URL, host: string): string {
  const named = searchParams.get('x-id');
  if (named !== null) return named;
  const special = S3_BY_QUERY.find(([query, names]) => searchParams.has(query) && names[method] !== undefined);
  if (special?.[1][method] !== undefined) return special[1][method];
  const [bucket, ...key] = pathname.slice(1).split('/');
  if (isVirtualHosted(host)) return (bucket === '' ? S3_BUCKET : S3_OBJECT)[method] ?? 'unknown';
  if (bucket === '') return 'ListBuckets';
  return (key.join('/') === '' ? S3_BUCKET : S3_OBJECT)[method] ?? 'unknown';
}

/** `bucket.s3.<anything>` or `bucket.localhost`, but not `s3.<anything>`: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
function isVirtualHosted(host: string): boolean {
  return /^(?!s3[.-])[^.]+.*\.(?:s3[.-]|localhost(?::|$))/.test(host);
}
