/** The fault proxy for people, in the foreground until a signal. It alone here touches the process. */
import { Command, InvalidArgumentError } from 'commander';
import { type Faults, startFaults } from './faults.ts';
import type { FaultRule } from './rule.ts';
import { parseRule } from './rule-json.ts';

/** One above the local AWS's. */
const DEFAULT_PORT = 4567;
const MAX_PORT = 65_535;

interface Flags {
  readonly target: string;
  readonly port: number;
  readonly seed: number;
  readonly rule: readonly FaultRule[];
}

const flags = new Command('node local/faults/main.ts')
  .description(
    'An endpoint in front of a local AWS (this one, LocalStack, moto) that fails as AWS fails. Ctrl-C stops it and tells what it did.',
  )
  .option('--target <url>', 'the endpoint behind it', readUrl, 'http://127.0.0.1:4566')
  .option('--port <number>', 'port to listen on; 0 for any free one', wholeNumber(MAX_PORT), DEFAULT_PORT)
  .option('--seed <number>', 'of the probabilities; the same seed repeats a run', wholeNumber(Number.MAX_SAFE_INTEGER), 1)
  .option('--rule <json>', 'a fault, given once or often; the first that fires decides', collectRules, [])
  .addHelpText(
    'after',
    `
Rules:
  {"service":"logs","action":"PutLogEvents","probability":0.2,"effect":"throttle"}
  {"account":"111111111111","effect":{"kind":"delay","ms":500}}
  {"service":"s3","action":"GetObject","limit":1,"effect":{"kind":"cut","fraction":0.5}}
Effects: throttle, error, error-after, reset, reset-after, hang, {"kind":"delay","ms":n}, {"kind":"cut","afterBytes":n} or {"kind":"cut","fraction":x},
  {"kind":"refuse","code":"AccessDeniedException","status":400,"message":"..."}
Fields: name, service, action, account, accessKeyId ("/regex/" too), path (a regular expression), bodyIncludes, probability, after, limit.`,
  )
  .parse()
  .opts<Flags>();

await run(flags);

async function run({ target, port, seed, rule }: Flags): Promise<void> {
  const faults = await startFaults({ target, port, seed, rules: rule }).catch((error: unknown) => fail(explain(error, port)));
  const stop = (): void => {
    faults.stop().then(
      () => process.stdout.write(summary(faults), () => process.exit(0)),
      (error: unknown) => fail(`The fault proxy did not stop cleanly: ${String(error)}`),
    );
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  process.stdout.write(`Faults at ${faults.endpoint}, in front of ${target}, with ${rule.length} ${rule.length === 1 ? 'rule' : 'rules'}.
  export AWS_ENDPOINT_URL=${faults.endpoint}
`);
}

function summary(faults: Faults): string {
  return `Requests:\n${list(faults.requests())}Strikes:\n${list(faults.hits())}`;
}

function list(counts: Record<string, number>): string {
  const lines = Object.entries(counts).map(([name, count]) => `  ${name}: ${count}\n`);
  return lines.join('') || '  none\n';
}

function explain(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Choose another: --port ${port + 1} (or 0 for any free one).`;
  return `The fault proxy did not start: ${error instanceof Error ? error.message : String(error)}`;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function collectRules(text: string, before: readonly FaultRule[]): readonly FaultRule[] {
  try {
    return [...before, parseRule(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function readUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new InvalidArgumentError('expected a URL such as http://127.0.0.1:4566');
  return text;
}

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > max) throw new InvalidArgumentError(`expected a whole number from 0 to ${max}`);
    return value;
  };
}
