/** The process edge: configuration, clients, mode, signals, exit code. Nothing else touches `process`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Clients } from './clients.ts';
import { compileConfig, ConfigError, type Config } from './config.ts';
import { describe } from './errors.ts';
import { helpText } from './help.ts';
import { makeHandler, runLambda } from './modes/lambda.ts';
import { runManual } from './modes/manual.ts';
import { runSqs } from './modes/sqs.ts';
import { Observer } from './observe/events.ts';
import { logEvents, makeLogger } from './observe/log.ts';
import { Shutdown } from './run/shutdown.ts';
import { clientsFor, makeWorker, warnings } from './worker.ts';

/** EX_USAGE and EX_UNAVAILABLE of sysexits.h: an operator tells a wrong setting from a service that could not start. */
const EXIT_CONFIG = 64;
const EXIT_UNAVAILABLE = 69;

async function main(): Promise<number> {
  const values = readArguments();
  if (values.help) {
    process.stdout.write(helpText());
    return 0;
  }
  return await run(compileConfig(process.env, values.mode));
}

/** @throws ConfigError for a command line that it does not understand. */
function readArguments(): { readonly mode?: string; readonly help?: boolean } {
  try {
    return parseArgs({ options: { mode: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    throw new ConfigError([`${describe(error)}; --help tells what there is`]);
  }
}

async function run(config: Config): Promise<number> {
  const observer = new Observer();
  // In manual mode standard output is the verdict's.
  logEvents(observer, makeLogger(config.LOG_LEVEL, config.mode === 'manual' ? 2 : 1));
  observer.emit('worker:start', { mode: config.mode, version: version() });
  for (const warning of warnings(config)) observer.emit('worker:warn', warning);

  const shutdown = new Shutdown(config.SHUTDOWN_GRACE_SECONDS * 1000, windUpMs(config));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => shutdown.request(signal));

  const clients = clientsFor(config);
  const code = await runMode(config, clients, observer, shutdown);
  observer.emit('worker:stop', { code, forced: shutdown.forced });
  return code;
}

async function runMode(config: Config, clients: Clients, observer: Observer, shutdown: Shutdown): Promise<number> {
  switch (config.mode) {
    case 'sqs':
      return await runSqs(makeWorker(config, clients, observer, config.DLQ !== 'none'), shutdown);
    case 'lambda': {
      const worker = makeWorker(config, clients, observer, config.DLQ !== 'none');
      return await runLambda(makeHandler(worker, config.DLQ_URL, shutdown), process.env['AWS_LAMBDA_RUNTIME_API'] ?? '', shutdown);
    }
    case 'manual':
      return await runManual(makeWorker(config, clients, observer, true), process.stdin, process.stdout, shutdown);
    default:
      return config.mode satisfies never;
  }
}

/** With a ledger, what is being put at the end of the grace is answered, so that whoever goes on repeats nothing; without one, all that is finished counts. */
function windUpMs({ LEDGER_TABLE, PUT_TIMEOUT_SECONDS }: Config): number {
  return LEDGER_TABLE === undefined ? 0 : PUT_TIMEOUT_SECONDS * 1000;
}

function version(): string {
  const file = new URL(import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`logferry: ${error instanceof ConfigError ? error.message : describe(error)}\n`);
  process.exitCode = error instanceof ConfigError ? EXIT_CONFIG : EXIT_UNAVAILABLE;
}
// Keep-alive sockets and caches would hold the process for a while; whatever had to be said and answered has been.
process.exit();
