/**
 * AWS on this machine, in this process: the front and the services behind it, started and stopped together. All state is in memory, object bytes in
 * a folder that goes at the stop.
 */
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettableClock } from './clock.ts';
import { createDynamoDb } from './dynamodb/dynamodb.ts';
import { createFront } from './front.ts';
import { createIam } from './iam/iam.ts';
import { Identities } from './iam/identities.ts';
import { createSts, type StsService } from './iam/sts.ts';
import { createLogs } from './logs/logs.ts';
import { S3 } from './s3/s3.ts';
import type { LocalService } from './service.ts';
import { createSns } from './sns/sns.ts';
import { Fauxqs } from './sqs/fauxqs.ts';
import { createSqs } from './sqs/sqs.ts';

export interface LocalAwsOptions {
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly host?: string;
  readonly clock?: SettableClock;
  /** CloudWatch Logs' own time, where old lines are to be taken without a session that runs out; `clock` by default. */
  readonly logsClock?: SettableClock;
  /** Where a folder for object bytes is made; the system's temporary folder by default. */
  readonly dataDir?: string;
  /** PutLogEvents checks, counts and hashes, and keeps nothing: for huge loads. */
  readonly logsSink?: boolean;
}

export interface LocalAws {
  /** Such as `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly port: number;
  readonly identities: Identities;
  readonly sts: StsService;
  readonly logs: ReturnType<typeof createLogs>;
  readonly s3: S3;
  readonly clock: SettableClock;
  /** Cuts what is under way; nothing is left behind. */
  stop(): Promise<void>;
}

/** @throws Node's own error when the port is taken (`EADDRINUSE`). */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const { port = 0, host = '127.0.0.1', clock = new SettableClock(), logsClock = clock, dataDir = tmpdir() } = options;
  const identities = new Identities(clock);
  const fauxqs = new Fauxqs();
  const s3 = await S3.open({ clock, folder: await mkdtemp(join(dataDir, 'logferry-aws-')), destinations: fauxqs });
  const sts = createSts(identities, clock);
  const logs = createLogs({ identities, clock: logsClock, sink: options.logsSink ?? false });
  const dynamodb = await createDynamoDb();
  const services = new Map<string, LocalService>([
    ['s3', s3],
    ['sqs', createSqs(fauxqs)],
    ['sns', createSns(fauxqs)],
    ['dynamodb', dynamodb],
    ['sts', sts],
    ['iam', createIam(identities)],
    ['logs', logs],
  ]);
  const front = createFront({ services, resolve: (...who) => identities.resolve(...who), onDefect: reportDefect });
  const stop = async (): Promise<void> => {
    await close(front);
    await Promise.all([fauxqs.stop(), ...[...services.values()].map((service) => service.stop?.())]);
  };
  try {
    front.listen(port, host);
    await once(front, 'listening');
  } catch (error) {
    await stop();
    throw error;
  }
  const bound = (front.address() as AddressInfo).port;
  return { endpoint: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${bound}`, port: bound, identities, sts, logs, s3, clock, stop };
}

function reportDefect(service: string, error: unknown): void {
  process.stderr.write(`local aws: defect in ${service}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

async function close(front: Server): Promise<void> {
  if (!front.listening) return;
  front.close();
  front.closeAllConnections();
  await once(front, 'close');
}
