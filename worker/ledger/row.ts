/**
 * A row of the ledger: what has become of one delivery of one object. Written by any number of workers, so each write is conditional on the generation that it
 * was made for. Rows of a newer version are told apart and left alone.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Checkpoint } from '../account/progress.ts';
import type { ObjectRef } from '../receive/envelope.ts';

/** Of the attributes and what they mean. A worker leaves rows with a higher one as they are. */
export const ROW_VERSION = 1;

/** The object under the identity that it was notified with, and the type of the tenant's row. */
export interface LedgerKey {
  readonly object: string;
  readonly delivery: string;
}

/**
 * - `open`: to be delivered, or under way while its lease lasts.
 * - `delivered`: each line is accepted, filtered or quarantined.
 * - `parked`: waits for its tenant, in nobody's queue.
 * - `dead`: in the dead-letter queue.
 */
export type LedgerState = 'open' | 'delivered' | 'parked' | 'dead';

export interface LedgerRow {
  readonly state: LedgerState;
  /** Raised by each claim. */
  readonly generation: number;
  /** Attempts begun since the checkpoint last moved; those that ended by themselves are taken off again. */
  readonly attempts: number;
  /** Milliseconds since 1970; missing: nobody works on it. */
  readonly leaseUntil?: number;
  readonly checkpoint?: Checkpoint;
  /** Seconds since 1970, when DynamoDB may delete it: some days late, so that whoever reads it compares. */
  readonly expiresAt?: number;
  readonly reason?: string;
}

const count = z.number().int().nonnegative();

const Stored = z.object({
  v: count,
  state: z.enum(['open', 'delivered', 'parked', 'dead']),
  generation: count,
  attempts: count.default(0),
  lease_until: z.number().optional(),
  checkpoint: z
    .object({
      offset: count,
      line: count,
      shape: z.enum(['lines', 'array', 'records']),
      accepted: count,
      filtered: count,
      // Rows from before there was a quarantine have none.
      quarantined: count.default(0),
      rejected: count,
    })
    .optional(),
  expires_at: z.number().optional(),
  reason: z.string().optional(),
});

/** `newer`: of a version to come; `unreadable`: what no version has written. Either is left as it is. */
export type Unknown = 'newer' | 'unreadable';

export function parseLedgerRow(item: Readonly<Record<string, unknown>>): LedgerRow | Unknown {
  if (typeof item['v'] === 'number' && item['v'] > ROW_VERSION) return 'newer';
  const parsed = Stored.safeParse(item);
  if (!parsed.success) return 'unreadable';
  const { state, generation, attempts, lease_until: leaseUntil, checkpoint, expires_at: expiresAt, reason } = parsed.data;
  return { state, generation, attempts, leaseUntil, checkpoint, expiresAt, reason };
}

/** Bucket names hold no slash, and keys of ours no `#`. @param ref with its identity: an object that is written over is another object. */
export function objectId({ bucket, key, versionId, etag = '' }: ObjectRef): string {
  return `${bucket}/${key}#${versionId ?? etag}`;
}

/** Rows that need somebody are found by these, in the index of that name; so many shards take that many thousand writes a second. */
const ATTENTION_SHARDS = 16;

/** @param now in milliseconds since 1970. */
export function attention(
  { object }: Pick<LedgerKey, 'object'>,
  now: number,
): { readonly attention_shard: string; readonly attention_at: number } {
  return { attention_shard: String(shardOf({ object }, ATTENTION_SHARDS)), attention_at: now };
}

/** @param shards a power of two, so that all are alike. */
export function shardOf({ object }: Pick<LedgerKey, 'object'>, shards: number): number {
  const [first = 0] = createHash('sha256').update(object).digest();
  return first % shards;
}

/** @param ms since 1970. @returns whole seconds, as DynamoDB's time to live wants them. */
export function secondsOf(ms: number): number {
  return Math.ceil(ms / 1000);
}
