/** `npm run demo`: the process edge. It alone here touches the process: options, signals, exit code. */
import { GeneratorError } from '../generator/error.ts';
import { DemoError } from './error.ts';
import { readOptions } from './options.ts';
import { runDemo } from './run.ts';
import { Terminal } from './terminal.ts';

/** The terminal and npm both tell of one Ctrl-C: only the third signal is impatience. */
const SIGNALS_TO_FORCE = 3;
const EXIT_FORCED = 130;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has had enough (| head): what was started must still be ended.
  if (error.code !== 'EPIPE') throw error;
  process.kill(process.pid, 'SIGTERM');
});

try {
  process.exitCode = await runDemo(readOptions(process.argv.slice(2)), new Terminal(process.stdout), stopOnSignals());
} catch (error) {
  if (!(error instanceof GeneratorError) && !(error instanceof DemoError)) throw error;
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = 1;
}
// Keep-alive sockets would hold the process for a while; whatever was started has been ended.
process.exit();

function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals >= SIGNALS_TO_FORCE) process.exit(EXIT_FORCED);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  return controller.signal;
}
