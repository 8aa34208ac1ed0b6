/** `npm run generate`: the process edge of the log generator. It alone here touches the process; records go to standard output, words to standard error. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { GeneratorError } from './error.ts';
import { generateObjects } from './generate.ts';
import type { LogObject } from './log-object.ts';
import { readOptions, type Settings } from './options.ts';
import { shipFiles } from './ship.ts';
import { folderTarget, s3Target, streamTarget, type Target } from './targets.ts';

/** npm hands a Ctrl-C on to its child, which the terminal has told already: only the third signal is impatience. */
const SIGNALS_TO_FORCE = 3;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has had enough (| head): nobody is left to write for.
  if (error.code === 'EPIPE') process.exit(0);
  fail(`Cannot write to standard output: ${error.message}`);
});

try {
  await run();
  // At once: a process that ends by itself puts its signal handlers down some time before it is gone, and the second of two signals would kill it.
  process.exit(0);
} catch (error) {
  if (!(error instanceof GeneratorError)) throw error;
  fail(error.message);
}

async function run(): Promise<void> {
  const { seed, ...settings } = readOptions(process.argv.slice(2), randomUUID());
  const stop = stopOnSignals();
  const target = createTarget(settings.target);
  const total = await pump(settings, target, stop);
  const plural = total.objects === 1 ? 'object' : 'objects';
  process.stderr.write(
    `${total.objects} ${plural}, ${total.lines} lines, ${total.bytes} bytes uncompressed, to ${target.name} (--seed ${seed})\n`,
  );
}

/** Writes object after object; a stop lets the one in hand be finished and ends any wait. */
async function pump(
  { source, totalBatches }: Settings,
  target: Target,
  stop: AbortSignal,
): Promise<Record<'objects' | 'lines' | 'bytes', number>> {
  const objects = source.kind === 'files' ? shipFiles(source.options) : generateObjects(source.options);
  const total = { objects: 0, lines: 0, bytes: 0 };
  for await (const object of objects) {
    await target.write(object);
    total.objects += 1;
    total.lines += object.lines;
    total.bytes += object.ndjson.length;
    if (stop.aborted || total.objects === totalBatches) break;
    await pause(object, stop);
    if (stop.aborted) break;
  }
  return total;
}

async function pause({ pauseMs }: LogObject, signal: AbortSignal): Promise<void> {
  if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
}

function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals >= SIGNALS_TO_FORCE) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return controller.signal;
}

function createTarget(target: Settings['target']): Target {
  if (target.kind === 'stdout') return streamTarget(process.stdout);
  if (target.kind === 'folder') return folderTarget(target.name);
  // Emulators are rarely behind a wildcard name, which bucket hosts need.
  const forcePathStyle = process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined;
  return s3Target(new S3Client({ forcePathStyle }), target.name);
}

function fail(message: string): never {
  process.stderr.write(`generate: ${message}\n`);
  process.exit(1);
}
