/** Which bucket and key a request names, by path or by host (pure). Names stay names: nothing here ever becomes a file's path. */
import { S3Error } from './error.ts';

export interface Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: URLSearchParams;
}

/** Virtual hosts: `bucket.localhost:4566` and `bucket.s3.localhost:4566`. */
const VIRTUAL_HOST = /^(.+?)\.(?:s3\.(?:[a-z0-9-]+\.)?)?localhost(?::\d+)?$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: in UTF-8 bytes. */
const MAX_KEY_BYTES = 1024;

/** @throws S3Error when the path is not a valid encoding, or the key is too long. */
export function readAddress(url: string, host: string | undefined): Address {
  const split = url.indexOf('?');
  const path = split < 0 ? url : url.slice(0, split);
  // By hand, not by URL: it would resolve the `..` of a key.
  const query = new URLSearchParams(split < 0 ? '' : url.slice(split + 1));
  const virtual = VIRTUAL_HOST.exec(host ?? '')?.[1];
  const names = virtual === undefined || virtual === 's3' ? path.slice(1) : `${virtual}/${path.slice(1)}`;
  const slash = names.indexOf('/');
  const bucket = decode(slash < 0 ? names : names.slice(0, slash));
  const key = slash < 0 ? '' : decode(names.slice(slash + 1));
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
  return { bucket: bucket === '' ? undefined : bucket, key: key === '' ? undefined : key, query };
}

/** `x-amz-copy-source`: `/bucket/key` or `bucket/key`, encoded, perhaps with a version. */
export function readCopySource(header: string): { readonly bucket: string; readonly key: string; readonly versionId: string | undefined } {
  const { bucket, key, query } = readAddress(header.startsWith('/') ? header : `/${header}`, undefined);
  if (bucket === undefined || key === undefined) throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key');
  return { bucket, key, versionId: query.get('versionId') ?? undefined };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', `Couldn't parse the specified URI.`);
  }
}
