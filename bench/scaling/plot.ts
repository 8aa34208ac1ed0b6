/** A run as an SVG of four panels over one axis of time: backlog, tasks, age of the oldest message, cost so far. Pure; plain text, so that it may be kept in the docs. */
import type { Run } from './simulate.ts';
import { costs, type TaskKind } from './summary.ts';

const WIDTH = 860;
const PANEL = 110;
const [LEFT, RIGHT, TOP, GAP] = [80, 20, 44, 46];
/** As many points as the eye can tell apart. */
const POINTS = 300;

interface Line {
  readonly values: readonly number[];
  readonly color: string;
  readonly name: string;
  /** A count holds until it changes. */
  readonly stepped?: boolean;
}
interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

export function plot(title: string, { samples }: Run, kind: TaskKind): string {
  const panels: Panel[] = [
    { title: 'backlog, messages', lines: [{ name: 'backlog', color: '#1f6feb', values: samples.map(({ backlog }) => backlog) }] },
    {
      title: 'tasks',
      lines: [
        { name: 'desired', color: '#8b949e', stepped: true, values: samples.map(({ desired }) => desired) },
        { name: 'running', color: '#1a7f37', stepped: true, values: samples.map(({ running }) => running) },
      ],
    },
    {
      title: 'age of the oldest message, seconds',
      lines: [{ name: 'age', color: '#bc4c00', values: samples.map(({ oldest }) => oldest) }],
    },
    { title: 'cost of the tasks so far, USD', lines: [{ name: 'cost', color: '#8250df', values: costs(samples, kind) }] },
  ];
  const height = TOP + panels.length * (PANEL + GAP);
  const hours = samples.length / 60;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20" font-size="15" fill="#1f2328">${title}</text>`,
    ...panels.flatMap((panel, at) => drawPanel(panel, TOP + at * (PANEL + GAP), hours)),
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, lines }: Panel, top: number, hours: number): string[] {
  const most = nice(Math.max(1e-9, ...lines.map(({ values }) => values.reduce((max, value) => Math.max(max, value), 0))));
  const [width, bottom] = [WIDTH - LEFT - RIGHT, top + PANEL];
  const every = hours > 24 ? 6 : hours > 12 ? 3 : 1;
  const ticks = Array.from({ length: Math.floor(hours / every) + 1 }, (_, tick) => tick * every);
  const x = (hour: number) => round(LEFT + (hour / hours) * width);
  const legend = lines.length > 1 ? lines.map(({ name, color }) => `<tspan dx="8" fill="${color}">${name}</tspan>`).join('') : '';
  return [
    `<text x="${LEFT}" y="${top - 6}" fill="#1f2328">${title}${legend}</text>`,
    ...[0, 0.5, 1].flatMap((share) => {
      const y = round(bottom - share * PANEL);
      return [
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#d0d7de"/>`,
        `<text x="${LEFT - 6}" y="${y + 4}" text-anchor="end" fill="#57606a">${(most * share).toLocaleString('en-US', { maximumFractionDigits: 2 })}</text>`,
      ];
    }),
    ...ticks.map((hour) => `<text x="${x(hour)}" y="${bottom + 14}" text-anchor="middle" fill="#57606a">${hour} h</text>`),
    ...lines.map((line) => path(line, width, bottom, most)),
  ];
}

/** Of each stretch the largest value: a peak must not fall between two points. */
function path({ values, color, stepped = false }: Line, width: number, bottom: number, most: number): string {
  const count = Math.min(POINTS, values.length);
  const edge = (at: number) => Math.floor((at * values.length) / count);
  const points = Array.from({ length: count }, (_, at) =>
    values.slice(edge(at), edge(at + 1)).reduce((max, value) => Math.max(max, value), 0),
  );
  const xy = points.map((value, at) => [round(LEFT + ((at + 0.5) / count) * width), round(bottom - (value / most) * PANEL)] as const);
  const steps = xy.map(([x, y], at) => (at === 0 ? `M${x} ${y}` : stepped ? `H${x}V${y}` : `L${x} ${y}`));
  return `<path d="${steps.join('')}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
}

/** The next of 1, 2, 5 times a power of ten. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
