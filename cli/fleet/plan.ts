/** What the file says, and what is in the table -> what is to be written; all that speaks against it is told together (pure). */
import { FLEET } from '../../worker/locate/tenant-row.ts';
import { changesOf, type Change } from '../tenant/change.ts';
import { isExternalId, newExternalId } from '../tenant/external-id.ts';
import { isCloudWatch, withPatch, type Item, type Patch } from '../tenant/table.ts';
import { idOf, isMissing, OWN_FIELDS } from './document.ts';
import { Judge, type JudgeOptions } from './judge.ts';
import type { Entry, Fault } from './read.ts';

export interface Step {
  readonly id: string;
  readonly kind: 'add' | 'change';
  /** Empty for a new one. */
  readonly before: Item;
  readonly patch: Patch;
  readonly after: Item;
  readonly changes: readonly Change[];
  /** The file has none, and the tenant neither. */
  readonly hasNewExternalId: boolean;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly untouched: number;
  /** In the table, and not in the file. */
  readonly unnamed: readonly string[];
  readonly faults: readonly Fault[];
}

export function planOf(entries: readonly Entry[], items: readonly Item[], options: JudgeOptions): Plan {
  const rows = new Map(items.filter((item) => item['tenant_id'] !== FLEET && isCloudWatch(item)).map((row) => [idOf(row), row]));
  const planned = entries.map((entry) => ({ entry, row: rows.get(entry.id), step: stepOf(entry, rows.get(entry.id), options.now) }));
  const named = new Set(entries.map(({ id }) => id));
  const strangers = items.filter((item) => !named.has(idOf(item)));
  const judge = new Judge([...strangers, ...planned.map(({ step }) => step.after)], options);
  const wanted = planned.filter(({ step }) => step.changes.length > 0);
  return {
    steps: wanted.map(({ step }) => step),
    untouched: planned.length - wanted.length,
    unnamed: [...rows.values()]
      .filter((row) => row['removed_at'] === undefined && !named.has(idOf(row)))
      .map(idOf)
      .toSorted(),
    faults: planned.flatMap(({ entry, row, step }) => judge.faultsOf(entry, step, row)),
  };
}

function stepOf({ id, fields }: Entry, row: Item | undefined, now: Date): Step {
  if (row === undefined || row['removed_at'] !== undefined) {
    const hasNewExternalId = fields['external_id'] === undefined;
    const patch = {
      tenant_id: id,
      type: 'cloudwatch',
      enabled: false,
      ...(hasNewExternalId && { external_id: newExternalId([]) }),
      ...fields,
    };
    return { id, kind: 'add', before: {}, patch, after: patch, changes: changesOf({}, patch), hasNewExternalId };
  }
  const gone = Object.keys(row).filter((field) => !keeps(field) && !isMissing(row[field]) && fields[field] === undefined);
  // A row that does not say it is enabled.
  const named = Object.entries(fields).filter(([field, value]) => field !== 'enabled' || value !== (row['enabled'] ?? true));
  const said = { ...Object.fromEntries(named), ...Object.fromEntries(gone.map((field) => [field, undefined])) };
  const patch = { ...said, ...notesOf(row, said, now) };
  const changes = changesOf(row, patch);
  const needed = Object.fromEntries(changes.map(({ field, to }) => [field, to]));
  return { id, kind: 'change', before: row, patch: needed, after: withPatch(row, needed), changes, hasNewExternalId: false };
}

/** What stays where the file does not say it. */
function keeps(field: string): boolean {
  return field === 'enabled' || OWN_FIELDS.has(field) || isExternalId(field);
}

/** What `enable` and `disable` note, and take off. */
function notesOf(row: Item, { enabled }: Patch, now: Date): Patch {
  if (enabled === undefined) return {};
  const none = { paused_at: undefined, pause_reason: undefined };
  return { ...none, disabled_at: enabled === false && row['enabled'] !== false ? now.toISOString() : undefined };
}
