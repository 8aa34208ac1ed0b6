/** What speaks against writing what a file says of a tenant: as the worker, `add`, `set` and `enable` would see it (pure). */
import { CloudWatchRow } from '../../worker/locate/tenant-row.ts';
import { accountOf, collisionFaults, collisionsOf, ownAccountFault } from '../tenant/collisions.ts';
import { externalIdsOf, isExternalId, NEXT } from '../tenant/external-id.ts';
import { newFaults, SETTABLE } from '../tenant/fields.ts';
import { isResting, restsUntil } from '../tenant/state.ts';
import type { Item } from '../tenant/table.ts';
import { SHARED } from './document.ts';
import type { Step } from './plan.ts';
import type { Entry, Fault } from './read.ts';

export interface JudgeOptions {
  readonly ownAccounts: ReadonlySet<string>;
  /** As if every tenant of the file had `shared_account`. */
  readonly isShared: boolean;
  /** Fields that the worker does not know may be new, too. */
  readonly mayHaveOthers: boolean;
  readonly now: Date;
}

const ROLE = 'log_distribution_role_arn';
const KNOWN: ReadonlySet<string> = new Set([...Object.keys(CloudWatchRow.shape), NEXT]);

interface FieldFault {
  readonly field: string;
  readonly says: string;
}

export class Judge {
  readonly #options: JudgeOptions;
  readonly #byKey = new Map<string, Item[]>();

  /** @param fleet as it would be, with what rests. */
  constructor(fleet: readonly Item[], options: JudgeOptions) {
    this.#options = options;
    for (const row of fleet)
      for (const key of keysOf(row)) {
        const rows = this.#byKey.get(key);
        if (rows === undefined) this.#byKey.set(key, [row]);
        else rows.push(row);
      }
  }

  /** @param row of this id in the table, also a removed one. */
  faultsOf(entry: Entry, step: Step, row: Item | undefined): Fault[] {
    const { id, fields, lineOf } = entry;
    const { now, mayHaveOthers } = this.#options;
    if (row !== undefined && isResting(row, now))
      return [
        { line: lineOf(''), says: `${id}: the tenant was removed on ${String(row['removed_at'])}; its id rests until ${restsUntil(row)}` },
      ];
    const faults = [
      ...newFaults(step.after, step.before).map((says): FieldFault => ({ field: says.split(' ', 1)[0] ?? '', says })),
      ...externalIdFaults(step, fields),
      ...(mayHaveOthers ? [] : otherFields(step.before, fields)),
      ...this.#strangers(entry, step),
    ];
    return faults.map(({ field, says }) => ({ line: lineOf(field), says: `${id}: ${says}` }));
  }

  /** Rows that point where another's, or we, are; only where this row is made to. */
  #strangers({ isShared }: Entry, { after, changes }: Step): FieldFault[] {
    const changed = new Set(changes.map(({ field }) => field));
    const isEnabled = changed.has('enabled') && after['enabled'] === true;
    if (!changed.has(ROLE) && !isEnabled && ![...changed].some(isExternalId)) return [];
    const candidates = new Set(keysOf(after).flatMap((key) => this.#byKey.get(key) ?? []));
    // Where nothing of the role changes, whoever wrote it has answered.
    const isMeant = isShared || this.#options.isShared || !changed.has(ROLE);
    const own = ownAccountFault(after, this.#options.ownAccounts);
    return [
      ...(own === undefined ? [] : [{ field: ROLE, says: own }]),
      ...collisionFaults(collisionsOf(after, [...candidates]), isMeant, `--shared-account, or the tenant \`${SHARED}: true\``),
    ];
  }
}

/** Two rows that have none of these in common cannot collide; a fleet is too large to compare each with each. */
function keysOf(row: Item): string[] {
  const account = accountOf(row[ROLE]);
  return [...externalIdsOf(row).map((id) => `external-id ${id}`), ...(account === undefined ? [] : [`account ${account}`])];
}

/** The customer's role asks for the one it has: deliveries would stop at once. */
function externalIdFaults({ kind, before, after }: Step, fields: Item): FieldFault[] {
  const faults: FieldFault[] = [];
  const id = before['external_id'];
  if (id && fields['external_id'] !== undefined && fields['external_id'] !== id)
    faults.push({ field: 'external_id', says: 'the tenant has another ExternalId, which their role asks for; `tenant rotate` changes it' });
  if (fields[NEXT] === undefined) return faults;
  if (kind === 'change' && fields[NEXT] !== before[NEXT])
    faults.push({ field: NEXT, says: 'only `tenant rotate` begins or ends a rotation' });
  if (!CloudWatchRow.shape.external_id.safeParse(after[NEXT]).success) faults.push({ field: NEXT, says: `${NEXT} cannot be used` });
  return faults;
}

/** Mistyped ones, most likely: the worker would drop them without a word. */
function otherFields(before: Item, fields: Item): FieldFault[] {
  const others = Object.keys(fields).filter((field) => !KNOWN.has(field) && !Object.hasOwn(before, field));
  const meant = `there are enabled, ${SETTABLE.join(', ')}; others need --other-fields`;
  return others.map((field) => ({ field, says: `a row has no field ${JSON.stringify(field)}; ${meant}` }));
}
