/** The conditions of reads and writes (pure): If-Match and its kin against what is stored. */
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './error.ts';

export interface Stored {
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/**
 * @param prefix `x-amz-copy-source-` for the source of a copy.
 * @returns whether the answer is 304 Not Modified. @throws S3Error `PreconditionFailed`. https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 */
export function isNotModified(headers: IncomingHttpHeaders, stored: Stored, prefix = ''): boolean {
  const [ifMatch, ifNoneMatch] = [header(headers, `${prefix}if-match`), header(headers, `${prefix}if-none-match`)];
  const modified = header(headers, `${prefix}if-modified-since`);
  const unmodified = header(headers, `${prefix}if-unmodified-since`);
  if (ifMatch !== undefined ? !names(ifMatch, stored.etag) : unmodified !== undefined && isAfter(stored, unmodified)) {
    throw new S3Error('PreconditionFailed');
  }
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, stored.etag);
  return modified !== undefined && !isAfter(stored, modified);
}

/** @throws S3Error `PreconditionFailed`, or `NoSuchKey` where If-Match finds nothing. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function checkWrite(headers: IncomingHttpHeaders, stored: Stored | undefined): void {
  const [ifMatch, ifNoneMatch] = [headers['if-match'], headers['if-none-match']];
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw new S3Error('NotImplemented', 'A write takes If-None-Match with * only.');
  if (ifNoneMatch !== undefined && stored !== undefined) throw new S3Error('PreconditionFailed');
  if (ifMatch === undefined) return;
  if (stored === undefined) throw new S3Error('NoSuchKey');
  if (!names(ifMatch, stored.etag)) throw new S3Error('PreconditionFailed');
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function names(header: string, etag: string): boolean {
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '').replaceAll('"', '') === etag);
}

/** HTTP dates have whole seconds. */
function isAfter({ lastModified }: Stored, date: string): boolean {
  return Math.floor(lastModified / 1000) > Math.floor(Date.parse(date) / 1000);
}
