/** What the templates of all styles are filled with. Names and texts go beyond ASCII on purpose, as customers' do. */
import type { Random } from '../random.ts';

export const PEOPLE = [
  'Zoë Müller',
  'José Álvarez',
  '佐藤 花子',
  'Łukasz Żak',
  'Nguyễn Thị Minh',
  'Δημήτρης',
  'أمينة',
  'Siobhán O’Neill',
  'ana_b',
  'r.kumar',
];
export const CITIES = ['Zürich', 'São Paulo', '東京', 'Kraków', 'İzmir', 'Dublin'];

export function hex(random: Random, length: number): string {
  return Array.from({ length }, () => random.between(0, 15).toString(16)).join('');
}

export function address(random: Random): string {
  return `10.${random.between(0, 3)}.${random.between(0, 127)}.${random.between(4, 254)}`;
}

/** `2026-11-24 12:41:44,123`, or with another mark before the milliseconds; UTC. */
export function plainTime(at: Date, mark = ','): string {
  return at.toISOString().slice(0, 23).replace('T', ' ').replace('.', mark);
}

/** A time to answer in milliseconds: mostly short, now and then long. */
export function latencyMs(random: Random): number {
  return Math.round(2 + 40 * random.next() + 3000 * random.next() ** 12);
}
