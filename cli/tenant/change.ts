/** The way of every change: the row as it is, the patch, the check, what differs, and one conditional write. */
import { FLEET } from '../../worker/locate/tenant-row.ts';
import { isSegment } from '../../worker/locate/object-key.ts';
import type { Context } from '../context.ts';
import { CliError, UsageError } from '../error.ts';
import { shown, toJson, type Output } from '../output.ts';
import { isExternalId } from './external-id.ts';
import { conditionOf, isResting, restsUntil } from './state.ts';
import { withPatch, type Item, type Patch } from './table.ts';

/** @throws UsageError for an id that no object key can name. */
export function checkId(id: string): void {
  if (id === FLEET) throw new UsageError('"*" is the row of the whole fleet; `tenant pause --fleet` and `enable --fleet` change it');
  if (!isSegment(id))
    throw new UsageError(`${JSON.stringify(id)} is no tenant id: 1 to 128 of A-Z a-z 0-9 . _ -, as the object keys have it`);
}

/** @throws CliError for a tenant that has no row, or a removed one. */
export async function livingRow({ tenants, now }: Context, id: string): Promise<Item> {
  checkId(id);
  const row = await tenants.row(id);
  if (row === undefined) throw new CliError(`there is no tenant ${id}; \`logferry tenant add ${id}\` makes it, \`tenant list\` shows all`);
  if (row['removed_at'] === undefined) return row;
  const rest = isResting(row, now()) ? `; its id rests until ${restsUntil(row)}` : '';
  throw new CliError(`tenant ${id} was removed on ${shown(row['removed_at'])}${rest}`);
}

export interface Change {
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** @returns the fields that the patch makes different. */
export function changesOf(before: Item, patch: Patch): Change[] {
  // A file may name a field `toString`.
  const was = (field: string): unknown => (Object.hasOwn(before, field) ? before[field] : undefined);
  const differ = Object.keys(patch).filter((field) => toJson(was(field)) !== toJson(patch[field]));
  return differ.map((field) => ({ field, from: was(field), to: patch[field] }));
}

interface ChangeOptions {
  /** The row does not exist yet. */
  readonly make?: boolean;
  /** ExternalIds that change are told. */
  readonly tellsIds?: boolean;
}

/** Writes the patch, unless nothing differs or it is a dry run, and says what it did. */
export async function change(
  context: Context,
  before: Item,
  patch: Patch,
  { make = false, tellsIds = false }: ChangeOptions = {},
): Promise<void> {
  const { tenants, output, isDryRun, now } = context;
  const changes = changesOf(before, patch);
  const written = changes.length > 0 && !isDryRun;
  const needed = Object.fromEntries(changes.map(({ field, to }) => [field, to]));
  const after = written ? await tenants.update(before, needed, now(), { make }) : withPatch(before, patch);
  report(output, { after, changes, written, tellsIds });
}

/** The ExternalId would let others in: `add` and `rotate` tell it, and `show`, of one tenant. */
export function withoutSecret(row: Item): Item {
  return Object.fromEntries(Object.entries(row).filter(([field]) => !isExternalId(field)));
}

interface Outcome {
  readonly after: Item;
  readonly changes: readonly Change[];
  readonly written: boolean;
  readonly tellsIds?: boolean;
  /** Further parts of the answer for machines. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export function report(output: Output, { after, changes, written, tellsIds = false, more }: Outcome): void {
  const tenant = String(after['tenant_id']);
  const isFleet = tenant === FLEET;
  const { state, reasons } = isFleet ? { state: after['paused'] === true ? 'paused' : 'enabled', reasons: [] } : conditionOf(after);
  const row = tellsIds && changes.some(({ field }) => isExternalId(field)) ? after : withoutSecret(after);
  const told = tellsIds ? changes : changes.map((one) => (isExternalId(one.field) ? { field: one.field } : one));
  output.answer({ tenant_id: tenant, state, reasons, written, changes: told, row, ...more }, () => {
    for (const { field, from, to } of changes) {
      const say = (value: unknown): string => (isExternalId(field) && !tellsIds ? '(not shown)' : shown(value));
      if (from !== undefined) output.line(output.style('red', `- ${field}: ${say(from)}`));
      if (to !== undefined) output.line(output.style('green', `+ ${field}: ${say(to)}`));
    }
    const said = `${isFleet ? 'the fleet' : tenant} is ${state}${reasons.length > 0 ? ` (${shown(reasons.join('; '))})` : ''}`;
    if (changes.length === 0) output.line(`Nothing to change: ${said}.`);
    else output.line(written ? `Written: ${said}.` : `Dry run, nothing written; it would be: ${said}.`);
  });
}
