/** SQS body -> the S3 objects it names, whatever wraps them (pure). It never looks into a bucket and never guesses a tenant. */
import { z } from 'zod';
import { LogferryError } from '../errors.ts';

/** One created object, as a notification names it. */
export interface ObjectRef {
  readonly bucket: string;
  /** Decoded: as GetObject wants it. */
  readonly key: string;
  readonly versionId?: string;
  /** Without quotes. */
  readonly etag?: string;
  /** Compares events of one key only: right-pad the shorter with zeros, then compare as text. */
  readonly sequencer?: string;
  /** Compressed size in bytes. */
  readonly size?: number;
  /** When S3 created the object, in milliseconds since 1970. */
  readonly eventTime?: number;
  /** The message comes back from the dead-letter queue: somebody wants it tried again. */
  readonly isRedriven?: boolean;
  /** The message is one of our own, about an object that was parked. */
  readonly isReplay?: boolean;
  /** The message is so old that the queue will soon drop it. */
  readonly isAging?: boolean;
}

export type Envelope =
  | { readonly kind: 'objects'; readonly objects: readonly ObjectRef[] }
  /** Time to look after what is parked. */
  | { readonly kind: 'sweep' }
  /** Nothing to deliver: S3's test event, removed objects only, a kind of our own that this version does not know. */
  | { readonly kind: 'ignore'; readonly what: string };

const optionalText = z.string().min(1).optional().catch(undefined);
/** It goes into a header or a query; S3 gives nothing that could not, so that anything else is not S3's and counts as missing. */
const identity = z
  .string()
  .regex(/^[\x20-\x7e]{1,1024}$/)
  .optional()
  .catch(undefined);
const optionalNumber = z.number().nonnegative().optional().catch(undefined);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html (versions 2.1 to 2.6) */
const S3Record = z.object({
  eventName: z.string().default('ObjectCreated:Put'),
  eventTime: optionalText,
  s3: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      versionId: identity,
      eTag: identity,
      sequencer: optionalText,
      size: optionalNumber,
    }),
  }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const EventBridgeEvent = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string(),
  time: optionalText,
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      'version-id': identity,
      etag: identity,
      sequencer: optionalText,
      size: optionalNumber,
    }),
  }),
});

/** S3 leaves `s3:` out of its events; MinIO and older versions of Ceph do not. */
const CREATED = /^(s3:)?ObjectCreated:/;

const SWEEP = 'sweep';
const REPLAY = 'replay';
/** As the schedule sends it, too. */
export const SWEEP_BODY = JSON.stringify({ logferry: SWEEP });

/** SNS in SQS in SNS has been seen; more than this is somebody's loop. */
const MAX_WRAPS = 3;

/**
 * @param body an SQS message body: an S3 event, straight or by SNS (wrapped or raw), an EventBridge event, or one of our own.
 * @throws LogferryError `bad-body` that says which part was not understood.
 */
export function parseEnvelope(body: string): Envelope {
  return parseWrapped(body, 0);
}

function parseWrapped(body: string, wraps: number): Envelope {
  const value = parseJson(body, wraps);
  if (typeof value['logferry'] === 'string') return fromOurselves(value['logferry'], value['Records']);
  if (value['Event'] === 's3:TestEvent') return { kind: 'ignore', what: 's3:TestEvent' };
  if (Array.isArray(value['Records'])) return fromRecords(value['Records']);
  if (value['source'] === 'aws.s3') return fromEventBridge(value);
  if (typeof value['Message'] === 'string' && wraps < MAX_WRAPS) return parseWrapped(value['Message'], wraps + 1);
  throw bad(
    `it has none of Records, Message, source "aws.s3", Event "s3:TestEvent"; its keys are ${Object.keys(value).slice(0, 10).join(', ').slice(0, 200) || 'none'}`,
  );
}

function parseJson(body: string, wraps: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw bad(wraps === 0 ? 'it is not JSON' : 'its Message is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('it is JSON, but no object');
  return value as Record<string, unknown>;
}

/** A kind of a later version is acknowledged: what it was about is parked still, or comes with the next sweep. */
function fromOurselves(kind: string, records: unknown): Envelope {
  if (kind === SWEEP) return { kind: 'sweep' };
  if (kind !== REPLAY || !Array.isArray(records)) return { kind: 'ignore', what: `logferry:${kind}` };
  const envelope = fromRecords(records);
  if (envelope.kind !== 'objects') return envelope;
  return { ...envelope, objects: envelope.objects.map((ref) => ({ ...ref, isReplay: true })) };
}

function fromRecords(records: readonly unknown[]): Envelope {
  const objects: ObjectRef[] = [];
  for (const [i, raw] of records.entries()) {
    const parsed = S3Record.safeParse(raw);
    if (!parsed.success) throw bad(`Records[${i}] is no S3 record: ${firstIssue(parsed.error)}`);
    if (!CREATED.test(parsed.data.eventName)) continue;
    const { bucket, object } = parsed.data.s3;
    objects.push({
      bucket: bucket.name,
      key: decodeKey(object.key),
      versionId: object.versionId,
      etag: unquote(object.eTag),
      sequencer: object.sequencer,
      size: object.size,
      eventTime: timeOf(parsed.data.eventTime),
    });
  }
  return ofObjects(objects, 'no ObjectCreated record');
}

function fromEventBridge(value: unknown): Envelope {
  const parsed = EventBridgeEvent.safeParse(value);
  if (!parsed.success) throw bad(`it is no S3 event of EventBridge: ${firstIssue(parsed.error)}`);
  const { data } = parsed;
  if (data['detail-type'] !== 'Object Created') return { kind: 'ignore', what: `EventBridge ${data['detail-type']}` };
  const { bucket, object } = data.detail;
  // EventBridge does not encode the key.
  const ref: ObjectRef = {
    bucket: bucket.name,
    key: object.key,
    versionId: object['version-id'],
    etag: unquote(object.etag),
    sequencer: object.sequencer,
    size: object.size,
    eventTime: timeOf(data.time),
  };
  return ofObjects([ref], 'EventBridge');
}

/** An object named twice in one message is one object. */
function ofObjects(objects: readonly ObjectRef[], otherwise: string): Envelope {
  const unique = new Map(objects.map((ref) => [JSON.stringify([ref.bucket, ref.key, ref.versionId ?? ref.etag]), ref]));
  return unique.size > 0 ? { kind: 'objects', objects: [...unique.values()] } : { kind: 'ignore', what: otherwise };
}

/**
 * S3 encodes keys as forms do: `+` is a space. A key that does not decode was not encoded by S3: it is taken as it stands, and whether it
 * makes sense is for the key's own check to say.
 */
export function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return encoded;
  }
}

function unquote(etag: string | undefined): string | undefined {
  return etag?.replaceAll('"', '') || undefined;
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown';
}

function bad(why: string, cause?: unknown): LogferryError {
  return new LogferryError('bad-body', `the message is no S3 notification: ${why}`, { cause });
}

/** The body of a message that names just this object, as S3 would write it: for dead letters, one object each. */
export function envelopeOf(ref: ObjectRef): string {
  return JSON.stringify(eventOf(ref));
}

/** The same for an object that was parked. */
export function replayOf(ref: ObjectRef): string {
  return JSON.stringify({ logferry: REPLAY, ...eventOf(ref) });
}

function eventOf(ref: ObjectRef): { readonly Records: readonly unknown[] } {
  const object = {
    key: encodeURIComponent(ref.key.toWellFormed()).replaceAll('%2F', '/').replaceAll('%20', '+'),
    size: ref.size,
    eTag: ref.etag,
    versionId: ref.versionId,
    sequencer: ref.sequencer,
  };
  const eventTime = ref.eventTime === undefined ? undefined : new Date(ref.eventTime).toISOString();
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime,
        s3: { bucket: { name: ref.bucket }, object },
      },
    ],
  };
}
