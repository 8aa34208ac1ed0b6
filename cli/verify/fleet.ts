/** `verify --all`: every living row, a bounded number at once, and one line each. */
import pLimit from 'p-limit';
import type { Context } from '../context.ts';
import { shown } from '../output.ts';
import { conditionOf, type State } from '../tenant/state.ts';
import type { Item } from '../tenant/table.ts';
import { overall, passes, type Check, type CheckOutcome } from './check.ts';
import { OUTCOME_STYLES } from './report.ts';
import { verifyTenant, type VerifyDeps } from './verify.ts';

interface Verified {
  readonly tenant_id: string;
  readonly state: State;
  readonly result: CheckOutcome;
  /** The first that is red, or could not be found out. */
  readonly failed?: Check;
  readonly checks: readonly Check[];
}

/** @returns whether all may be delivered to. */
export async function verifyFleet(
  { output }: Pick<Context, 'output'>,
  rows: readonly Item[],
  deps: VerifyDeps,
  concurrency: number,
): Promise<boolean> {
  const limit = pLimit(concurrency);
  const progress = progressOn(process.stderr, rows.length);
  const verified = await Promise.all(
    rows.map((row) =>
      limit(async () => {
        const one = await verifyOne(row, deps);
        progress.tick();
        return one;
      }),
    ),
  );
  progress.end();
  output.answer(verified, () => {
    output.table(
      ['tenant', 'state', 'result', 'check', 'reason'],
      verified.map(({ tenant_id, state, result, failed, checks }) => {
        const told = failed ?? checks.find(({ outcome }) => outcome === 'warning');
        return [shown(tenant_id), state, output.style(OUTCOME_STYLES[result], result), told?.check ?? '', shown(told?.reason)];
      }),
    );
    output.line();
    output.line(summary(verified));
  });
  return verified.every(({ checks }) => passes(checks));
}

async function verifyOne(row: Item, deps: VerifyDeps): Promise<Verified> {
  const checks = await verifyTenant(row, deps);
  const failed = checks.find(({ outcome }) => outcome === 'red' || outcome === 'unknown');
  return { tenant_id: String(row['tenant_id']), state: conditionOf(row).state, result: overall(checks), ...(failed && { failed }), checks };
}

function summary(verified: readonly Verified[]): string {
  const counts = (['green', 'warning', 'unknown', 'red'] as const).map(
    (wanted) => `${verified.filter(({ result }) => result === wanted).length} ${wanted}`,
  );
  return `${verified.length} ${verified.length === 1 ? 'tenant' : 'tenants'}: ${counts.join(', ')}.`;
}

/** On a terminal only: a pipe or a log gets none. */
function progressOn(stream: NodeJS.WriteStream, total: number): { tick(): void; end(): void } {
  if (!stream.isTTY) return { tick: () => undefined, end: () => undefined };
  let done = 0;
  return { tick: () => void stream.write(`\rverified ${++done} of ${total}`), end: () => void stream.write('\r\u{1B}[K') };
}
