/** The listings: buckets, objects (both versions of the call) and object versions. They never change anything. */
import type { Bucket, ObjectVersion, Version } from './bucket.ts';
import { type Handler, type S3Call, sendXml } from './call.ts';
import { S3Error } from './error.ts';
import { type Page, pageOf, startOf } from './page.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const MAX_KEYS = 1000;
const OWNER = { ID: 'local', DisplayName: 'local' };

export const listBuckets: Handler = ({ res, store, query }) => {
  const buckets = store.buckets.filter(({ name }) => name.startsWith(query.get('prefix') ?? ''));
  sendXml(res, 'ListAllMyBucketsResult', {
    Owner: OWNER,
    Buckets: { Bucket: buckets.map(({ name, createdAt, region }) => ({ Name: name, CreationDate: iso(createdAt), BucketRegion: region })) },
  });
};

export const listObjectsV2: Handler = (call) => {
  const { query, res, bucket } = call;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const asked = askedOf(call);
  const after = token === null ? startAfter : Buffer.from(token, 'base64url').toString();
  const page = objects(call.store.bucket(bucket), asked, after, token === null ? '' : after);
  sendXml(res, 'ListBucketResult', {
    Name: bucket,
    ...asked.echo,
    ...(startAfter === '' ? {} : { StartAfter: asked.encode(startAfter) }),
    ...(token === null ? {} : { ContinuationToken: token }),
    KeyCount: page.items.length + page.commonPrefixes.length,
    IsTruncated: page.truncated,
    ...(page.truncated ? { NextContinuationToken: Buffer.from(page.last ?? '').toString('base64url') } : {}),
    Contents: page.items.map((one) => contents(one, asked, query.get('fetch-owner') === 'true')),
    CommonPrefixes: page.commonPrefixes.map((Prefix) => ({ Prefix: asked.encode(Prefix) })),
  });
};

export const listObjects: Handler = (call) => {
  const { query, res, bucket } = call;
  const asked = askedOf(call);
  const marker = query.get('marker') ?? '';
  const page = objects(call.store.bucket(bucket), asked, marker, marker);
  sendXml(res, 'ListBucketResult', {
    Name: bucket,
    ...asked.echo,
    Marker: asked.encode(marker),
    IsTruncated: page.truncated,
    ...(page.truncated && asked.delimiter !== '' ? { NextMarker: asked.encode(page.last ?? '') } : {}),
    Contents: page.items.map((one) => contents(one, asked, true)),
    CommonPrefixes: page.commonPrefixes.map((Prefix) => ({ Prefix: asked.encode(Prefix) })),
  });
};

export const listObjectVersions: Handler = (call) => {
  const { query, res } = call;
  const bucket = call.store.bucket(call.bucket);
  const asked = askedOf(call);
  const [keyMarker, versionMarker] = [query.get('key-marker') ?? '', query.get('version-id-marker') ?? ''];
  const page = pageOf(versionsAfter(bucket, asked.prefix, keyMarker, versionMarker), asked, keyMarker);
  const latest = (one: Version): boolean => bucket.versionsOf(one.key)[0] === one;
  sendXml(res, 'ListVersionsResult', {
    Name: call.bucket,
    ...asked.echo,
    KeyMarker: asked.encode(keyMarker),
    VersionIdMarker: versionMarker,
    IsTruncated: page.truncated,
    ...(page.truncated ? { NextKeyMarker: asked.encode(page.last ?? ''), NextVersionIdMarker: nextVersion(page) } : {}),
    Version: page.items.flatMap((one) =>
      one.marker ? [] : [{ ...contents(one, asked, true), VersionId: one.versionId, IsLatest: latest(one) }],
    ),
    DeleteMarker: page.items.flatMap((one) =>
      one.marker
        ? [{ Key: asked.encode(one.key), VersionId: one.versionId, IsLatest: latest(one), LastModified: iso(one.lastModified) }]
        : [],
    ),
    CommonPrefixes: page.commonPrefixes.map((Prefix) => ({ Prefix: asked.encode(Prefix) })),
  });
};

interface Asked {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Names as the client wants them: XML cannot hold every character. */
  readonly encode: (name: string) => string;
  readonly echo: Readonly<Record<string, unknown>>;
}

function askedOf({ query }: S3Call): Asked {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const wanted = Number(query.get('max-keys') ?? MAX_KEYS);
  if (!Number.isInteger(wanted) || wanted < 0)
    throw new S3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  const url = query.get('encoding-type') === 'url';
  const encode = url ? (name: string) => encodeURIComponent(name).replaceAll('%2F', '/') : (name: string) => name;
  const echo = {
    Prefix: encode(prefix),
    ...(delimiter === '' ? {} : { Delimiter: encode(delimiter) }),
    MaxKeys: wanted,
    ...(url ? { EncodingType: 'url' } : {}),
  };
  return { prefix, delimiter, maxKeys: Math.min(wanted, MAX_KEYS), encode, echo };
}

function objects(bucket: Bucket, asked: Asked, after: string, skipUnder: string): Page<ObjectVersion> {
  return pageOf(currentAfter(bucket, after, asked.prefix), asked, skipUnder);
}

function* currentAfter(bucket: Bucket, after: string, prefix: string): Generator<ObjectVersion> {
  const { keys } = bucket;
  for (let at = startOf(keys, after, prefix); at < keys.length; at++) {
    const current = bucket.current(keys[at] ?? '');
    if (current !== undefined) yield current;
  }
}

function* versionsAfter(bucket: Bucket, prefix: string, key: string, versionId: string): Generator<Version> {
  if (versionId !== '') {
    const versions = bucket.versionsOf(key);
    yield* versions.slice(versions.findIndex((one) => one.versionId === versionId) + 1);
  }
  const { keys } = bucket;
  for (let at = startOf(keys, key, prefix); at < keys.length; at++) yield* bucket.versionsOf(keys[at] ?? '');
}

/** None where the page ended on a common prefix. */
function nextVersion({ items, last }: Page<Version>): string {
  const item = items.at(-1);
  return item !== undefined && item.key === last ? item.versionId : '';
}

function contents({ key, lastModified, etag, body }: ObjectVersion, { encode }: Asked, owner: boolean): Record<string, unknown> {
  return {
    Key: encode(key),
    LastModified: iso(lastModified),
    ETag: `"${etag}"`,
    Size: body.size ?? 0,
    StorageClass: 'STANDARD',
    ...(owner ? { Owner: OWNER } : {}),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
