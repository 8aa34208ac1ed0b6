/** `tenant show`: one tenant's row as it stands, and as the worker reads it. */
import type { Command } from 'commander';
import { CloudWatchRow, FLEET, parseRow } from '../../worker/locate/tenant-row.ts';
import { examples, open, type Context } from '../context.ts';
import { CliError } from '../error.ts';
import { shown, type Output } from '../output.ts';
import { checkId } from './change.ts';
import { STATE_STYLES } from './list.ts';
import { conditionOf, fleetPause } from './state.ts';
import type { Item } from './table.ts';

export function defineShow(tenant: Command): void {
  tenant
    .command('show')
    .description("show a tenant's row, ExternalId and defaults included")
    .argument('<id>')
    .addHelpText('after', examples('logferry tenant show acme-corp', 'logferry tenant show acme-corp --json | jq .rows[0].row'))
    .action((id: string, _: unknown, command: Command) => showTenant(open(command), id));
}

async function showTenant({ tenants, output }: Context, id: string): Promise<void> {
  checkId(id);
  const [items, fleet] = await Promise.all([tenants.rows(id), tenants.rows(FLEET)]);
  if (items.length === 0) throw new CliError(`there is no tenant ${id}; \`logferry tenant list\` shows all`);
  const pause = fleetPause(fleet);
  const rows = items.map((row) => ({ ...conditionOf(row), row, defaults: defaultsOf(row) }));
  output.answer({ tenant_id: id, fleet_pause: pause ?? null, rows }, () => {
    for (const one of rows) showRow(output, id, one);
    if (pause !== undefined) output.line(output.style('yellow', `All deliveries are paused: ${shown(pause)}.`));
  });
}

/** What the worker adds to a row. */
function defaultsOf(item: Item): Item {
  const parsed = parseRow(item);
  if (parsed.kind !== 'cloudwatch') return {};
  return Object.fromEntries(Object.entries(parsed.row).filter(([field]) => shown(item[field]) === ''));
}

function showRow(
  output: Output,
  id: string,
  { row, defaults, state, reasons }: ReturnType<typeof conditionOf> & { row: Item; defaults: Item },
): void {
  output.line(`${id} is ${output.style(STATE_STYLES[state], state)}${reasons.length > 0 ? `: ${shown(reasons.join('; '))}` : ''}`);
  const known = Object.keys(CloudWatchRow.shape);
  const fields = [
    ...known.filter((field) => field in row || field in defaults),
    ...Object.keys(row).filter((field) => !known.includes(field)),
  ];
  output.table(
    ['field', 'value'],
    fields.map((field) => [
      shown(field),
      field in defaults ? output.style('dim', `${shown(defaults[field])} (default)`) : shown(row[field]),
    ]),
  );
}
