/** SQS body -> the S3 objects it names, whatever wraps them (pure). It never looks into a bucket and never guesses a tenant. */

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
}
