/** What verify found, for people: one line a check, then what mends it. */
import { shown, type Output } from '../output.ts';
import { overall, type Check, type CheckOutcome, type Fix } from './check.ts';

export const OUTCOME_STYLES = {
  green: 'green',
  warning: 'yellow',
  unknown: 'yellow',
  red: 'red',
  skipped: 'gray',
} as const satisfies Readonly<Record<CheckOutcome, Parameters<Output['style']>[0]>>;

const SIDES: Readonly<Record<Fix['side'], string>> = { customer: 'the customer', operator: 'we, the operators' };

export function showChecks(output: Output, tenant: string, checks: readonly Check[]): void {
  output.table(
    ['check', 'outcome', 'reason'],
    checks.map(({ check, outcome, reason }) => [check, output.style(OUTCOME_STYLES[outcome], outcome), shown(reason)]),
  );
  for (const one of checks) if (one.fix !== undefined) showFix(output, one, one.fix);
  const result = overall(checks);
  output.line();
  output.line(`${shown(tenant)}: ${output.style(OUTCOME_STYLES[result], SAID[result])}.`);
}

const SAID: Readonly<Record<CheckOutcome, string>> = {
  green: 'the worker can deliver',
  warning: 'the worker can deliver; something should be mended',
  unknown: 'it could not be found out; run again',
  red: 'the worker cannot deliver',
  skipped: 'nothing was asked',
};

function showFix(output: Output, { check }: Check, { side, does, statement, document, command }: Fix): void {
  output.line();
  output.line(`${output.style('bold', check)}: ${SIDES[side]} must act: ${shown(does)}.`);
  const policy = document ?? statement;
  if (policy !== undefined) output.line(JSON.stringify(policy, null, 2));
  if (command !== undefined) output.line(`  $ ${shown(command)}`);
}
