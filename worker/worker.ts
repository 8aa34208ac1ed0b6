/** Puts the parts of a worker together, the same for every mode. It starts nothing. */
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Config } from './config.ts';
import type { LogferryError } from './errors.ts';
import { Ledger } from './ledger/ledger.ts';
import { LogStreams } from './deliver/log-stream.ts';
import { TenantDirectory } from './locate/tenant-directory.ts';
import { TenantSessions } from './locate/tenant-credentials.ts';
import type { MessageDeps } from './message.ts';
import type { Observer } from './observe/events.ts';
import { makeClients, type Clients } from './clients.ts';
import { makeParking } from './park/make.ts';
import { Quarantine } from './quarantine/quarantine.ts';
import { ByteBudget } from './run/byte-budget.ts';
import { Health } from './run/health.ts';
import { Lanes, Slots } from './run/limiter.ts';

export interface Worker extends MessageDeps {
  readonly config: Config;
  readonly clients: Clients;
  readonly slots: Slots;
  readonly budget: ByteBudget;
}

const DAY_MS = 86_400_000;

/** The clients that the configuration asks for. */
export function clientsFor(config: Config): Clients {
  return makeClients({
    region: config.AWS_REGION ?? '',
    endpoint: config.endpoint,
    callTimeoutMs: config.CALL_TIMEOUT_SECONDS * 1000,
    putTimeoutMs: config.PUT_TIMEOUT_SECONDS * 1000,
    receiveWaitMs: config.RECEIVE_WAIT_SECONDS * 1000,
    maxSockets: config.CONCURRENCY * config.PUTS_IN_FLIGHT,
  });
}

/** @param deadLetters whether a dead-letter queue is there to send to. */
export function makeWorker(config: Config, clients: Clients, observer: Observer, deadLetters: boolean): Worker {
  const slots = new Slots(config.CONCURRENCY, config.SLOT_PATIENCE_MS);
  const budget = new ByteBudget(config.BYTE_BUDGET, config.STALL_SECONDS * 1000);
  const now = Date.now;
  const directory = new TenantDirectory({
    documents: clients.documents,
    table: config.TENANT_CONFIG_TABLE ?? '',
    observer,
    cacheMs: config.TENANT_CACHE_SECONDS * 1000,
    staleMs: config.TENANT_STALE_SECONDS * 1000,
  });
  const sessions = sessionsOf(config, clients, observer);
  const health = new Health({ observer, pauseMs: config.CENTRAL_PAUSE_SECONDS * 1000 });
  const ledger = ledgerOf(config, clients);
  const park = ledger && makeParking(config, { clients, observer, directory, ledger });
  const pipeline = {
    directory,
    sessions,
    slots,
    budget,
    observer,
    now,
    s3: clients.s3,
    streams: new LogStreams(observer),
    bucket: config.S3_BUCKET_NAME,
    environment: config.ENVIRONMENT,
    putsInFlight: config.PUTS_IN_FLIGHT,
    putTimeoutMs: config.PUT_TIMEOUT_SECONDS * 1000,
    maxAttempts: config.MAX_ATTEMPTS,
    ledger,
    parking: park?.parking,
    quarantine: quarantineOf(config, { clients, observer, slots, budget, health }),
    ...persistence(config),
    reading: {
      readTimeoutMs: config.READ_TIMEOUT_SECONDS * 1000,
      maxObjectRawBytes: config.MAX_OBJECT_RAW_BYTES,
      maxLineBytes: config.MAX_LINE_BYTES,
      maxEventBytes: config.MAX_EVENT_BYTES,
      lingerMs: config.WINDOW_LINGER_MS,
    },
  };
  return {
    config,
    clients,
    slots,
    budget,
    observer,
    pipeline,
    deadLetters,
    sweep: park?.sweep,
    agingMs: config.MESSAGE_MAX_DAYS * DAY_MS,
    lanes: new Lanes(config.TENANT_CONCURRENCY),
    health,
    returnDelay: { baseSeconds: config.RETURN_DELAY_SECONDS, maxSeconds: config.RETURN_DELAY_MAX_SECONDS },
  };
}

function sessionsOf(config: Config, clients: Clients, observer: Observer): TenantSessions {
  return new TenantSessions({
    clients,
    centralRoleArn: config.CENTRAL_LOG_DISTRIBUTION_ROLE_ARN ?? '',
    observer,
    durationSeconds: config.SESSION_SECONDS,
    marginMs: config.SESSION_MARGIN_SECONDS * 1000,
    denialMs: config.DENIAL_CACHE_SECONDS * 1000,
    max: config.TENANT_SESSIONS,
  });
}

/** How long, and how often, what AWS does not take is tried again. */
function persistence(config: Config): Pick<MessageDeps['pipeline'], 'backoff' | 'patienceMs'> {
  return {
    backoff: { baseMs: config.BACKOFF_BASE_MS, maxMs: config.BACKOFF_MAX_MS },
    patienceMs: config.DELIVER_PATIENCE_SECONDS * 1000,
  };
}

function quarantineOf(
  config: Config,
  { clients, health, ...deps }: { clients: Clients; observer: Observer; slots: Slots; budget: ByteBudget; health: Health },
): Quarantine | undefined {
  if (config.QUARANTINE_BUCKET === undefined) return undefined;
  const onFault = ({ code, message }: LogferryError) => health.fault(code, message);
  return new Quarantine({ ...deps, s3: clients.s3, bucket: config.QUARANTINE_BUCKET, ...persistence(config), onFault });
}

function ledgerOf(config: Config, { documents }: Clients): Ledger | undefined {
  if (config.LEDGER_TABLE === undefined) return undefined;
  return new Ledger({
    documents,
    table: config.LEDGER_TABLE,
    leaseMs: config.LEASE_SECONDS * 1000,
    skewMs: config.LEASE_SKEW_SECONDS * 1000,
    checkpointMs: config.CHECKPOINT_SECONDS * 1000,
    keepMs: config.LEDGER_KEEP_DAYS * DAY_MS,
    now: Date.now,
  });
}

/**
 * DLQ_URL, or else the target of the queue's own redrive policy.
 * @returns undefined only when DLQ=none.
 * @throws when there is neither: a worker that cannot keep hopeless messages must be told so on purpose.
 */
export async function deadLetterUrl(config: Config, sqs: SQSClient): Promise<string | undefined> {
  if (config.DLQ === 'none') return undefined;
  if (config.DLQ_URL) return config.DLQ_URL;
  const target = config.SQS_QUEUE_URL && (await redriveTarget(config.SQS_QUEUE_URL, sqs));
  if (target) return target;
  throw new Error('there is no dead-letter queue: DLQ_URL is not set and the queue has no redrive policy; set one of them, or DLQ=none');
}

async function redriveTarget(queueUrl: string, sqs: SQSClient): Promise<string | undefined> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }));
  const policy = Attributes?.RedrivePolicy;
  if (!policy) return undefined;
  const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn: string };
  const [, , , , account, name] = deadLetterTargetArn.split(':');
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }));
  return QueueUrl;
}

/** Settings that work but cost something, said once at start. */
export function warnings(config: Config): { setting: string; advice: string }[] {
  return [
    ...(config.S3_BUCKET_NAME
      ? []
      : [{ setting: 'S3_BUCKET_NAME', advice: 'not set: a message may name any bucket that our role can read' }]),
    ...(config.LEDGER_TABLE
      ? []
      : [
          {
            setting: 'LEDGER_TABLE',
            advice: 'not set: objects whose worker dies or stops, and repeated notifications, are delivered again from the start',
          },
        ]),
    ...(config.QUARANTINE_BUCKET
      ? []
      : [
          {
            setting: 'QUARANTINE_BUCKET',
            advice:
              'not set: an object with a line that CloudWatch Logs refuses becomes a dead letter, and an invalid line holds its tenant up',
          },
        ]),
    ...(config.DLQ === 'none' ? [{ setting: 'DLQ', advice: 'none: hopeless messages return again and again' }] : []),
    ...(config.TENANT_CONCURRENCY >= config.CONCURRENCY
      ? [{ setting: 'TENANT_CONCURRENCY', advice: 'one tenant can take every slot' }]
      : []),
  ];
}
