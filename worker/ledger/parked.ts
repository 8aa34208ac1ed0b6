/**
 * What the row of a parked object holds beside its state (pure): all that a new notification of it needs, and where the sweep finds it. A tenant's parked rows are in
 * shards of their own, so that a sweep passes over nobody else's, and in the order of the objects' age.
 */
import { z } from 'zod';
import type { FaultCode } from '../errors.ts';
import type { ObjectRef } from '../receive/envelope.ts';
import { shardOf, type LedgerKey } from './row.ts';

/** Why, and whose. */
export interface Note {
  readonly ref: ObjectRef;
  readonly tenant: string;
  readonly reason: FaultCode;
}

export interface ParkedObject {
  readonly key: LedgerKey;
  readonly generation: number;
  readonly ref: ObjectRef;
  /** Of the object, as far as it was told; in milliseconds since 1970, as all of these. */
  readonly since: number;
  readonly parkedAt: number;
  /** When a notification of it was last sent anew. */
  readonly replayedAt?: number;
}

/** An index takes a thousand writes a second in each: a tenant's own number of parked objects, and nobody else's, is what they bound. */
const SHARDS = 4;

/** Set with the state `parked`; removed by the next claim. */
export const PARKED_ATTRIBUTES = ['ref', 'parked_at', 'replayed_at'] as const;

export function parkedAttributes(key: LedgerKey, { ref, tenant, reason }: Note, now: number): Readonly<Record<string, unknown>> {
  const { bucket, key: name, versionId, etag, sequencer, size, eventTime } = ref;
  const stored = { bucket, key: name, version_id: versionId, etag, sequencer, size, event_time: eventTime };
  return {
    reason,
    tenant,
    parked_at: now,
    ref: Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined)),
    attention_shard: `${shardPrefix(tenant)}${shardOf(key, SHARDS)}`,
    attention_at: eventTime ?? now,
  };
}

/** Where all that is parked of the tenant is found. */
export function parkedShards(tenant: string): string[] {
  return Array.from({ length: SHARDS }, (_, i) => `${shardPrefix(tenant)}${i}`);
}

function shardPrefix(tenant: string): string {
  return `parked#${tenant}#`;
}

const Stored = z.object({
  object: z.string(),
  delivery: z.string(),
  state: z.literal('parked'),
  generation: z.number(),
  parked_at: z.number(),
  replayed_at: z.number().optional(),
  attention_at: z.number(),
  ref: z.object({
    bucket: z.string(),
    key: z.string(),
    version_id: z.string().optional(),
    etag: z.string().optional(),
    sequencer: z.string().optional(),
    size: z.number().optional(),
    event_time: z.number().optional(),
  }),
});

/** @returns undefined for what is not parked (any more): the index is a moment behind. */
export function parseParked(item: Readonly<Record<string, unknown>>): ParkedObject | undefined {
  const { data } = Stored.safeParse(item);
  if (!data) return undefined;
  const { object, delivery, generation, parked_at: parkedAt, replayed_at: replayedAt, attention_at: since } = data;
  const { version_id: versionId, event_time: eventTime, ...ref } = data.ref;
  return { key: { object, delivery }, generation, ref: { ...ref, versionId, eventTime }, since, parkedAt, replayedAt };
}
