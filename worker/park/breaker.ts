/**
 * A tenant's breaker for one destination (pure): closed while deliveries go through, open after the tenant's side has refused one, half-open while one object tries it.
 * It is also the entry by which the sweep finds the tenants of whom something is parked.
 */
import { z } from 'zod';
import type { LedgerKey } from '../ledger/row.ts';
import { fullJitter } from '../run/backoff.ts';

export interface Breaker {
  readonly tenant: string;
  readonly type: string;
  readonly state: 'closed' | 'open' | 'half-open';
  /** When it was last closed, or opened from closed; in milliseconds since 1970, as all of these. */
  readonly since: number;
  /** Of the last refusal: its fault code, and in words. */
  readonly reason: string;
  readonly detail: string;
  /** When the next object may try. */
  readonly nextProbeAt: number;
  /** In a row. */
  readonly failures: number;
  /** Of the tenant's rows, as they were when it was refused. */
  readonly fingerprint: string;
  /** Raised by each write. */
  readonly revision: number;
  /** Whether the sweep looks at it. */
  readonly listed: boolean;
}

export interface ProbeRule {
  /** Before the first try after a refusal; it doubles with each, up to the most. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Nobody learns from it any more that there is something parked, once a closed breaker has been so for so long. */
  readonly lingerMs: number;
}

export type Happening =
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string; readonly fingerprint: string }
  /** One object is about to try. */
  | { readonly kind: 'probe' }
  /** A delivery went through, or the reason is gone. */
  | { readonly kind: 'close' }
  /** Something is parked although nobody refused. */
  | { readonly kind: 'list'; readonly reason: string }
  | { readonly kind: 'unlist' };

/** What it lets through: nothing; all; or one object, since it is time to try again, or the tenant's rows have changed. */
export type Leave = 'none' | 'all' | 'due' | 'changed';

export function leaveOf(breaker: Breaker | undefined, fingerprint: string, now: number): Leave {
  if (!breaker || breaker.state === 'closed') return 'all';
  if (breaker.fingerprint !== fingerprint) return 'changed';
  return breaker.nextProbeAt <= now ? 'due' : 'none';
}

/** @returns the breaker after that; undefined when it stays as it is, and need not be written. */
export function after(
  before: Breaker | undefined,
  happening: Happening,
  of: Pick<Breaker, 'tenant' | 'type'>,
  now: number,
  rule: ProbeRule,
): Breaker | undefined {
  const { tenant, type } = of;
  const base = before ?? { tenant, type, state: 'closed', since: now, failures: 0, revision: 0, listed: false, ...NOTHING };
  switch (happening.kind) {
    case 'refused':
      return refused(base, happening, now, rule);
    case 'probe':
      // Whoever was to try may have died: the next may after as long again.
      if (base.state === 'closed' || base.nextProbeAt > now) return undefined;
      return { ...base, state: 'half-open', nextProbeAt: now + rule.baseMs };
    case 'close':
      return base.state === 'closed' ? undefined : { ...base, state: 'closed', since: now, failures: 0, detail: '' };
    case 'list':
      if (base.state !== 'closed' || (base.listed && now - base.since < rule.lingerMs / 2)) return undefined;
      return { ...base, since: now, reason: happening.reason, listed: true };
    case 'unlist':
      return base.listed && isQuiet(base, now, rule) ? { ...base, listed: false } : undefined;
    default:
      return happening satisfies never;
  }
}

const NOTHING = { reason: '', detail: '', nextProbeAt: 0, fingerprint: '' };

/** Those who still believe it open (their caches are seconds old) have parked by now. */
export function isQuiet({ state, since }: Breaker, now: number, { lingerMs }: ProbeRule): boolean {
  return state === 'closed' && now - since >= lingerMs;
}

/** Objects that were under way when the first of them was refused are refused as well: that is one refusal. */
function refused(base: Breaker, { reason, detail, fingerprint }: Extract<Happening, { kind: 'refused' }>, now: number, rule: ProbeRule) {
  if (base.state === 'open' && base.fingerprint === fingerprint && base.nextProbeAt > now) return undefined;
  const failures = base.state === 'closed' || base.fingerprint !== fingerprint ? 1 : base.failures + 1;
  const since = base.state === 'closed' ? now : base.since;
  const waitMs = Math.min(rule.maxMs, rule.baseMs * 2 ** Math.min(failures - 1, 20));
  const nextProbeAt = now + waitMs + fullJitter(0, { baseMs: waitMs / 10, maxMs: waitMs });
  return { ...base, state: 'open' as const, since, reason, detail, fingerprint, failures, nextProbeAt, listed: true };
}

const PREFIX = 'breaker#';
/** Ailing tenants are few beside objects: one shard of the index holds them all. */
export const BREAKERS = 'breakers';
const DETAIL_MAX = 500;

/** No bucket's name holds a `#`, so that no object's row has such a key. */
export function breakerKey({ tenant, type }: Pick<Breaker, 'tenant' | 'type'>): LedgerKey {
  return { object: `${PREFIX}${tenant}`, delivery: type };
}

const Stored = z.object({
  object: z.string().startsWith(PREFIX),
  delivery: z.string(),
  state: z.enum(['closed', 'open', 'half-open']),
  since: z.number(),
  reason: z.string(),
  detail: z.string(),
  next_probe_at: z.number(),
  failures: z.number(),
  fingerprint: z.string(),
  revision: z.number(),
  attention_shard: z.string().optional(),
});

/** @returns undefined for what cannot be read: it counts as none, and lets all through. */
export function parseBreaker(item: Readonly<Record<string, unknown>> | undefined): Breaker | undefined {
  const { data } = Stored.safeParse(item);
  if (!data) return undefined;
  const { object, delivery: type, next_probe_at: nextProbeAt, attention_shard: shard, ...same } = data;
  return { ...same, tenant: object.slice(PREFIX.length), type, nextProbeAt, listed: shard !== undefined };
}

/** Its attributes, those of the index apart. */
export function stored({ state, since, reason, detail, nextProbeAt, failures, fingerprint, revision }: Breaker): Record<string, unknown> {
  return { state, since, reason, detail: detail.slice(0, DETAIL_MAX), next_probe_at: nextProbeAt, failures, fingerprint, revision };
}
