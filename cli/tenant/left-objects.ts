/** What is left of a tenant in a bucket: looked at, or erased, below their own prefix and nowhere else. */
import { DeleteObjectsCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { describe } from '../../worker/errors.ts';
import { CliError } from '../error.ts';
import { counted } from '../output.ts';

export interface Place {
  readonly what: 'raw' | 'quarantined';
  readonly bucket: string;
  /** `<tenant>/` */
  readonly prefix: string;
}

export interface Left extends Place {
  /** Versions and delete markers count each. */
  readonly objects: number;
  readonly bytes: number;
  readonly oldest?: string;
  readonly newest?: string;
  /** False: there are more than were counted. */
  readonly isAll: boolean;
}

/** Also what DeleteObjects takes at once: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const PAGE = 1000;
const BOUND = { pages: 20, size: PAGE };

/**
 * Counts 20,000 at most.
 * @throws CliError that says which bucket cannot be listed, and why.
 */
export async function lookAt(s3: S3Client, place: Place, { pages: maxPages, size } = BOUND): Promise<Left> {
  let [objects, bytes] = [0, 0];
  const times: number[] = [];
  let page: ListObjectVersionsCommandOutput | undefined;
  for (let pages = 0; pages < maxPages && (page === undefined || page.IsTruncated === true); pages++) {
    page = await list(s3, place, size, page);
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    objects += found.length;
    bytes += (page.Versions ?? []).reduce((sum, { Size = 0 }) => sum + Size, 0);
    const at = found.flatMap(({ LastModified }) => (LastModified === undefined ? [] : [LastModified.getTime()]));
    if (at.length > 0) times.push(Math.min(...at), Math.max(...at));
  }
  const span =
    times.length === 0 ? {} : { oldest: new Date(Math.min(...times)).toISOString(), newest: new Date(Math.max(...times)).toISOString() };
  return { ...place, objects, bytes, ...span, isAll: page?.IsTruncated !== true };
}

/**
 * All versions and delete markers, page by page: begun again after it broke off, it goes on.
 * @param tell how many are gone by now.
 * @throws CliError that says which bucket refuses, and how far it came.
 */
export async function erase(s3: S3Client, place: Place, tell: (erased: number) => void): Promise<number> {
  let erased = 0;
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await list(s3, place, PAGE);
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return erased;
    const refused = await remove(s3, place, Objects).catch((error: unknown) => describe(error));
    if (typeof refused === 'string') throw cannotErase(place, erased, refused);
    erased += Objects.length - refused.length;
    tell(erased);
    const [first] = refused;
    if (first !== undefined) throw cannotErase(place, erased, `${first.Key}: ${first.Code} ${first.Message}`);
  }
}

async function list(
  s3: S3Client,
  { bucket, prefix }: Place,
  size: number,
  after?: ListObjectVersionsCommandOutput,
): Promise<ListObjectVersionsCommandOutput> {
  const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = after ?? {};
  try {
    return await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: size, KeyMarker, VersionIdMarker }));
  } catch (error) {
    throw new CliError(`s3://${bucket}/${prefix} cannot be listed; that takes s3:ListBucketVersions on the bucket (${describe(error)})`, {
      cause: error,
    });
  }
}

async function remove(s3: S3Client, { bucket }: Place, Objects: readonly { Key?: string; VersionId?: string }[]) {
  const objects = Objects.map(({ Key = '', VersionId }) => ({ Key, VersionId }));
  const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }));
  return Errors.map(({ Key = '', Code = '', Message = '' }) => ({ Key, Code, Message }));
}

function cannotErase({ bucket, prefix }: Place, erased: number, why: string): CliError {
  return new CliError(
    `s3://${bucket}/${prefix} cannot be erased after ${counted(erased, 'object')}; that takes s3:DeleteObject and s3:DeleteObjectVersion on what is in it, which the operators' policy leaves out on purpose (${why})`,
  );
}
