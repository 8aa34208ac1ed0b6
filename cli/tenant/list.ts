/** `tenant list`: the fleet at a glance. */
import { Option, type Command } from 'commander';
import { FLEET, parseRow } from '../../worker/locate/tenant-row.ts';
import { examples, open, type Context } from '../context.ts';
import { shown, type Output } from '../output.ts';
import { withoutSecret } from './change.ts';
import { accountOf } from './collisions.ts';
import { conditionOf, fleetPause, type Condition, type State } from './state.ts';
import type { Item } from './table.ts';

const STATES: readonly State[] = ['enabled', 'paused', 'disabled', 'pending', 'faulty', 'other', 'removed'];
type Style = Parameters<Output['style']>[0];

export const STATE_STYLES: Readonly<Record<State, Style>> = {
  enabled: 'green',
  paused: 'yellow',
  disabled: 'gray',
  pending: 'cyan',
  removed: 'gray',
  faulty: 'red',
  other: 'gray',
};

export function defineList(tenant: Command): void {
  tenant
    .command('list')
    .description('show all tenants with their state; faulty are those whose row the worker refuses')
    .addOption(new Option('--state <state...>', 'only these; by default all but removed').choices(STATES))
    .addHelpText(
      'after',
      examples(
        'logferry tenant list',
        'logferry tenant list --state faulty paused',
        'logferry tenant list --json | jq -r \'.tenants[] | select(.state == "enabled") | .tenant_id\'',
      ),
    )
    .action(({ state }: { state?: State[] }, command: Command) => listTenants(open(command), state));
}

/** With the worker's default. */
function groupOf(row: Item): string {
  const parsed = parseRow(row);
  return shown(parsed.kind === 'cloudwatch' ? parsed.row.log_group_name : row['log_group_name']);
}

interface Listed extends Condition {
  readonly tenant_id: string;
  readonly row: Item;
}

async function listTenants(
  { tenants, output }: Context,
  wanted: readonly State[] = STATES.filter((state) => state !== 'removed'),
): Promise<void> {
  const items = await tenants.all();
  const pause = fleetPause(items.filter(({ tenant_id }) => tenant_id === FLEET));
  const listed = items
    .filter(({ tenant_id }) => tenant_id !== FLEET)
    .map((row): Listed => ({ tenant_id: String(row['tenant_id']), ...conditionOf(row), row: withoutSecret(row) }))
    .filter(({ state }) => wanted.includes(state))
    .toSorted((a, b) => (a.tenant_id < b.tenant_id ? -1 : 1));
  output.answer({ fleet_pause: pause ?? null, tenants: listed }, () => showAll(output, listed, pause));
}

function showAll(output: Output, listed: readonly Listed[], pause: string | undefined): void {
  if (pause !== undefined) output.line(output.style('yellow', `All deliveries are paused: ${shown(pause)}.`));
  if (listed.length === 0) return output.line('No tenants.');
  output.table(
    ['tenant', 'state', 'account', 'region', 'log group', 'updated'],
    listed.map(({ tenant_id, state, row }) => [
      shown(tenant_id),
      output.style(STATE_STYLES[state], state),
      accountOf(row['log_distribution_role_arn']) ?? '',
      shown(row['target_region']),
      groupOf(row),
      shown(row['updated_at']),
    ]),
  );
  const explained = listed.filter(({ reasons }) => reasons.length > 0);
  if (explained.length > 0) output.line();
  for (const { tenant_id, state, reasons } of explained) output.line(`${shown(tenant_id)}: ${state}: ${shown(reasons.join('; '))}`);
}
