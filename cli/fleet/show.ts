/** A plan for people: what is new, what changes field by field, what stays. No ExternalId is told. */
import { counted, shown, type Output } from '../output.ts';
import { isExternalId } from '../tenant/external-id.ts';
import { conditionOf } from '../tenant/state.ts';
import type { Change } from '../tenant/change.ts';
import { SILENT } from './document.ts';
import type { Plan, Step } from './plan.ts';
import type { SwitchPlan } from './switch.ts';

export function showPlan(output: Output, plan: Plan, { patch }: SwitchPlan): void {
  if (patch !== undefined) {
    const reason = patch['pause_reason'] === undefined ? '' : `: ${shown(patch['pause_reason'])}`;
    output.line(output.style('yellow', `* the whole fleet: ${patch.paused ? `paused${reason}` : 'the pause ends'}`));
  }
  for (const step of plan.steps) showStep(output, step);
  output.line(summaryOf(plan));
  if (plan.unnamed.length > 0) output.line(`In the table and not in the file, left as they are: ${plan.unnamed.map(shown).join(', ')}.`);
}

/** For machines, as in `set`'s answer. */
export function asJson({ id, kind, before, after, changes, hasNewExternalId }: Step): object {
  return {
    tenant_id: id,
    kind,
    state: conditionOf(after).state,
    ...(kind === 'change' && { state_before: conditionOf(before).state }),
    ...(hasNewExternalId && { new_external_id: true }),
    changes: changes.filter(isTold).map((change) => (isExternalId(change.field) ? { field: change.field } : change)),
  };
}

function showStep(output: Output, { id, kind, before, after, changes, hasNewExternalId }: Step): void {
  const [was, is] = [conditionOf(before).state, conditionOf(after).state];
  if (kind === 'add') output.line(output.style('green', `+ ${id}: new, ${is}`));
  else output.line(output.style('yellow', `~ ${id}: ${was === is ? is : `${was} -> ${is}`}`));
  for (const { field, from, to } of changes.filter(isTold)) {
    const isSecret = isExternalId(field);
    if (from !== undefined) output.line(output.style('red', `    - ${field}: ${isSecret ? '(not shown)' : shown(from)}`));
    if (to === undefined) continue;
    const value = isSecret ? (hasNewExternalId ? '(a random one)' : '(as in the file)') : shown(to);
    output.line(output.style('green', `    + ${field}: ${value}`));
  }
}

function summaryOf({ steps, untouched }: Plan): string {
  const count = (kind: Step['kind']): number => steps.filter((step) => step.kind === kind).length;
  const live = steps.filter(({ before, after }) => after['enabled'] === true && before['enabled'] !== true).length;
  const said = `${counted(count('add'), 'tenant')} to add, ${count('change')} to change, ${untouched} untouched.`;
  return live === 0 ? said : `${said} Deliveries begin for ${counted(live, 'tenant')}, which the file enables.`;
}

function isTold({ field }: Change): boolean {
  return !SILENT.has(field);
}
