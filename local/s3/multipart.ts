/** Multipart uploads in progress: parts as they were uploaded, and what makes an object of them. Their bytes are never copied together. */
import { createHash, randomBytes } from 'node:crypto';
import { FileBody, type Segment } from './body.ts';
import { S3Error } from './error.ts';
import type { Upload } from './upload.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

interface MultipartUpload {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Upload>;
}

/** A part as CompleteMultipartUpload names it. */
export interface PartRef {
  readonly number: number;
  /** Without quotes. */
  readonly etag: string;
}

export interface Assembled {
  readonly body: FileBody;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class MultipartUploads {
  readonly #uploads = new Map<string, MultipartUpload>();

  /** @returns the upload id. */
  begin(bucket: string, key: string, headers: Readonly<Record<string, string>>): string {
    const id = randomBytes(32).toString('base64url');
    this.#uploads.set(id, { bucket, key, headers, parts: new Map() });
    return id;
  }

  /** @throws S3Error `NoSuchUpload`, or `InvalidArgument` for a part number outside of 1 to 10,000. */
  check(id: string, bucket: string, key: string, partNumber = 1): void {
    this.#get(id, bucket, key);
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) {
      throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`);
    }
  }

  /** A part uploaded again replaces the one before. */
  addPart(id: string, bucket: string, key: string, partNumber: number, part: Upload): void {
    const { parts } = this.#get(id, bucket, key);
    discard(parts.get(partNumber));
    parts.set(partNumber, part);
  }

  /** Ends the upload; parts that are not named go. @throws S3Error when the parts do not make an object; the upload stays then. */
  complete(id: string, bucket: string, key: string, refs: readonly PartRef[]): Assembled {
    const { parts, headers } = this.#get(id, bucket, key);
    const chosen = choose(parts, refs);
    this.#uploads.delete(id);
    for (const [number, part] of parts) if (!refs.some((ref) => ref.number === number)) discard(part);
    return { body: new FileBody(chosen.map(({ segment }) => segment)), etag: etagOf(chosen), headers };
  }

  abort(id: string, bucket: string, key: string): void {
    const { parts } = this.#get(id, bucket, key);
    this.#uploads.delete(id);
    for (const part of parts.values()) discard(part);
  }

  discardAllOf(bucket: string): void {
    for (const [id, upload] of this.#uploads) if (upload.bucket === bucket) this.abort(id, bucket, upload.key);
  }

  #get(id: string, bucket: string, key: string): MultipartUpload {
    const upload = this.#uploads.get(id);
    if (upload === undefined || upload.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload');
    return upload;
  }
}

function choose(parts: ReadonlyMap<number, Upload>, refs: readonly PartRef[]): readonly Upload[] {
  if (refs.length === 0) throw new S3Error('MalformedXML');
  return refs.map(({ number, etag }, at) => {
    const part = parts.get(number);
    if (at > 0 && number <= (refs[at - 1]?.number ?? 0)) throw new S3Error('InvalidPartOrder');
    if (part === undefined || part.md5 !== etag) throw new S3Error('InvalidPart');
    if (at < refs.length - 1 && part.segment.size < MIN_PART_BYTES) throw new S3Error('EntityTooSmall');
    return part;
  });
}

/** MD5 of the parts' MD5s, and how many they are. */
function etagOf(parts: readonly Upload[]): string {
  const hash = createHash('md5');
  for (const { md5 } of parts) hash.update(md5, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

function discard(part: { readonly segment: Segment } | undefined): void {
  if (part !== undefined) new FileBody([part.segment]).discard();
}
