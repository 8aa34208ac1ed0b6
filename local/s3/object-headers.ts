/** The headers that an object keeps, and those it is given back with (pure). */
import type { IncomingHttpHeaders } from 'node:http';
import type { Bucket, ObjectVersion } from './bucket.ts';
import { versionHeader } from './call.ts';
import { contentEncoding } from './upload.ts';

const KEPT = ['content-type', 'content-language', 'content-disposition', 'cache-control', 'expires'];
const DEFAULT_TYPE = 'binary/octet-stream';

/** What an upload's request headers say of the object. */
export function objectHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': DEFAULT_TYPE };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && (KEPT.includes(name) || name.startsWith('x-amz-meta-'))) kept[name] = value;
  }
  const encoding = contentEncoding(headers['content-encoding']);
  return encoding === undefined ? kept : { ...kept, 'content-encoding': encoding };
}

/** What a read answers besides its length. @param headers of the request. */
export function answerHeaders(
  bucket: Bucket,
  object: ObjectVersion,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): Record<string, string> {
  const answer: Record<string, string> = {
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    ...(object.body.size === undefined ? {} : { 'accept-ranges': 'bytes' }),
    ...versionHeader(bucket, object),
  };
  for (const [name, value] of query) {
    if (name.startsWith('response-')) answer[name.slice('response-'.length)] = value;
  }
  // Checksums are of the whole: a part of the body would not match.
  const wanted = headers['x-amz-checksum-mode'] === 'ENABLED' && headers.range === undefined;
  return wanted ? { ...answer, ...object.checksums } : answer;
}
