/** What the file says of the fleet as a whole -> the row "*", changed as `pause --fleet` and `enable --fleet` change it (pure). */
import { toJson } from '../output.ts';
import { switchesToSet } from '../tenant/fleet.ts';
import type { Item, Patch } from '../tenant/table.ts';
import { switchOf } from './document.ts';
import type { Entry, Fault } from './read.ts';

export interface SwitchPlan {
  /** Undefined where nothing changes. */
  readonly patch?: Patch & { readonly paused: boolean };
  readonly rows: readonly Item[];
  readonly isNew: boolean;
  readonly faults: readonly Fault[];
}

const FIELDS = ['paused', 'pause_reason'];

/** @param items rows of "*". */
export function switchPlanOf(entry: Entry | undefined, items: readonly Item[], now: Date): SwitchPlan {
  const none: SwitchPlan = { rows: [], isNew: items.length === 0, faults: [] };
  if (entry === undefined) return none;
  const { fields, lineOf } = entry;
  const faults = Object.keys(fields)
    .filter((field) => !FIELDS.includes(field))
    .map((field): Fault => ({ line: lineOf(field), says: `fleet: ${field} is not known; expected ${FIELDS.join(', ')}` }));
  const { paused, pause_reason } = fields;
  const is = switchOf(items);
  // What stands there already is no fault of the file.
  if (typeof paused !== 'boolean' && toJson(paused) !== toJson(is.paused))
    faults.push({ line: lineOf('paused'), says: `fleet: paused is ${toJson(paused) ?? 'missing'}; expected \`true\` or \`false\`` });
  const isSame = toJson(paused) === toJson(is.paused) && (paused === false || toJson(pause_reason) === toJson(is.pause_reason));
  if (isSame || typeof paused !== 'boolean') return { ...none, faults };
  const notes = { paused_at: paused ? now.toISOString() : undefined, pause_reason: paused ? pause_reason : undefined };
  const patch = { paused, ...notes };
  return { ...none, faults, patch, rows: switchesToSet(items, patch) };
}
