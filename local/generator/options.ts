/** The generator's command line -> checked options. Each fault is one line that names the option and what it expects; nothing is guessed. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { GeneratorError } from './error.ts';
import { DEFAULT_APPLICATIONS, type GenerateOptions } from './generate.ts';
import { DEFAULT_SHIP_BATCH, type ShipOptions } from './ship.ts';

/** Objects are made in memory: so many lines are some 100 MB. */
const MAX_BATCH_LINES = 100_000;
/** The original generator's. */
const [DEFAULT_MAX_LINES, DEFAULT_MIN_SLEEP, DEFAULT_MAX_SLEEP] = [50, 0.1, 5];

export type Source =
  { readonly kind: 'made-up'; readonly options: GenerateOptions } | { readonly kind: 'files'; readonly options: ShipOptions };

export interface Settings {
  readonly source: Source;
  readonly target: { readonly kind: 'bucket' | 'folder'; readonly name: string } | { readonly kind: 'stdout' };
  /** Objects after which to stop; 0: when the source ends. */
  readonly totalBatches: number;
}

interface Flags {
  readonly customerId: string;
  readonly clusterId: string;
  readonly environment: string;
  readonly application?: string[];
  readonly podName?: string;
  readonly from?: string[];
  readonly minBatchSize?: number;
  readonly maxBatchSize?: number;
  readonly minSleep?: number;
  readonly maxSleep?: number;
  readonly totalBatches: number;
  readonly seed?: string;
  readonly startTime?: number;
  readonly bucket?: string;
  readonly folder?: string;
}

/**
 * Prints and exits by itself for `--help` and for values that an option cannot take (commander).
 * @param newSeed used where none is given, so that the run can be told how to repeat.
 * @throws GeneratorError for options that do not go together.
 */
export function readOptions(argv: readonly string[], newSeed: string): Settings & { readonly seed: string } {
  const flags = command().parse(argv, { from: 'user' }).opts<Flags>();
  requireOrder('batch-size', flags.minBatchSize, flags.maxBatchSize);
  requireOrder('sleep', flags.minSleep, flags.maxSleep);
  const seed = flags.seed ?? newSeed;
  return { seed, source: sourceOf(flags, seed), target: targetOf(flags), totalBatches: flags.totalBatches };
}

function command(): Command {
  const lines = wholeNumber(1, MAX_BATCH_LINES);
  return new Command('npm run generate --')
    .description(
      'Writes log objects as a Vector agent does: made-up lines of several applications, or the lines of any log file. To standard output (NDJSON) unless a target is given.',
    )
    .option('--customer-id <id>', 'whose logs they are', 'test-customer')
    .option('--cluster-id <id>', 'the cluster they come from', 'test-cluster')
    .option('--environment <name>', 'stands in the records', 'production')
    .option(
      '--application <name...>',
      `applications, with a pod each; the names choose their styles (default: ${DEFAULT_APPLICATIONS.join(' ')})`,
    )
    .option('--pod-name <name>', "the pod's name (default: one as Kubernetes gives it)")
    .option(
      '--from <file...>',
      'ship these files, text or JSON lines, also gzip; each line with the time of reading (application: the name of the file)',
    )
    .option('--min-batch-size <lines>', 'lines in an object, at least (default: 1)', lines)
    .option('--max-batch-size <lines>', `and at most (default: ${DEFAULT_MAX_LINES}; with --from ${DEFAULT_SHIP_BATCH})`, lines)
    .option('--min-sleep <seconds>', `wait between objects, at least (default: ${DEFAULT_MIN_SLEEP}; with --from 0)`, seconds)
    .option('--max-sleep <seconds>', `and at most (default: ${DEFAULT_MAX_SLEEP}; with --from 0)`, seconds)
    .option(
      '--total-batches <number>',
      'objects to write; 0: until Ctrl-C, or the end of the files',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
      0,
    )
    .option('--seed <text>', 'repeats a run: the same lines, pods and names')
    .option('--start-time <time>', 'of the first line, as 2026-11-24T12:00:00Z; with --seed every byte repeats (default: now)', readTime)
    .addOption(
      new Option('--bucket <name>', 'write to this S3 bucket; AWS_ENDPOINT_URL, AWS_REGION and credentials as everywhere').conflicts(
        'folder',
      ),
    )
    .option('--folder <path>', 'write files below this folder, by their object keys')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run generate -- --total-batches 3 --max-sleep 0\n  npm run generate -- --from /var/log/syslog --customer-id acme --bucket logs',
    );
}

function sourceOf(flags: Flags, seed: string): Source {
  const { customerId, clusterId, environment, podName, maxBatchSize } = flags;
  const common = { customerId, clusterId, environment, podName, maxBatchSize, seed, startTimeMs: flags.startTime };
  const pace = paceOf(flags);
  if (flags.from === undefined) {
    const options = {
      ...common,
      ...pace,
      applications: flags.application,
      minBatchSize: flags.minBatchSize,
      totalBatches: flags.totalBatches,
    };
    return { kind: 'made-up', options };
  }
  const [application, ...more] = flags.application ?? [];
  if (more.length > 0) throw new GeneratorError('With --from there is one --application, or none: then each file is named after itself.');
  if (flags.minBatchSize !== undefined)
    throw new GeneratorError('--min-batch-size has no meaning with --from: objects are filled. Leave it out.');
  return { kind: 'files', options: { ...common, ...pace, application, files: flags.from } };
}

/** A bound that is not given gives way to the one that is. */
function paceOf({ from, minSleep, maxSleep }: Flags): { minPauseMs: number; maxPauseMs: number } {
  const [low, high] = from === undefined ? [DEFAULT_MIN_SLEEP, DEFAULT_MAX_SLEEP] : [0, 0];
  const min = minSleep ?? Math.min(low, maxSleep ?? low);
  const max = maxSleep ?? Math.max(high, min);
  return { minPauseMs: Math.round(min * 1000), maxPauseMs: Math.round(max * 1000) };
}

function targetOf({ bucket, folder }: Flags): Settings['target'] {
  if (bucket !== undefined) return { kind: 'bucket', name: bucket };
  return folder === undefined ? { kind: 'stdout' } : { kind: 'folder', name: folder };
}

function requireOrder(name: string, min: number | undefined, max: number | undefined): void {
  if (min === undefined || max === undefined || min <= max) return;
  throw new GeneratorError(`--min-${name} ${min} is more than --max-${name} ${max}: swap them, or leave one out.`);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value > 86_400) throw new InvalidArgumentError('Expected seconds from 0 to 86400, such as 0.5.');
  return value;
}

/** With its zone, or the same command would give other bytes on another machine. */
function readTime(text: string): number {
  const time = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(time)) {
    throw new InvalidArgumentError('Expected a time with its zone, such as 2026-11-24T12:00:00Z.');
  }
  return time;
}
