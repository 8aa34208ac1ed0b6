/**
 * Stored bytes -> the bytes of the lines, a chunk at a time. gzip is known by its first bytes, never by a name or a header; anything else goes
 * through as it is. Memory does not depend on the object's size.
 */
import { LogferryError } from '../errors.ts';
import type { Observer } from '../observe/events.ts';
import { BrokenGzip, GunzipPass } from './gunzip-pass.ts';

/** https://www.rfc-editor.org/rfc/rfc1952#page-6 */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Of stored data fed at once; it bounds what a broken piece costs to be read again a byte at a time. */
const PIECE_BYTES = 64 * 1024;

export interface InflateOptions {
  readonly bucket: string;
  readonly key: string;
  readonly maxRawBytes: number;
  readonly observer: Observer;
}

/**
 * @param stored the object's bytes from the first on; iterated a second time when the gzip stream is broken.
 * @throws LogferryError `corrupt-object` after every byte before the break was yielded; `bomb` above `maxRawBytes`.
 */
export async function* inflate(stored: AsyncIterable<Buffer>, options: InflateOptions): AsyncGenerator<Buffer, void, undefined> {
  let raw = 0;
  for await (const chunk of inflated(stored, options)) {
    const room = options.maxRawBytes - raw;
    raw += chunk.length;
    if (room > 0) yield chunk.subarray(0, room);
    if (chunk.length > room) throw bomb(options);
  }
}

async function* inflated(stored: AsyncIterable<Buffer>, options: InflateOptions): AsyncGenerator<Buffer, void, undefined> {
  const pieces = piecesOf(stored);
  const first = await pieces.next();
  if (first.done) return;
  if (first.value.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    yield* gunzip(chain(first.value, pieces), stored, options);
  } else {
    yield first.value;
    yield* pieces;
  }
}

async function* gunzip(
  pieces: AsyncIterable<Buffer>,
  stored: AsyncIterable<Buffer>,
  options: InflateOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const pass = new GunzipPass();
  let emitted = 0;
  let good = 0;
  try {
    for await (const piece of pieces) {
      for await (const chunk of pass.push(piece)) {
        emitted += chunk.length;
        yield chunk;
      }
      good = pass.fed;
    }
    yield* pass.finish();
    if (pass.trailing > 0)
      options.observer.emit('object:trailing-bytes', { bucket: options.bucket, key: options.key, bytes: pass.trailing });
  } catch (error) {
    if (!(error instanceof BrokenGzip)) throw error;
    const at = good === pass.fed ? good : yield* salvage(stored, good, emitted);
    throw corrupt(options, at, error);
  } finally {
    pass.destroy();
  }
}

/**
 * zlib drops what it had inflated of the piece in which it meets the break: up to 64 KiB of stored lines that are sound. Its state cannot be taken
 * back, so the object is read again up to that piece, which then goes in byte by byte. What came out before may still be wrong: deflate notices a
 * flipped bit late, at the latest by the checksum at the end of its member. Nothing before the flipped bit is.
 * @param good stored bytes before the broken piece. @param emitted inflated bytes that were yielded already.
 * @returns how many stored bytes came before the break.
 */
async function* salvage(stored: AsyncIterable<Buffer>, good: number, emitted: number): AsyncGenerator<Buffer, number, undefined> {
  const pass = new GunzipPass();
  let skip = emitted;
  try {
    for await (const piece of salvagePieces(stored, good)) {
      for await (const chunk of pass.push(piece)) {
        const rest = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - rest.length;
        if (rest.length > 0) yield rest;
      }
    }
  } catch (error) {
    if (!(error instanceof BrokenGzip)) throw error;
    return pass.fed - 1;
  } finally {
    pass.destroy();
  }
  return pass.fed;
}

async function* salvagePieces(stored: AsyncIterable<Buffer>, good: number): AsyncGenerator<Buffer, void, undefined> {
  let at = 0;
  for await (const piece of piecesOf(stored)) {
    const whole = Math.max(0, Math.min(piece.length, good - at));
    if (whole > 0) yield piece.subarray(0, whole);
    for (let i = whole; i < piece.length; i++) yield piece.subarray(i, i + 1);
    at += piece.length;
  }
}

/** Pieces of at most PIECE_BYTES, the first long enough to show what it is. */
async function* piecesOf(stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of stored) {
    const bytes: Buffer = head ? Buffer.concat([head, chunk]) : chunk;
    if (head && bytes.length < GZIP_MAGIC.length) {
      head = bytes;
      continue;
    }
    head = undefined;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
  }
  if (head && head.length > 0) yield head;
}

async function* chain(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  yield* rest;
}

function corrupt({ bucket, key }: InflateOptions, at: number, cause: Error): LogferryError {
  const detail = `${bucket}/${key}: its gzip stream breaks at stored byte ${at} (${cause.message}); the whole lines before that were delivered`;
  return new LogferryError('corrupt-object', detail, { cause });
}

function bomb({ bucket, key, maxRawBytes }: InflateOptions): LogferryError {
  return new LogferryError(
    'bomb',
    `${bucket}/${key} inflates to more than MAX_OBJECT_RAW_BYTES (${maxRawBytes}); the lines before that were delivered`,
  );
}
