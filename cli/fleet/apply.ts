/** Writes a plan, some rows at once. A row that somebody has changed since it was read is left alone, and the others are written: the next run sees the rest. */
import pLimit from 'p-limit';
import { describe } from '../../worker/errors.ts';
import { FLEET } from '../../worker/locate/tenant-row.ts';
import { awsError } from '../aws-error.ts';
import { CliError } from '../error.ts';
import type { TenantTable } from '../tenant/table.ts';
import type { Plan, Step } from './plan.ts';
import type { SwitchPlan } from './switch.ts';

/** At 100 ms a call, 3,000 rows take 20 s: far below what a new on-demand table allows (4,000 writes a second). */
const AT_ONCE = 16;

export interface Applied {
  /** Tenants; `*` for the switch of the fleet. */
  readonly written: readonly string[];
  /** Somebody was faster. */
  readonly refused: readonly Failed[];
  /** AWS did not do it: all after the first are not tried. */
  readonly failed: readonly Failed[];
  readonly untried: readonly string[];
}

interface Failed {
  readonly tenant_id: string;
  readonly why: string;
}

type Outcome = { readonly kind: 'written' } | { readonly kind: 'refused' | 'failed'; readonly why: string };

/** @param tick called after each tenant. */
export async function apply(table: TenantTable, plan: Plan, fleetSwitch: SwitchPlan, now: Date, tick: () => void): Promise<Applied> {
  const outcomes = new Map<string, Outcome>();
  const { patch } = fleetSwitch;
  const isStill = (): boolean => [...outcomes.values()].every(({ kind }) => kind === 'written');
  const flip = async (): Promise<unknown> => outcomes.set(FLEET, await outcomeOf(() => writeSwitch(table, fleetSwitch, now)));
  // A pause is there before anything else; the end of one comes after all is as it shall be.
  if (patch?.paused === true) await flip();
  if (isStill())
    await writeSteps(table, plan.steps, now, (id, outcome) => {
      outcomes.set(id, outcome);
      tick();
    });
  if (patch?.paused === false && isStill()) await flip();
  const wanted = [...plan.steps.map(({ id }) => id), ...(patch === undefined ? [] : [FLEET])];
  const failed = (wantedKind: Outcome['kind']): Failed[] =>
    [...outcomes].flatMap(([tenant_id, outcome]) =>
      'why' in outcome && outcome.kind === wantedKind ? [{ tenant_id, why: outcome.why }] : [],
    );
  return {
    written: wanted.filter((id) => outcomes.get(id)?.kind === 'written'),
    refused: failed('refused'),
    failed: failed('failed'),
    untried: wanted.filter((id) => !outcomes.has(id)),
  };
}

async function writeSteps(
  table: TenantTable,
  steps: readonly Step[],
  now: Date,
  tell: (id: string, outcome: Outcome) => void,
): Promise<void> {
  const limit = pLimit(AT_ONCE);
  let isBroken = false;
  await limit.map(steps, async ({ id, kind, before, patch, after }) => {
    if (isBroken) return;
    const outcome = await outcomeOf(() => (kind === 'add' ? table.create(after, now) : table.update(before, patch, now)));
    isBroken ||= outcome.kind === 'failed';
    tell(id, outcome);
  });
}

async function writeSwitch(table: TenantTable, { patch, rows, isNew }: SwitchPlan, now: Date): Promise<void> {
  for (const row of rows) await table.update(row, patch ?? {}, now, { make: isNew });
}

async function outcomeOf(write: () => Promise<unknown>): Promise<Outcome> {
  try {
    await write();
    return { kind: 'written' };
  } catch (error) {
    if (error instanceof CliError) return { kind: 'refused', why: error.message };
    return { kind: 'failed', why: awsError(error)?.message ?? describe(error) };
  }
}
