/**
 * Which operation a request is, by method, what it addresses and its query (pure). A sub-resource that is not listed has no operation: it must
 * never be taken for a plain read or write of the object.
 */
import type { Address } from './address.ts';

export type Operation = (typeof OPERATIONS)[number]['name'];

interface Row {
  readonly name: string;
  readonly method: string;
  readonly of: 'service' | 'bucket' | 'object';
  /** Query parameters that make it this operation. */
  readonly when?: readonly string[];
  /** Those that it knows besides. */
  readonly takes?: readonly string[];
  /** Whether `x-amz-copy-source` belongs to it. */
  readonly copies?: true;
}

const READS = [
  'versionId',
  'response-content-type',
  'response-content-encoding',
  'response-content-disposition',
  'response-content-language',
  'response-cache-control',
  'response-expires',
];
const LISTS = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];

const OPERATIONS = [
  { name: 'ListBuckets', method: 'GET', of: 'service', takes: ['max-buckets', 'prefix'] },
  { name: 'CreateBucket', method: 'PUT', of: 'bucket' },
  { name: 'HeadBucket', method: 'HEAD', of: 'bucket' },
  { name: 'DeleteBucket', method: 'DELETE', of: 'bucket' },
  { name: 'GetBucketLocation', method: 'GET', of: 'bucket', when: ['location'] },
  { name: 'PutBucketVersioning', method: 'PUT', of: 'bucket', when: ['versioning'] },
  { name: 'GetBucketVersioning', method: 'GET', of: 'bucket', when: ['versioning'] },
  { name: 'PutBucketNotification', method: 'PUT', of: 'bucket', when: ['notification'] },
  { name: 'GetBucketNotification', method: 'GET', of: 'bucket', when: ['notification'] },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    of: 'bucket',
    when: ['list-type'],
    takes: [...LISTS, 'continuation-token', 'start-after', 'fetch-owner'],
  },
  { name: 'ListObjectVersions', method: 'GET', of: 'bucket', when: ['versions'], takes: [...LISTS, 'key-marker', 'version-id-marker'] },
  { name: 'ListObjects', method: 'GET', of: 'bucket', takes: [...LISTS, 'marker'] },
  { name: 'DeleteObjects', method: 'POST', of: 'bucket', when: ['delete'] },
  { name: 'GetObject', method: 'GET', of: 'object', takes: READS },
  { name: 'HeadObject', method: 'HEAD', of: 'object', takes: READS },
  { name: 'CopyObject', method: 'PUT', of: 'object', copies: true },
  { name: 'UploadPart', method: 'PUT', of: 'object', when: ['partNumber', 'uploadId'] },
  { name: 'PutObject', method: 'PUT', of: 'object' },
  { name: 'DeleteObject', method: 'DELETE', of: 'object', takes: ['versionId'] },
  { name: 'CreateMultipartUpload', method: 'POST', of: 'object', when: ['uploads'] },
  { name: 'CompleteMultipartUpload', method: 'POST', of: 'object', when: ['uploadId'] },
  { name: 'AbortMultipartUpload', method: 'DELETE', of: 'object', when: ['uploadId'] },
] as const satisfies readonly Row[];

/** @returns undefined for what this emulator does not do. */
export function operationOf(method: string, { bucket, key, query }: Address, copies: boolean): Operation | undefined {
  const of = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const asked = [...query.keys()].filter((name) => !isNeutral(name));
  const rows: readonly (Row & { readonly name: Operation })[] = OPERATIONS;
  return rows.find((row) => row.method === method && row.of === of && (row.copies ?? false) === copies && takes(row, asked))?.name;
}

function takes({ when = [], takes = [] }: Row, asked: readonly string[]): boolean {
  return when.every((name) => asked.includes(name)) && asked.every((name) => when.includes(name) || takes.includes(name));
}

/** The SDK's own note of the operation, and a presigned URL's signature. */
function isNeutral(name: string): boolean {
  return name === 'x-id' || /^x-amz-/i.test(name);
}
