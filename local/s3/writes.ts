/** PutObject, CopyObject and multipart uploads. An object appears whole, with its last byte on disk, or not at all; each tells of itself once. */
import { createWriteStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { readCopySource } from './address.ts';
import { FileBody } from './body.ts';
import type { Bucket, NewObject, ObjectVersion } from './bucket.ts';
import { type Handler, readXml, type S3Call, sendEmpty, sendXml, versionHeader } from './call.ts';
import { checkWrite, isNotModified } from './conditions.ts';
import { S3Error } from './error.ts';
import type { PartRef } from './multipart.ts';
import { objectHeaders } from './object-headers.ts';
import { receiveUpload } from './upload.ts';
import { elements, text } from './xml.ts';

export const putObject: Handler = async (call) => {
  const { req, res, store, key } = call;
  const bucket = store.bucket(call.bucket);
  checkWrite(req.headers, bucket.current(key));
  const { segment, md5, checksums } = await receiveUpload(req, store.newPath());
  const object = { body: new FileBody([segment]), etag: md5, headers: objectHeaders(req.headers), checksums };
  const version = await commit(call, bucket, 'ObjectCreated:Put', object);
  sendEmpty(res, 200, { etag: `"${version.etag}"`, ...checksums, ...versionHeader(bucket, version) });
};

export const copyObject: Handler = async (call) => {
  const { req, res, store } = call;
  const from = readCopySource(String(req.headers['x-amz-copy-source']));
  const bucket = store.bucket(call.bucket);
  const source = store.bucket(from.bucket).read(from.key, from.versionId);
  if (isNotModified(req.headers, source, 'x-amz-copy-source-')) throw new S3Error('PreconditionFailed');
  const replaces = req.headers['x-amz-metadata-directive'] === 'REPLACE';
  const { body, md5 } = await copyBytes(source, store.newPath());
  const headers = replaces ? objectHeaders(req.headers) : source.headers;
  const version = await commit(call, bucket, 'ObjectCreated:Copy', { body, etag: md5, headers, checksums: source.checksums });
  for (const [name, value] of Object.entries(versionHeader(bucket, version))) res.setHeader(name, value);
  sendXml(res, 'CopyObjectResult', { ETag: `"${version.etag}"`, LastModified: new Date(version.lastModified).toISOString() });
};

export const createMultipartUpload: Handler = ({ req, res, store, bucket, key }) => {
  const UploadId = store.uploads.begin(store.bucket(bucket).name, key, objectHeaders(req.headers));
  sendXml(res, 'InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId });
};

export const uploadPart: Handler = async ({ req, res, store, bucket, key, query }) => {
  const [id, number] = [query.get('uploadId') ?? '', Number(query.get('partNumber'))];
  store.uploads.check(id, store.bucket(bucket).name, key, number);
  const part = await receiveUpload(req, store.newPath());
  store.uploads.addPart(id, bucket, key, number, part);
  sendEmpty(res, 200, { etag: `"${part.md5}"`, ...part.checksums });
};

export const completeMultipartUpload: Handler = async (call) => {
  const { req, res, store, key, query } = call;
  const bucket = store.bucket(call.bucket);
  const id = query.get('uploadId') ?? '';
  store.uploads.check(id, bucket.name, key);
  const refs = elements((await readXml(call, 'CompleteMultipartUpload'))['Part']).map((part): PartRef => ({
    number: Number(text(part['PartNumber'])),
    etag: (text(part['ETag']) ?? '').replaceAll('"', ''),
  }));
  checkWrite(req.headers, bucket.current(key));
  const assembled = store.uploads.complete(id, bucket.name, key, refs);
  const version = await commit(call, bucket, 'ObjectCreated:CompleteMultipartUpload', { ...assembled, checksums: {} });
  for (const [name, value] of Object.entries(versionHeader(bucket, version))) res.setHeader(name, value);
  const Location = `http://${req.headers.host ?? ''}/${call.bucket}/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
  sendXml(res, 'CompleteMultipartUploadResult', { Location, Bucket: call.bucket, Key: key, ETag: `"${version.etag}"` });
};

export const abortMultipartUpload: Handler = ({ res, store, bucket, key, query }) => {
  store.uploads.abort(query.get('uploadId') ?? '', store.bucket(bucket).name, key);
  sendEmpty(res, 204);
};

/** Checks once more what may have changed while the bytes came in, makes the object and tells of it. */
async function commit(
  call: S3Call,
  bucket: Bucket,
  event: string,
  object: Omit<NewObject, 'key' | 'lastModified'>,
): Promise<ObjectVersion> {
  try {
    checkWrite(call.req.headers, bucket.current(call.key));
  } catch (error) {
    object.body.discard();
    throw error;
  }
  const version = bucket.put({ ...object, key: call.key, lastModified: call.clock.now() });
  await call.notifier.notify(bucket, event, version, call.requestId);
  return version;
}

async function copyBytes({ body }: ObjectVersion, path: string): Promise<{ body: FileBody; md5: string }> {
  const hash = createHash('md5');
  let size = 0;
  const count = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  await pipeline(body.open(0, body.size ?? Number.POSITIVE_INFINITY), count, createWriteStream(path, { flags: 'wx' }));
  return { body: new FileBody([{ path, size }]), md5: hash.digest('hex') };
}
