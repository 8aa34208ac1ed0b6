/** GetObject and HeadObject: bodies go out as streams at the pace of the reader. */
import { pipeline } from 'node:stream/promises';
import { type Handler, sendEmpty } from './call.ts';
import { isNotModified } from './conditions.ts';
import { answerHeaders } from './object-headers.ts';
import { readRange } from './range.ts';

export const getObject: Handler = async ({ req, res, store, bucket: name, key, query }) => {
  const bucket = store.bucket(name);
  const object = bucket.read(key, query.get('versionId') ?? undefined);
  const headers = answerHeaders(bucket, object, query, req.headers);
  if (isNotModified(req.headers, object)) return sendEmpty(res, 304, headers);
  const { size } = object.body;
  const range = size === undefined ? undefined : readRange(req.headers.range, size);
  const { start, end } = range ?? { start: 0, end: size ?? Number.POSITIVE_INFINITY };
  for (const [header, value] of Object.entries(headers)) res.setHeader(header, value);
  if (size !== undefined) res.setHeader('content-length', end - start);
  if (range !== undefined) res.setHeader('content-range', `bytes ${start}-${end - 1}/${size}`);
  res.writeHead(range === undefined ? 200 : 206);
  if (req.method === 'HEAD') return void res.end();
  await pipeline(object.body.open(start, end), res).catch((error: unknown) => {
    // A reader that leaves early is its own affair; anything else is ours.
    if (!isPrematureClose(error)) throw error;
  });
};

/** The same answer without a body. */
export const headObject: Handler = getObject;

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'ECONNRESET');
}
