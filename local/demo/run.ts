/** The demo from beginning to end: what is delivered, on what, by whom; how it goes; what came out. It leaves nothing running, whatever happens. */
import { Delivery } from './delivery.ts';
import { showFailure } from './failure.ts';
import { keepGoing } from './keep.ts';
import { showStage, showTitle } from './opening.ts';
import type { DemoOptions } from './options.ts';
import { showProgress } from './progress.ts';
import { awaitAcknowledged } from './queue.ts';
import { makeReport, showReport } from './report.ts';
import { type DemoWorker, openStage, type Stage, startWorker } from './stage.ts';
import { count, type Terminal } from './terminal.ts';
import { uploadAll } from './upload.ts';
import { type Ending, Watch } from './watch.ts';
import { makeWorkload, type Workload } from './workload.ts';

/** As a shell has it of a process that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

/**
 * @param signal the person has had enough.
 * @returns the exit code: 0 only when every line arrived, once, where it belongs.
 * @throws DemoError or GeneratorError for options and files that cannot be used.
 */
export async function runDemo(options: DemoOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const workload = await makeWorkload(options, process.env);
  showTitle(terminal);
  const stage = await openStage(workload.customers, workload.nowMs);
  let worker: DemoWorker | undefined;
  let code = 1;
  try {
    worker = await startWorker(stage);
    showStage(terminal, stage, worker, workload);
    code = await deliver({ options, workload, stage, worker, terminal, signal });
  } finally {
    const failed = code === 1 && worker !== undefined;
    await worker?.stop(failed);
    await stage.close();
    if (failed) terminal.fact('log', `the worker's, whole: ${worker?.logFile}`);
    if (signal.aborted) terminal.line('  Stopped: nothing is left running, and nothing is kept.');
    terminal.line();
  }
  return code;
}

interface Run {
  readonly options: DemoOptions;
  readonly workload: Workload;
  readonly stage: Stage;
  readonly worker: DemoWorker;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

async function deliver(run: Run): Promise<number> {
  const { options, workload, stage, worker, terminal, signal } = run;
  const patienceSeconds = options.patience;
  const delivery = new Delivery(workload.objects);
  const ending = await watch(run, delivery);
  if (ending === 'stopped') return EXIT_INTERRUPTED;
  const queue = await awaitAcknowledged(stage.central, ending === 'over' ? patienceSeconds * 1000 : 0);
  const report = await makeReport(stage.tenants, workload.objects, delivery);
  showReport(terminal, report);
  if (ending !== 'over' || !report.ok || queue.open > 0) {
    await showFailure(terminal, worker.process, delivery, { ending, patienceSeconds, queue });
    return 1;
  }
  const seconds = (performance.now() / 1000).toFixed(1);
  const verdict = `All ${count(workload.lines, 'line')} arrived, each once, each at its own customer. ${seconds} s from the start.`;
  terminal.line(`  ${terminal.style('green', '✓')} ${verdict}`);
  if (!options.keep) {
    terminal.fact('next', 'npm run demo -- --keep leaves all of it running, to look around in');
    return 0;
  }
  if (await keepGoing(stage, worker, terminal, options.seed, signal)) return 0;
  await showFailure(terminal, worker.process, delivery, { ending: 'worker-ended', patienceSeconds });
  return 1;
}

/** Uploads and delivery at the same time, as it is in a fleet. */
async function watch({ options, workload, stage, worker, terminal, signal }: Run, delivery: Delivery): Promise<Ending> {
  const watch = new Watch(options.patience * 1000);
  const view = showProgress(terminal);
  worker.process.onLine((line) => delivery.take(line));
  const halt = new AbortController();
  const uploads = uploadAll(stage.central, workload.objects, AbortSignal.any([signal, halt.signal]), () => watch.moved());
  // An upload that fails ends it; one that is only slow does not keep the end from being told.
  const failing = new Promise<never>((_, reject) => void uploads.catch(reject));
  try {
    return await Promise.race([watch.ending(delivery, worker.process, signal, () => view.update(delivery.progress)), failing]);
  } finally {
    halt.abort();
    view.end(delivery.progress);
    await uploads.catch(() => undefined);
  }
}
