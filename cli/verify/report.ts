/** What verify found, for people: one line a check, then what mends it. */
import { shown, type Output } from '../output.ts';
import { CHECKS, overall, type Check, type CheckOutcome, type Fix } from './check.ts';

export const OUTCOME_STYLES = {
  green: 'green',
  warning: 'yellow',
  unknown: 'yellow',
  red: 'red',
  skipped: 'gray',
} as const satisfies Readonly<Record<CheckOutcome, Parameters<Output['style']>[0]>>;

const CHECK_WIDTH = Math.max(...CHECKS.map((check) => check.length)) + 2;
const OUTCOME_WIDTH = Math.max(...Object.keys(OUTCOME_STYLES).map((outcome) => outcome.length)) + 2;

const SIDES: Readonly<Record<Fix['side'], string>> = { customer: 'the customer', operator: 'we, the operators' };

export function showChecks(output: Output, tenant: string, checks: readonly Check[]): void {
  for (const { check, outcome, reason } of checks)
    output.line(`${check.padEnd(CHECK_WIDTH)}${output.style(OUTCOME_STYLES[outcome], outcome.padEnd(OUTCOME_WIDTH))}${shown(reason)}`);
  for (const one of checks) if (one.fix !== undefined || one.said !== undefined) showFix(output, one);
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

function showFix(output: Output, { check, said, fix }: Check): void {
  output.line();
  if (said !== undefined) output.line(output.style('dim', `${check}: AWS says: ${shown(said)}`));
  if (fix === undefined) return;
  const { side, does, statement, document, command } = fix;
  output.line(`${output.style('bold', check)}: ${SIDES[side]} must act: ${shown(does)}.`);
  const policy = document ?? statement;
  if (policy !== undefined) output.line(JSON.stringify(policy, null, 2));
  if (command !== undefined) output.line(`  $ ${shown(command)}`);
}
