/**
 * How long after a tenant was disabled the worker may still deliver for it: it believes a row for TENANT_CACHE_SECONDS, and what a worker that died had in hand
 * comes back after VISIBILITY_SECONDS, to be judged by the new row. An object that was begun before, and is so large or so slow that it still goes on, is not
 * seen from here: a queue cannot be asked for one tenant's messages.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SETTINGS } from '../../worker/settings.ts';
import type { Context } from '../context.ts';
import { CliError } from '../error.ts';
import { conditionOf } from './state.ts';
import type { Item } from './table.ts';

export type Drain = 'refuse' | 'wait' | 'skip';

/** @returns seconds, by the worker's own settings where they are set here. */
export function drainSeconds(environment: NodeJS.ProcessEnv): number {
  const names = ['TENANT_CACHE_SECONDS', 'VISIBILITY_SECONDS'] as const;
  return names.reduce((sum, name) => sum + (/^\d+$/.test(environment[name] ?? '') ? Number(environment[name]) : SETTINGS[name].default), 0);
}

/** @throws CliError when it is too early, and nobody wants to wait. */
export async function drained({ output, now }: Context, row: Item, how: Drain): Promise<void> {
  // It never was live.
  if (how === 'skip' || conditionOf(row).state === 'pending') return;
  const id = String(row['tenant_id']);
  const seconds = drainSeconds(process.env);
  const leftMs = disabledAt(row) + seconds * 1000 - now().getTime();
  // A row that nobody dated says nothing.
  if (Number.isNaN(leftMs) || leftMs <= 0) return;
  const left = Math.ceil(leftMs / 1000);
  if (how === 'refuse')
    throw new CliError(
      `tenant ${id} was live until lately: for ${seconds} s after it was disabled workers may still deliver for it. Come back in ${left} s, or give --drain to wait here, or --now`,
    );
  output.warn(`waiting ${left} s until no worker delivers for ${id} any more`);
  await sleep(leftMs);
}

/** In milliseconds since 1970. Rows that were disabled by hand do not say it: they were last changed then, or later. */
export function disabledAt({ disabled_at, updated_at }: Item): number {
  const said = [disabled_at, updated_at].find((at) => typeof at === 'string');
  return said === undefined ? Number.NaN : Date.parse(said);
}
