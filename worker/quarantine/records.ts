/**
 * Lines that cannot be delivered, as the quarantine bucket keeps them (pure): NDJSON, a record a line, each of which says by itself where it comes from, so that
 * files may be put together, searched, and sent again. The line's bytes are kept as they stood in the object.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { sourceOf, type Window } from '../batch/window.ts';
import { objectId } from '../ledger/row.ts';
import type { QuarantineReason } from '../observe/events.ts';
import type { ObjectRef } from '../receive/envelope.ts';

/** One line, or (`too-long`) one part of one: its parts, in the order of `offset`, are the line. */
export interface QuarantineRecord {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  readonly etag?: string;
  /** Its number in the object, from 0. One that stands in several records with one `offset` is one line. */
  readonly line: number;
  /** Decompressed bytes of the object before it. */
  readonly offset: number;
  readonly reason: QuarantineReason;
  /** The time that it was to be delivered with. */
  readonly time: string;
  /** The line without its line end, where it is UTF-8. */
  readonly raw?: string;
  /** Else its bytes. */
  readonly base64?: string;
}

/** Of the records of a window that are needed: in order, made when they are asked for. @yields NDJSON in pieces. */
export function* recordsOf(
  window: Window,
  refused: ReadonlyMap<number, QuarantineReason>,
  ref: ObjectRef,
): Generator<string, void, undefined> {
  const { bucket, key, versionId, etag } = ref;
  let previous: number | undefined;
  for (const [event, line] of window.lineOf.entries()) {
    const reason = refused.get(line);
    // A line's events stand together, and each of them has the whole line for its source.
    if (reason === undefined || (line === previous && !window.tooLong.has(line))) continue;
    previous = line;
    const source = sourceOf(window, event);
    const where: Omit<QuarantineRecord, 'raw' | 'base64'> = {
      bucket,
      key,
      versionId,
      etag,
      line,
      offset: window.starts[event] ?? 0,
      reason,
      time: new Date(window.times[event] ?? 0).toISOString(),
    };
    yield* withText(JSON.stringify(where).slice(0, -1), source);
  }
}

/** A multiple of three, so that base64 can be put together from its pieces; so small that they are soon garbage. */
const PIECE_BYTES = 12_288;

/** Parts of long lines are of a megabyte: written in pieces, or each would be there three times over. @param head the record without its end. */
function* withText(head: string, source: Buffer): Generator<string, void, undefined> {
  const pieces = Array.from({ length: Math.ceil(source.length / PIECE_BYTES) }, (_, i) =>
    source.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
  );
  if (isUtf8(source)) {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    yield `${head},"raw":"`;
    for (const piece of pieces) yield JSON.stringify(decoder.decode(piece, { stream: true })).slice(1, -1);
  } else {
    yield `${head},"base64":"`;
    for (const piece of pieces) yield piece.toString('base64');
  }
  yield '"}\n';
}

/** S3 takes keys of 1,024 bytes; the object's own may be as long. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_OBJECT_KEY_BYTES = 940;
/** So that a listing is in the order of the object. */
const DIGITS = 12;

/**
 * `<object key>/<identity>/<first>-<last>.ndjson.gz`: below the tenant's own prefix, since the object's key begins with it. The same window of the same object
 * has the same key, so that a repetition writes over it; an object that is written over does not.
 * @param delivery the type of the tenant's row.
 */
export function quarantineKey(
  ref: ObjectRef,
  delivery: string,
  { startOffset, endOffset }: Pick<Window, 'startOffset' | 'endOffset'>,
): string {
  const identity = createHash('sha256')
    .update(`${objectId(ref)} ${delivery}`)
    .digest('hex')
    .slice(0, 16);
  const [first, last] = [startOffset, endOffset].map((offset) => String(offset).padStart(DIGITS, '0'));
  return `${cut(ref.key)}/${identity}/${first}-${last}.ndjson.gz`;
}

/** Between characters; the identity still tells the objects apart. */
function cut(key: string): string {
  const bytes = Buffer.from(key);
  return bytes.length <= MAX_OBJECT_KEY_BYTES
    ? key
    : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, MAX_OBJECT_KEY_BYTES), { stream: true });
}
