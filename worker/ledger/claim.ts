/** Who may work on an object: the ledger's row at the time of a claim -> what the claimant does (pure). The table of transitions is this function. */
import type { LedgerRow, Unknown } from './row.ts';

export interface Claimant {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How far clocks may be apart: so long after its end a lease still counts. */
  readonly skewMs: number;
  /** Whether the tenant's breaker is closed; what is parked is taken up again only then. */
  readonly isHealthy: boolean;
  /** Whether the message comes back from the dead-letter queue: somebody wants the object tried again. */
  readonly isRedriven: boolean;
}

export type Claim =
  | { readonly action: 'take' }
  /** Somebody else has seen to it: the message is not needed. */
  | { readonly action: 'acknowledge'; readonly because: 'delivered' | 'parked' | 'dead' }
  /** Not now; that is no attempt. */
  | { readonly action: 'return'; readonly because: 'leased' | Unknown; readonly delayMs: number };

/** A row of a newer version is for the newer workers, which take over within a deployment; one that nobody can read is for people. */
const UNKNOWN_DELAY_MS = 60_000;

/** @param row undefined: there is none. */
export function claim(row: LedgerRow | Unknown | undefined, claimant: Claimant): Claim {
  if (row === undefined) return { action: 'take' };
  if (typeof row === 'string') return { action: 'return', because: row, delayMs: UNKNOWN_DELAY_MS };
  // DynamoDB deletes days late: an expired row is none.
  if (row.expiresAt !== undefined && row.expiresAt * 1000 <= claimant.now) return { action: 'take' };
  if (row.state === 'open') return claimOpen(row, claimant);
  const mayTake = { delivered: false, parked: claimant.isHealthy, dead: claimant.isRedriven }[row.state];
  return mayTake ? { action: 'take' } : { action: 'acknowledge', because: row.state };
}

function claimOpen({ leaseUntil }: LedgerRow, { now, skewMs }: Claimant): Claim {
  if (leaseUntil === undefined) return { action: 'take' };
  const freeAt = leaseUntil + skewMs;
  return freeAt <= now ? { action: 'take' } : { action: 'return', because: 'leased', delayMs: freeAt - now };
}
