/**
 * Takes the SDK's `aws-chunked` coding off a body, as a stream; what trails the body (checksums) stands in `trailers` at the end. Chunk signatures
 * are not checked.
 */
import { Transform, type TransformCallback } from 'node:stream';
import { S3Error } from './error.ts';

/** A chunk's size line carries a signature of 64 hex digits at most; a trailer a checksum. */
const MAX_LINE_BYTES = 4096;
const LF = 0x0a;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html: size line, data, CRLF, ..., `0`, trailers, empty line. */
type State = 'size' | 'data' | 'data-end' | 'trailer' | 'done';

export class AwsChunkedDecoder extends Transform {
  readonly trailers = new Map<string, string>();
  #state: State = 'size';
  #left = 0;
  #line = '';

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#consume(chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.#state === 'done' || this.#state === 'trailer' ? null : new S3Error('IncompleteBody'));
  }

  #consume(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'done') at = this.#state === 'data' ? this.#takeData(chunk, at) : this.#takeLine(chunk, at);
  }

  #takeData(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.push(chunk.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#state = 'data-end';
    return end;
  }

  #takeLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LF, at);
    this.#line += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
    if (this.#line.length > MAX_LINE_BYTES) throw new S3Error('InvalidRequest', 'The aws-chunked body has no chunk where one must begin.');
    if (end < 0) return chunk.length;
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    this.#readLine(line);
    return end + 1;
  }

  #readLine(line: string): void {
    if (this.#state === 'data-end') this.#state = 'size';
    else if (this.#state === 'size') this.#readSize(line);
    else this.#readTrailer(line);
  }

  #readSize(line: string): void {
    const size = /^[0-9a-f]+/i.exec(line)?.[0];
    if (size === undefined) throw new S3Error('InvalidRequest', 'The aws-chunked body has no chunk where one must begin.');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'data';
  }

  #readTrailer(line: string): void {
    if (line === '') this.#state = 'done';
    const colon = line.indexOf(':');
    if (colon > 0) this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}
