/** Writes a plan, some rows at once. A row that somebody has changed since it was read is left alone, and the others are written: the next run sees the rest. */
import pLimit from 'p-limit';
import { describe } from '../../worker/errors.ts';
import { awsError } from '../aws-error.ts';
import { CliError } from '../error.ts';
import type { TenantTable } from '../tenant/table.ts';
import type { Step } from './plan.ts';
import type { SwitchPlan } from './switch.ts';

/** What DynamoDB's default of a new on-demand table takes with ease, and 3,000 rows need some ten seconds for. */
const AT_ONCE = 16;

export interface Applied {
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

type Outcome = { readonly kind: 'written' | 'untried' } | { readonly kind: 'refused' | 'failed'; readonly why: string };

export async function apply(table: TenantTable, steps: readonly Step[], now: Date, tick: () => void): Promise<Applied> {
  const limit = pLimit(AT_ONCE);
  let isBroken = false;
  const outcomes = await limit.map(steps, async ({ id, kind, before, patch, after }): Promise<{ id: string } & Outcome> => {
    if (isBroken) return { id, kind: 'untried' };
    const outcome = await outcomeOf(() => (kind === 'add' ? table.create(after, now) : table.update(before, patch, now)));
    isBroken ||= outcome.kind === 'failed';
    tick();
    return { id, ...outcome };
  });
  const of = (kind: Outcome['kind']): string[] => outcomes.filter((one) => one.kind === kind).map(({ id }) => id);
  const why = (kind: Outcome['kind']): Failed[] =>
    outcomes.flatMap((one) => (one.kind === kind && 'why' in one ? [{ tenant_id: one.id, why: one.why }] : []));
  return { written: of('written'), refused: why('refused'), failed: why('failed'), untried: of('untried') };
}

export async function applySwitch(table: TenantTable, { patch, rows, isNew }: SwitchPlan, now: Date): Promise<void> {
  if (patch === undefined) return;
  for (const row of rows) await table.update(row, patch, now, { make: isNew });
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
