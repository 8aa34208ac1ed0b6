/** What the demo delivers: objects with the messages that their lines carry, made before anything is started, so that what comes out can be told from what went in. */
import { generateObjects } from '../generator/generate.ts';
import type { LogObject } from '../generator/log-object.ts';
import { shipFiles } from '../generator/ship.ts';
import { clusterOf, type Customer, CUSTOMERS } from './customer.ts';
import { countLines, type DemoObject, requireComparable, requireKept } from './demo-object.ts';
import { DemoError } from './error.ts';
import { findNpmLogs } from './npm-logs.ts';
import type { DemoOptions } from './options.ts';
import { readObjects } from './ready-objects.ts';
import { count } from './terminal.ts';

export interface Workload {
  readonly customers: readonly Customer[];
  /** In the order of upload: the customers in turn. */
  readonly objects: readonly DemoObject[];
  readonly lines: number;
  /** Where the lines are from, for people; a line each. */
  readonly sources: readonly string[];
  /** Milliseconds since 1970 that CloudWatch Logs must take for now, or it would refuse the lines as too old or too new. */
  readonly nowMs?: number;
}

/** Lines in an object, at most: small enough that a customer has a few dozen, as agents write them. */
const MAX_BATCH = 500;

/** @throws DemoError or GeneratorError for what cannot be read or delivered. */
export async function makeWorkload(options: DemoOptions, env: Readonly<Record<string, string | undefined>>): Promise<Workload> {
  if (options.objects !== undefined) return withLines(await readObjects(options.objects));
  const real = await realLines(options, env);
  const lists = [real.objects];
  for (const { id } of CUSTOMERS) lists.push(await madeUpLines(id, options));
  const objects = inTurn(lists);
  if (objects.length === 0) throw new DemoError('There is nothing to deliver: no real lines were found, and --lines is 0.');
  const madeUp = countLines(objects) - countLines(real.objects);
  const sources =
    options.lines === 0 ? real.sources : [`${count(madeUp, 'made-up line')} of ${count(CUSTOMERS.length, 'customer')}`, ...real.sources];
  return withLines({ customers: CUSTOMERS, objects, sources });
}

function withLines(workload: Omit<Workload, 'lines'>): Workload {
  return { ...workload, lines: countLines(workload.objects) };
}

/** The files' lines are the first customer's. */
async function realLines(
  { from, seed }: DemoOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Pick<Workload, 'objects' | 'sources'>> {
  const [owner] = CUSTOMERS;
  if (owner === undefined) return { objects: [], sources: [] };
  const files = from ?? (await findNpmLogs(env));
  const application = from === undefined ? 'npm' : undefined;
  const objects = await gather(
    shipFiles({ files, application, customerId: owner.id, clusterId: clusterOf(owner.id), seed, maxBatchSize: MAX_BATCH }),
  );
  const what = from === undefined ? `${count(files.length, 'debug log')} of npm on this machine` : count(files.length, 'file');
  if (objects.length > 0) return { objects, sources: [`${count(countLines(objects), 'real line')} of ${what}, as ${owner.id}'s`] };
  return {
    objects,
    sources: [
      from === undefined ? 'no real lines: npm has no debug logs here; try --from FILE' : `no real lines: ${what}, and no line in it`,
    ],
  };
}

/** At least the customer's share of `--lines`. */
async function madeUpLines(customerId: string, { lines, seed }: DemoOptions): Promise<DemoObject[]> {
  const share = Math.ceil(lines / CUSTOMERS.length);
  if (share === 0) return [];
  // An eighth of the share at most, so that little comes on top, however few are asked for.
  const maxBatchSize = Math.min(MAX_BATCH, Math.ceil(share / 8));
  const minBatchSize = Math.ceil(maxBatchSize / 4);
  return await gather(generateObjects({ customerId, clusterId: clusterOf(customerId), seed, minBatchSize, maxBatchSize }), share);
}

async function gather(source: AsyncIterable<LogObject>, enough = Infinity): Promise<DemoObject[]> {
  const objects: DemoObject[] = [];
  let lines = 0;
  let bytes = 0;
  for await (const { key, body, messages, ndjson } of source) {
    requireComparable(key, ndjson);
    objects.push({ key, body, messages });
    lines += messages.length;
    requireKept((bytes += ndjson.length));
    if (lines >= enough) break;
  }
  return objects;
}

/** One of each list in turn, until all are empty. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
