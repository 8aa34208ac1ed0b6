/** The table of transitions, cell by cell. */
import { expect, test } from 'vitest';
import { claim, type Claimant } from '../../../worker/ledger/claim.ts';
import type { LedgerRow } from '../../../worker/ledger/row.ts';

const NOW = 1_800_000_000_000;
const SKEW_MS = 10_000;
const claimant: Claimant = { now: NOW, skewMs: SKEW_MS, isHealthy: true, isRedriven: false };
const ill: Claimant = { ...claimant, isHealthy: false };
const redriven: Claimant = { ...claimant, isRedriven: true };

const row = (state: LedgerRow['state'], more: Partial<LedgerRow> = {}): LedgerRow => ({ state, generation: 3, attempts: 1, ...more });
const ended = { leaseUntil: NOW - SKEW_MS };
const nearlyEnded = { leaseUntil: NOW - SKEW_MS + 1 };
const running = { leaseUntil: NOW + 60_000 };
const expired = { expiresAt: NOW / 1000 - 1 };
const kept = { expiresAt: NOW / 1000 + 1 };

const take = { action: 'take' };
const acknowledge = (because: string) => ({ action: 'acknowledge', because });
const comeBack = (because: string, delayMs: number) => ({ action: 'return', because, delayMs });

test.each<[string, Parameters<typeof claim>[0], Claimant, object]>([
  ['no row', undefined, claimant, take],
  ['an open row that nobody holds', row('open'), claimant, take],
  ['a lease that ended before the clocks could be apart', row('open', ended), claimant, take],
  ['a lease that ended just now', row('open', nearlyEnded), claimant, comeBack('leased', 1)],
  ['a lease that lasts', row('open', running), claimant, comeBack('leased', 60_000 + SKEW_MS)],
  ['a lease that lasts, of a sick tenant', row('open', running), ill, comeBack('leased', 60_000 + SKEW_MS)],
  ['a delivered object', row('delivered', kept), claimant, acknowledge('delivered')],
  ['a delivered object that was redriven', row('delivered', kept), redriven, acknowledge('delivered')],
  ['a delivered object whose row should be gone', row('delivered', expired), claimant, take],
  ['a parked object of a healthy tenant', row('parked'), claimant, take],
  ['a parked object of a sick tenant', row('parked'), ill, acknowledge('parked')],
  ['a dead object', row('dead'), claimant, acknowledge('dead')],
  ['a dead object that was redriven', row('dead'), redriven, take],
  ['a row of a newer version', 'newer', claimant, comeBack('newer', 60_000)],
  ['a row that nobody can read', 'unreadable', claimant, comeBack('unreadable', 60_000)],
])('%s', (_, found, by, expected) => {
  expect(claim(found, by)).toEqual(expected);
});
