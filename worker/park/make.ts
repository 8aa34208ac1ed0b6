/** Puts breakers, parking and sweep together. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import type { Config } from '../config.ts';
import { describe } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerTable } from '../ledger/table.ts';
import type { TenantDirectory } from '../locate/tenant-directory.ts';
import type { Observer } from '../observe/events.ts';
import { SWEEP_BODY } from '../receive/envelope.ts';
import type { ProbeRule } from './breaker.ts';
import { Breakers } from './breakers.ts';
import { Outbreak } from './outbreak.ts';
import { Parking } from './parking.ts';
import { Sweep } from './sweep.ts';

const DAY_MS = 86_400_000;
/** By then all tasks know that a breaker is closed, whatever their caches. */
const LINGER_MS = 3_600_000;
const OUTBREAK_WINDOW_MS = 60_000;

export interface ParkingParts {
  readonly clients: Pick<Clients, 'documents' | 'sqs'>;
  readonly observer: Observer;
  readonly directory: TenantDirectory;
  readonly ledger: Ledger;
}

/** @returns undefined where there is no queue to send notifications to again, or a person waits for the outcome. */
export function makeParking(
  config: Config,
  { clients, observer, directory, ledger }: ParkingParts,
): { parking: Parking; sweep: Sweep } | undefined {
  const { LEDGER_TABLE, SQS_QUEUE_URL: queueUrl } = config;
  if (LEDGER_TABLE === undefined || queueUrl === undefined || config.mode === 'manual') return undefined;
  const now = Date.now;
  const table = new LedgerTable({ documents: clients.documents, table: LEDGER_TABLE });
  const rule: ProbeRule = {
    baseMs: config.BREAKER_PROBE_SECONDS * 1000,
    maxMs: config.BREAKER_PROBE_MAX_SECONDS * 1000,
    lingerMs: LINGER_MS,
  };
  const cacheMs = config.BREAKER_CACHE_SECONDS * 1000;
  const breakers = new Breakers({ table, observer, rule, cacheMs, keepMs: config.LEDGER_KEEP_DAYS * DAY_MS, now });
  const outbreakRule = { minTenants: config.OUTBREAK_TENANTS, share: config.OUTBREAK_PERCENT / 100, windowMs: OUTBREAK_WINDOW_MS };
  const outbreak = new Outbreak(outbreakRule, now);
  const sweepSoon = () =>
    void clients.sqs
      .send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: SWEEP_BODY }))
      // The schedule's next one does it.
      .catch((error: unknown) => observer.emit('sweep:fail', { code: 'dependency-down', detail: describe(error) }));
  return {
    parking: new Parking({ ledger, breakers, directory, outbreak, observer, now, sweepSoon }),
    sweep: new Sweep({
      table,
      breakers,
      directory,
      sqs: clients.sqs,
      queueUrl,
      observer,
      rule,
      now,
      maxObjects: config.SWEEP_OBJECTS,
      rate: config.SWEEP_RATE,
      warnAgeMs: config.PARKED_WARN_DAYS * DAY_MS,
    }),
  };
}
