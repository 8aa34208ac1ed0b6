/** The demo's command line -> checked options. Each fault is one line that names the option and what it expects. */
import { Command, InvalidArgumentError, Option } from 'commander';

/** Enough to see a rate, and a few seconds on a laptop. */
const DEFAULT_LINES = 30_000;
const MAX_LINES = 1_000_000;
const DEFAULT_PATIENCE_SECONDS = 20;

export interface DemoOptions {
  /** Made-up lines, of all customers together, at least. */
  readonly lines: number;
  readonly seed: string;
  /** Files whose lines are shipped instead of npm's debug logs. */
  readonly from?: readonly string[];
  /** A folder of objects as they are, by their keys, instead of all other lines. */
  readonly objects?: string;
  readonly keep: boolean;
  /** Seconds without any progress after which the demo gives up. */
  readonly patience: number;
}

/** Prints and exits by itself for `--help` and for values that an option cannot take (commander). */
export function readOptions(argv: readonly string[]): DemoOptions {
  return new Command('npm run demo --')
    .description(
      'The whole way of a line on this machine: a local AWS, three customers in three accounts, the real worker, and the proof that every line arrived.',
    )
    .option(
      '--lines <number>',
      'made-up lines, of all customers together, about; 0 for real ones alone',
      wholeNumber(0, MAX_LINES),
      DEFAULT_LINES,
    )
    .option('--seed <text>', 'decides what the made-up lines say', 'demo')
    .option('--from <file...>', "real lines: these files, text or JSON lines, also gzip (default: npm's own debug logs)")
    .addOption(
      new Option(
        '--objects <folder>',
        'deliver these objects as they are: customer_id/cluster_id/application/pod_name/<file>, as Vector writes them; nothing else',
      ).conflicts(['from', 'lines', 'seed']),
    )
    .option('--keep', 'go on afterwards, with new lines all the time, until Ctrl-C', false)
    .option('--patience <seconds>', 'give up when nothing moves for so long', wholeNumber(1, 3600), DEFAULT_PATIENCE_SECONDS)
    .addHelpText('after', '\nExamples:\n  npm run demo -- --keep\n  npm run demo -- --from /var/log/dpkg.log --lines 0')
    .allowExcessArguments(false)
    .parse(argv, { from: 'user' })
    .opts<DemoOptions>();
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };
}
