/** Fields of a row as they are typed on a command line -> values of the one schema, and what is wrong with them (pure). */
import { CloudWatchRow, parseRow } from '../../worker/locate/tenant-row.ts';
import { CliError, UsageError } from '../error.ts';
import { isIncomplete } from './state.ts';
import type { Item, Patch } from './table.ts';

type Field = keyof CloudWatchRow;

/** Fields that have a command of their own, or none. */
const NOT_SET: Partial<Record<Field, string>> = {
  tenant_id: 'it is the id itself',
  type: 'this command keeps rows of type cloudwatch',
  enabled: 'use `tenant enable`, `pause` or `disable`',
  updated_at: 'it is written with each change',
};

export const SETTABLE = Object.keys(CloudWatchRow.shape).filter((field) => NOT_SET[field as Field] === undefined);

/**
 * @param pairs `field=value` each; nothing after the `=` takes the field off.
 * @throws UsageError for what is no pair, no field, or given twice.
 */
export function patchOf(pairs: readonly string[]): Patch {
  const patch: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const field = pair.slice(0, at);
    if (at < 1) throw new UsageError(`${JSON.stringify(pair)} is not field=value`);
    const reserved = Object.hasOwn(NOT_SET, field) ? NOT_SET[field as Field] : undefined;
    if (reserved !== undefined) throw new UsageError(`${field} cannot be set: ${reserved}`);
    if (!SETTABLE.includes(field)) throw new UsageError(`a row has no field ${JSON.stringify(field)}; there are ${SETTABLE.join(', ')}`);
    if (Object.hasOwn(patch, field)) throw new UsageError(`${field} is given twice`);
    patch[field] = valueOf(field, pair.slice(at + 1));
  }
  return patch;
}

/** The text as the first kind of value that the schema takes; the text itself when it takes none. */
export function valueOf(field: string, text: string): unknown {
  if (text === '') return undefined;
  const schema = CloudWatchRow.shape[field as Field];
  const candidates: unknown[] = [text, ...(text === 'true' || text === 'false' ? [text === 'true'] : []), Number(text), text.split(',')];
  return candidates.find((value) => schema.safeParse(value).success) ?? text;
}

/** @throws CliError that tells all faults. */
export function checkRow(after: Item, before: Item = {}): void {
  const faults = newFaults(after, before);
  if (faults.length > 0) throw new CliError(`the worker would refuse this row: ${faults.join('; ')}`);
}

/**
 * What is only missing is no fault while the row is disabled; nor is what was wrong before, so that a row can be mended field by field.
 * @returns one text each, with the field's name at its head.
 */
export function newFaults(after: Item, before: Item = {}): string[] {
  const parsed = parseRow(after);
  if (parsed.kind !== 'faulty' || isIncomplete(after, parsed)) return [];
  const known = parseRow({ ...before, tenant_id: after['tenant_id'] });
  const old = known.kind === 'faulty' && before['tenant_id'] !== undefined ? known.faults : [];
  return parsed.faults.filter((fault) => !old.includes(fault));
}
