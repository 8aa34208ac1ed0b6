/** Batch jobs: tab-separated audit lines, progress bars drawn with carriage returns, and lines that a program on Windows ended. */
import type { Random } from '../random.ts';
import type { Style } from './style.ts';
import { CITIES, hex, PEOPLE, plainTime } from './words.ts';

const ENTRIES: readonly ((random: Random, time: string) => string)[] = [
  (r, time) => [time, 'AUDIT', hex(r, 8), r.pick(PEOPLE), r.pick(CITIES), `${r.between(1, 900)} rows`].join('\t'),
  (r, time) => `${time} INFO  customers-${r.between(1, 40)}.csv: ${r.between(1, 9)} rows skipped (bad e-mail: "${r.pick(PEOPLE)}@")\r`,
  (r) => [10, 35, 60, 85, 100].map((done) => `\rcustomers-${r.between(1, 40)}.csv ${String(done).padStart(3)}%`).join(''),
  (_, time) => `\u001b[33m${time} WARN\u001b[0m  C:\\import\\neu\\Zürich.csv has no header 🤷 taking the first line for one`,
];

export const importJob: Style = (random, at) => [random.pick(ENTRIES)(random, plainTime(at, '.'))];
