/** `--keep`: everything stays up, new lines come at a gentle rate, and the person is told what to try. Only a signal or the worker's end ends it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { generateObjects } from '../generator/generate.ts';
import { s3Target } from '../generator/targets.ts';
import type { TenantSide } from '../provision/tenant.ts';
import type { LogLine } from '../worker-process.ts';
import { clusterOf } from './customer.ts';
import type { DemoWorker, Stage } from './stage.ts';
import { count, type Terminal } from './terminal.ts';

/** A few lines a second of each customer: to be followed by eye. */
const PACE = { minBatchSize: 3, maxBatchSize: 15, minPauseMs: 1000, maxPauseMs: 4000 };
const [TELL_TERMINAL_EVERY_MS, TELL_LOG_EVERY_MS] = [1000, 5000];

/** @returns whether the person ended it (and not the worker). */
export async function keepGoing(stage: Stage, worker: DemoWorker, terminal: Terminal, seed: string, signal: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  void worker.process.exited().then(() => ended.abort());
  showHints(terminal, stage, worker);
  const telling = tell(terminal, worker, over);
  await Promise.all(stage.tenants.map((tenant) => generate(stage, tenant, seed, over)));
  await telling;
  return signal.aborted;
}

async function generate({ logsClock, central }: Stage, { id }: TenantSide, seed: string, signal: AbortSignal): Promise<void> {
  const target = s3Target(central.clients.s3, central.bucket);
  // CloudWatch Logs' clock, and not the real one, decides what is too new.
  const now = (): number => logsClock.now();
  const source = { customerId: id, clusterId: clusterOf(id), seed: `${seed}/keep`, now, ...PACE };
  for await (const object of generateObjects(source)) {
    if (signal.aborted) return;
    await target.write(object);
    await sleep(object.pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What the worker delivers from now on, whoever uploaded it. */
async function tell(terminal: Terminal, { process: worker }: DemoWorker, signal: AbortSignal): Promise<void> {
  const sum = { objects: 0, lines: 0, failed: 0, lagMs: 0 };
  worker.onLine((line) => {
    if (line.event === 'object:fail') sum.failed += 1;
    if (line.event !== 'object:done') return;
    const { read, lagMs } = line as unknown as LogLine<'object:done'>;
    sum.objects += 1;
    sum.lines += read;
    sum.lagMs = lagMs;
  });
  for (;;) {
    await sleep(terminal.isTty ? TELL_TERMINAL_EVERY_MS : TELL_LOG_EVERY_MS, undefined, { signal }).catch(() => undefined);
    const failed = sum.failed === 0 ? '' : terminal.style('yellow', `  ${count(sum.failed, 'failed attempt')}: see the log`);
    const lag = `lag ${(sum.lagMs / 1000).toFixed(1)} s`;
    terminal.status(`  since then  ${count(sum.objects, 'object')}  ${count(sum.lines, 'line')}  ${lag}${failed}`);
    if (signal.aborted) break;
  }
  if (terminal.isTty) terminal.line();
}

function showHints(terminal: Terminal, { central, tenants, environment }: Stage, { process: worker, logFile }: DemoWorker): void {
  const [some] = tenants;
  const account = some?.account ?? '';
  const group = some?.group ?? '';
  const port = worker.of('worker:listen')[0]?.port ?? 0;
  const query = `{ logGroupName: '${group}', startTime: Date.now() - 60000 }`;
  const read = `new (require('@aws-sdk/client-cloudwatch-logs').CloudWatchLogs)().filterLogEvents(${query}).then(({ events }) => events.forEach((event) => console.log(event.message)))`;
  const exports = ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map(
    (name) => `${name}=${environment[name]}`,
  );
  const more = Object.entries(environment).filter(([name]) => !exports.some((set) => set.startsWith(`${name}=`)));
  const hint = (what: string, ...commands: string[]): void => {
    terminal.line(`  ${terminal.style('dim', `# ${what}`)}`);
    for (const command of commands) terminal.line(`  ${command}`);
    terminal.line();
  };
  terminal.line();
  terminal.line('  It goes on, with new lines all the time. Ctrl-C ends everything. In another terminal, in this folder:');
  terminal.line();
  hint('first: for all that follows', `export ${exports.join(' ')} AWS_DEFAULT_REGION=${central.cloud.region}`);
  const last = `aws logs filter-log-events --log-group-name ${group} --start-time $(($(date +%s) - 60))000 --query 'events[].message'`;
  hint(`${some?.id}'s lines of the last minute: a twelve-digit access key is that account`, `AWS_ACCESS_KEY_ID=${account} ${last}`);
  hint('the same, without the aws command', `AWS_ACCESS_KEY_ID=${account} node --no-warnings -e "${read}"`);
  hint(
    'ship more lines, or a log file of yours',
    `npm run generate -- --bucket ${central.bucket} --customer-id ${some?.id} --total-batches 5`,
    `npm run generate -- --bucket ${central.bucket} --customer-id ${some?.id} --from FILE`,
  );
  hint("the worker's metrics, and its log", `curl -s http://127.0.0.1:${port}/metrics | grep ^logferry_`, `tail -f ${logFile}`);
  hint(
    'a second worker on the same queue',
    `${more.map(([name, value]) => `${name}=${value}`).join(' ')} node scripts/with-node.mjs worker/main.ts`,
  );
}
