/** A request's body to a file, as a stream with back-pressure: decoded, counted, hashed and checked on the way. A body that fails leaves no file. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import type { Segment } from './body.ts';
import { S3Error } from './error.ts';

export interface Upload {
  readonly segment: Segment;
  /** MD5 of the body, in hex: the ETag of an object put in one go. */
  readonly md5: string;
  /** The checksums that the client sent, by header: given back to readers that ask. */
  readonly checksums: Readonly<Record<string, string>>;
}

const WRITE_BUFFER_BYTES = 1024 * 1024;

/** @throws S3Error when the body is not what its headers or trailers say; any other error when the client broke off. */
export async function receiveUpload(req: IncomingMessage, path: string): Promise<Upload> {
  const decoder = isAwsChunked(req.headers) ? new AwsChunkedDecoder() : undefined;
  const tally = new Tally();
  const file = createWriteStream(path, { flags: 'wx', highWaterMark: WRITE_BUFFER_BYTES });
  try {
    const count = (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> => tally.through(source);
    await (decoder ? pipeline(req, decoder, count, file) : pipeline(req, count, file));
    return tally.finish(path, req.headers, decoder?.trailers ?? new Map());
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** The object's own encoding: `aws-chunked` belongs to the transfer. */
export function contentEncoding(header: string | undefined): string | undefined {
  const own = (header ?? '').split(',').filter((one) => one.trim() !== 'aws-chunked');
  return own.join(',').trim() || undefined;
}

function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  const hash = headers['x-amz-content-sha256'];
  return (typeof hash === 'string' && hash.startsWith('STREAMING-')) || /\baws-chunked\b/.test(headers['content-encoding'] ?? '');
}

class Tally {
  readonly #md5 = createHash('md5');
  #crc32 = 0;
  #size = 0;

  async *through(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#md5.update(chunk);
      this.#crc32 = crc32(chunk, this.#crc32);
      this.#size += chunk.length;
      yield chunk;
    }
  }

  finish(path: string, headers: IncomingHttpHeaders, trailers: ReadonlyMap<string, string>): Upload {
    const md5 = this.#md5.digest();
    const checksums = checksumsOf([...Object.entries(headers), ...trailers]);
    const decoded = headers['x-amz-decoded-content-length'];
    if (decoded !== undefined && Number(decoded) !== this.#size) throw new S3Error('IncompleteBody');
    if (headers['content-md5'] !== undefined && headers['content-md5'] !== md5.toString('base64')) throw new S3Error('BadDigest');
    const crc = checksums['x-amz-checksum-crc32'];
    if (crc !== undefined && crc !== base64Of(this.#crc32)) throw new S3Error('BadDigest');
    return { segment: { path, size: this.#size }, md5: md5.toString('hex'), checksums };
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html; all are kept, only CRC-32 (the SDK's own) is checked. */
const CHECKSUM = /^x-amz-checksum-(?:crc32|crc32c|crc64nvme|sha1|sha256)$/;

function checksumsOf(pairs: readonly (readonly [string, unknown])[]): Record<string, string> {
  return Object.fromEntries(pairs.flatMap(([name, value]) => (CHECKSUM.test(name) && typeof value === 'string' ? [[name, value]] : [])));
}

function base64Of(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}
