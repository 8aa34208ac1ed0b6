/** Tables in Markdown, and where they stand in docs/scaling.md. Pure. */
import type { Summary } from './summary.ts';

export interface Row {
  readonly label: string;
  readonly summary: Summary;
}

const COLUMNS: readonly (readonly [title: string, cell: (summary: Summary) => string])[] = [
  ['max backlog', ({ maxBacklog }) => maxBacklog.toLocaleString('en-US')],
  ['lag p95', ({ lagP95 }) => `${lagP95} s`],
  ['lag max', ({ lagMax }) => `${lagMax} s`],
  ['most tasks', ({ maxTasks }) => `${maxTasks}`],
  ['task-hours', ({ taskHours }) => taskHours.toFixed(1)],
  ['USD a month', ({ usdPerMonth }) => usdPerMonth.toFixed(0)],
  ['turns', ({ turns }) => `${turns}`],
  ['asleep', ({ asleep }) => `${Math.round(100 * asleep)} %`],
];

/** As prettier leaves it: each column as wide as its widest cell, 3 at least. */
export function table(head: string, rows: readonly Row[]): string {
  const cells = [
    [head, ...COLUMNS.map(([title]) => title)],
    ...rows.map(({ label, summary }) => [label, ...COLUMNS.map(([, cell]) => cell(summary))]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(cells[0] ?? []), rule, ...cells.slice(1).map(line)].join('\n');
}

/** Puts a block between its two marks. @throws Error when the page lacks them. */
export function withBlock(page: string, name: string, block: string): string {
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`the page has no ${from} … ${to}`);
  return `${page.slice(0, start + from.length)}\n\n${block}\n\n${page.slice(end)}`;
}
