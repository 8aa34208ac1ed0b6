/** What the demo plays on: the local AWS with a central side and each customer's, and the real worker beside it. All of it is gone after `close`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalAws, startLocalAws, type LocalAwsOptions } from '../aws.ts';
import { SettableClock } from '../clock.ts';
import { closeCentral, makeCentral, type Central } from '../provision/central.ts';
import { makeTenant, type TenantSide } from '../provision/tenant.ts';
import { WorkerProcess } from '../worker-process.ts';
import type { Customer } from './customer.ts';

/** LocalStack's, so that endpoints in people's shells keep working. */
export const USUAL_PORT = 4566;
const REGION = 'us-east-1';
const CENTRAL_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };
/** A stop gives back what is held within a second or two; what takes longer hangs. */
const STOP_GRACE_MS = 8000;

export interface Stage {
  readonly aws: LocalAws;
  /** CloudWatch Logs' own time. */
  readonly logsClock: SettableClock;
  readonly central: Central;
  readonly tenants: readonly TenantSide[];
  /** The worker's whole environment, PATH apart. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** @param nowMs what CloudWatch Logs takes for now, in milliseconds since 1970; the real time by default. */
export async function openStage(customers: readonly Customer[], nowMs: number | undefined): Promise<Stage> {
  const logsClock = new SettableClock();
  if (nowMs !== undefined) logsClock.set(nowMs);
  const aws = await startOnAnyPort({ logsClock });
  try {
    const central = await makeCentral({ endpoint: aws.endpoint, region: REGION, keys: CENTRAL_KEYS }, { prefix: 'demo' });
    const tenants = await Promise.all(
      customers.map(({ id, account }) => makeTenant(central, { id, account, keys: { accessKeyId: account, secretAccessKey: 'test' } })),
    );
    const close = async (): Promise<void> => {
      for (const { logs } of tenants) logs.destroy();
      closeCentral(central);
      await aws.stop();
    };
    return { aws, logsClock, central, tenants, environment: workerEnvironment(central), close };
  } catch (error) {
    await aws.stop();
    throw error;
  }
}

async function startOnAnyPort(options: LocalAwsOptions): Promise<LocalAws> {
  try {
    return await startLocalAws({ ...options, port: USUAL_PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return await startLocalAws({ ...options, port: 0 });
  }
}

function workerEnvironment({ environment, cloud }: Central): Record<string, string> {
  return {
    ...environment,
    // What is refused is told as a dead letter, with the object that it is of.
    QUARANTINE_BUCKET: '',
    AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey,
    METRICS_PORT: '0',
    // A stop waits for the long poll under way.
    RECEIVE_WAIT_SECONDS: '1',
  };
}

export interface DemoWorker {
  readonly process: WorkerProcess;
  /** The file that its log lines go to. */
  readonly logFile: string;
  /** Ends it, by force if need be. @param keepLog for whoever wants to know why. @returns its exit code. */
  stop(keepLog: boolean): Promise<number | null>;
}

/** The worker as a child with nothing but environment variables. */
export async function startWorker({ environment }: Stage): Promise<DemoWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'logferry-demo-'));
  const logFile = join(folder, 'worker.log');
  const log = createWriteStream(logFile);
  const worker = new WorkerProcess({ environment, detached: process.platform !== 'win32' });
  // Whatever ends this process, the worker is not left behind.
  process.once('exit', () => worker.child.kill('SIGKILL'));
  worker.onLine((line) => log.write(`${JSON.stringify(line)}\n`));
  const stop = async (keepLog: boolean): Promise<number | null> => {
    const { code } = await stopProcess(worker);
    await closeLog(log, worker.stderr);
    if (!keepLog) await rm(folder, { recursive: true, force: true });
    return code;
  };
  return { process: worker, logFile, stop };
}

async function stopProcess(worker: WorkerProcess): ReturnType<WorkerProcess['exited']> {
  const grace = new AbortController();
  const overdue = sleep(STOP_GRACE_MS, undefined, { signal: grace.signal }).then(
    () => worker.kill(),
    () => undefined,
  );
  const exit = await worker.stop();
  grace.abort();
  await overdue;
  return exit;
}

async function closeLog(log: WriteStream, stderr: string): Promise<void> {
  log.end(stderr);
  await once(log, 'close');
}
