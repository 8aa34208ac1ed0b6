/** What a row of the tenant table amounts to, as the worker reads it (pure). */
import { parseRow, pauseOf, type TenantRow } from '../../worker/locate/tenant-row.ts';
import { isRotating } from './external-id.ts';
import { seconds, type Item } from './table.ts';

/**
 * - `enabled`: the worker delivers.
 * - `paused`: stopped for a while, with a reason; the worker sees a row that is not enabled.
 * - `disabled`: not yet, or not any more, live; may be removed.
 * - `pending`: disabled, and not complete yet.
 * - `removed`: rests; the worker sees a row that is not enabled.
 * - `faulty`: the worker refuses it.
 * - `other`: of a type that this version does not deliver to.
 */
export type State = 'enabled' | 'paused' | 'disabled' | 'pending' | 'removed' | 'faulty' | 'other';

export interface Condition {
  readonly state: State;
  /** Why, in words: faults, what is missing, the reason of a pause. */
  readonly reasons: readonly string[];
}

/** What `pause` and `remove` note in a row beside the worker's own fields, which drops what it does not know. */
export const PAUSE_NOTES = ['paused_at', 'pause_reason'] as const;

export function conditionOf(item: Item): Condition {
  const { state, reasons } = stateOf(item);
  if (state === 'removed' || !isRotating(item)) return { state, reasons };
  return { state, reasons: [...reasons, 'its ExternalId is being changed for the next one (`tenant rotate`)'] };
}

function stateOf(item: Item): Condition {
  const removedAt = item['removed_at'];
  if (typeof removedAt === 'string') return { state: 'removed', reasons: [`on ${removedAt}; its id rests until ${restsUntil(item)}`] };
  const parsed = parseRow(item);
  if (parsed.kind === 'unknown-type') return { state: 'other', reasons: [`type ${parsed.type} is not delivered to by this version`] };
  if (parsed.kind === 'faulty') {
    const { faults, missing } = parsed;
    return isIncomplete(item, parsed)
      ? { state: 'pending', reasons: [`still without ${missing.join(', ')}`] }
      : { state: 'faulty', reasons: faults };
  }
  if (parsed.row.enabled) return { state: 'enabled', reasons: [] };
  if (typeof item['paused_at'] !== 'string') return { state: 'disabled', reasons: [] };
  const reason = item['pause_reason'];
  return { state: 'paused', reasons: [`since ${item['paused_at']}${typeof reason === 'string' ? `: ${reason}` : ''}`] };
}

/** Whether a row is only not ready yet: disabled, and nothing in it is wrong. */
export function isIncomplete({ enabled }: Item, { faults, missing }: Extract<TenantRow, { kind: 'faulty' }>): boolean {
  return enabled === false && faults.length === missing.length;
}

/** Why all deliveries are paused; undefined when they are not. @param items rows of `*`. */
export function fleetPause(items: readonly Item[]): string | undefined {
  const pause = pauseOf(items);
  const reason = items.map(({ pause_reason }) => pause_reason).find((said) => typeof said === 'string');
  return pause === undefined || reason === undefined ? pause : `${pause}: ${reason}`;
}

/** Whether a removed row still keeps its id from being given again. DynamoDB deletes days late, and a table of old not at all. */
export function isResting(item: Item, now: Date): boolean {
  return item['removed_at'] !== undefined && !(typeof item['expires_at'] === 'number' && item['expires_at'] < seconds(now));
}

export function restsUntil({ expires_at }: Item): string {
  return typeof expires_at === 'number' ? new Date(expires_at * 1000).toISOString().slice(0, 10) : 'somebody takes its row away';
}
