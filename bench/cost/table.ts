/** The costs of some environments as one Markdown table, the environments side by side: pure. */
import type { Item } from './standing.ts';

export interface Costs {
  readonly name: string;
  readonly standing: readonly Item[];
  readonly volume: readonly Item[];
}

/** @param gb of lines a month, that `volume` was counted for. */
export function costTable(environments: readonly Costs[], gb: number): string {
  const line = (what: string, of: (one: Costs) => number) => ({ what, usd: environments.map(of) });
  const items = (part: 'standing' | 'volume') =>
    (environments[0]?.[part] ?? []).map(({ what }, at) => line(what, (one) => one[part][at]?.usd ?? 0));
  const lines = [
    ...items('standing'),
    line('**at no logs**', (one) => sum(one.standing)),
    ...items('volume'),
    line(`**at ${gb / 1000} TB of lines a month**`, (one) => sum(one.standing) + sum(one.volume)),
  ].filter(({ usd }) => usd.some((one) => one > 0));
  const rows = [['USD a month', ...environments.map(({ name }) => name)], ...lines.map(({ what, usd }) => [what, ...usd.map(money)])];
  return markdown(rows);
}

function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0));
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const [head = [], ...body] = rows;
  return [head.map(cell), rule, ...body.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function money(usd: number): string {
  return usd.toFixed(2);
}

function sum(items: readonly Item[]): number {
  return items.reduce((all, { usd }) => all + usd, 0);
}
