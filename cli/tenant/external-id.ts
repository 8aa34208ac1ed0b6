/** A tenant's ExternalIds: the one that the worker sends, and, while it is changed for another, the next (pure, but for randomness). */
import { randomBytes } from 'node:crypto';
import type { Item } from './table.ts';

/** Beside `external_id`, in the row. The worker drops what it does not know, and goes on with the old one. */
export const NEXT = 'next_external_id';

const FIELDS: readonly string[] = ['external_id', NEXT];

export function isExternalId(field: string): boolean {
  return FIELDS.includes(field);
}

/** @returns those that a row has, of either kind. */
export function externalIdsOf(row: Item): string[] {
  return FIELDS.map((field) => row[field]).filter((id): id is string => typeof id === 'string' && id !== '');
}

export function isRotating(row: Item): boolean {
  return typeof row[NEXT] === 'string' && row[NEXT] !== '';
}

/** 192 random bits; the prefix, so that no shell takes it for an option. */
export function newExternalId(fleet: readonly Item[]): string {
  const taken = new Set(fleet.flatMap(externalIdsOf));
  for (;;) {
    const id = `logferry-${randomBytes(24).toString('base64url')}`;
    if (!taken.has(id)) return id;
  }
}
