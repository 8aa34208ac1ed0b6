/**
 * Every setting of the worker as data: `--help`, docs/configuration.md, .env.sample and the checks at start are made from this one table.
 * Names of the original system are kept; everything newer has a default.
 */
import { LEDGER } from './ledger/settings.ts';
import { PARKING } from './park/settings.ts';
import { PROTECTION, RUNNING } from './run/settings.ts';
import { bytes, count, milliseconds, MODES, seconds, text } from './setting.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

const WORK = {
  EXECUTION_MODE: text({
    default: 'sqs',
    oneOf: MODES,
    advice:
      '`sqs` polls a queue and is the service; `lambda` speaks the Lambda Runtime API; `manual` reads one SQS message body from standard input. `--mode` overrides it.',
  }),
  AWS_REGION: text({
    required: MODES,
    pattern: /^[a-z]{2,}(-[a-z]+)+-\d$/,
    expected: 'an AWS region such as us-east-1',
    advice: 'The region of the central side: bucket, queue, tables, central role. Where a tenant’s logs go is a matter of its row.',
  }),
  SQS_QUEUE_URL: text({
    required: ['sqs'],
    pattern: /^https?:\/\/\S+\/\S+$/,
    expected: 'the URL of the queue, https://sqs.<region>.amazonaws.com/<account>/<name>',
    advice: 'The queue that S3’s notifications arrive in.',
  }),
  TENANT_CONFIG_TABLE: text({
    required: MODES,
    pattern: /^[A-Za-z0-9_.:/-]{3,2048}$/,
    expected: 'the name or ARN of a DynamoDB table',
    advice: 'One row per tenant and delivery, keyed by `tenant_id` (and `type`).',
  }),
  CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: text({
    required: MODES,
    pattern: /^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/,
    expected: 'the ARN of a role, arn:aws:iam::<account>:role/<name>',
    advice: 'Hop 1: assumed with the session tags; the only principal that tenants’ roles trust.',
  }),
  S3_BUCKET_NAME: text({
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    expected: 'the name of a bucket',
    advice:
      'When set, a notification for any other bucket is a dead letter (`foreign-bucket`). Set it: without it, whoever may send to the queue may point our role at a bucket.',
  }),
  S3_WRITER_ROLE_ARN: text({
    advice: 'The agents’ role, named here because the original’s environment holds it; the worker does not use it.',
  }),
  DLQ_URL: text({
    pattern: /^https?:\/\/\S+\/\S+$/,
    expected: 'the URL of a queue',
    advice: 'Where hopeless messages go, with their reason. Default: the target of the queue’s own redrive policy.',
  }),
  DLQ: text({
    oneOf: ['none'],
    advice:
      '`none` starts the worker without any dead-letter queue: hopeless messages then return to the queue again and again. Of an object that was delivered in part (broken gzip, a bomb, lines that CloudWatch Logs refused) the rest is then lost, with a line in the log.',
  }),
  QUARANTINE_BUCKET: text({
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    expected: 'the name of a bucket',
    advice:
      'Where lines are kept that CloudWatch Logs refuses (too old, too new, expired, invalid) or that are longer than MAX_LINE_BYTES, whole and with their reason. Not S3_BUCKET_NAME: its notifications would come back. Without it, an object with a refused line becomes a dead letter once its other lines are delivered, one line that makes a request invalid holds its tenant up, and too long lines are delivered in parts.',
  }),
  ENVIRONMENT: text({
    default: 'production',
    pattern: /^[\w.:/=+@ -]{1,256}$/,
    expected: 'a value that an STS session tag may hold',
    advice: 'The session tag `environment`, and `{environment}` in templates, for rows that name none.',
  }),
};

const FAIRNESS = {
  CONCURRENCY: count(
    20,
    1,
    1000,
    'Slots of the task: windows read, decoded or put at the same time. More slots hide more latency and use more memory and sockets.',
  ),
  TENANT_CONCURRENCY: count(
    4,
    1,
    1000,
    'Lane of one tenant: its objects under way at the same time. At CONCURRENCY or above, one tenant can take every slot.',
  ),
  PUTS_IN_FLIGHT: count(3, 1, 50, 'Open windows of one object: reading goes on while so many are being put.'),
  ADMISSION_OBJECTS: count(
    200,
    1,
    10_000,
    'Messages held (waiting or under way) before receiving pauses: the back-pressure. Higher looks further ahead for other tenants.',
  ),
  ADMISSION_BYTES: bytes(
    16 * MiB,
    256 * 1024,
    GiB,
    'Bytes of message bodies held before receiving pauses; a body is at most 256 KiB (1 MiB on newer queues).',
  ),
  TENANT_SHARE: count(
    50,
    1,
    10_000,
    'Messages of one tenant that are held; further ones go back to the queue for a while, so that other tenants’ come in.',
  ),
  SURPLUS_DELAY_SECONDS: seconds(
    2,
    0,
    900,
    'First delay of a message above TENANT_SHARE; it doubles with each receive, up to 10 seconds (or this, if it is more).',
  ),
  BYTE_BUDGET: bytes(
    64 * MiB,
    4 * MiB,
    64 * GiB,
    'Memory that all open windows share. When it is full, the object that has waited longest for its account gives its place up.',
  ),
  STALL_SECONDS: seconds(
    5,
    1,
    600,
    'How long a put may wait for its account, or a lane stand still, before its place is given to others that need it; its message then returns. Lower helps the others sooner, and doubles more lines of slow accounts.',
  ),
  SLOT_PATIENCE_MS: milliseconds(
    1000,
    1,
    600_000,
    'A put that takes longer than this gives its slot back while it goes on waiting: a slow account must not stop the others.',
  ),
};

const READING = {
  MAX_OBJECT_RAW_BYTES: bytes(
    20 * GiB,
    1,
    Number.MAX_SAFE_INTEGER,
    'Inflated size at which an object is taken for a bomb and becomes a dead letter.',
  ),
  MAX_LINE_BYTES: bytes(
    8 * MiB,
    1024,
    256 * MiB,
    'A longer line is never held whole: it goes in parts as it comes, to QUARANTINE_BUCKET or, without one, to the tenant as numbered texts.',
  ),
  READ_TIMEOUT_SECONDS: seconds(20, 1, 300, 'An S3 body without a byte for so long is taken for cut; reading goes on by a ranged GET.'),
  WINDOW_LINGER_MS: milliseconds(5000, 1, 60_000, 'Longest wait of a line for its window to fill.'),
};

const DELIVERING = {
  MAX_EVENT_BYTES: bytes(
    MiB,
    256,
    MiB,
    'Largest event, with its 26 bytes of overhead; a longer line is split into numbered parts. 262144 where a region still has the old limit.',
  ),
  PUT_TIMEOUT_SECONDS: seconds(
    20,
    1,
    120,
    'A put without an answer for so long is given up as ambiguous and sent again. Must be below SHUTDOWN_GRACE_SECONDS.',
  ),
  BACKOFF_BASE_MS: milliseconds(
    200,
    1,
    60_000,
    'First back-off of a throttled or failed put; it doubles, with full jitter, up to BACKOFF_MAX_MS.',
  ),
  BACKOFF_MAX_MS: milliseconds(20_000, 1, 600_000, 'Longest back-off between two tries of one put.'),
  DELIVER_PATIENCE_SECONDS: seconds(
    600,
    1,
    36_000,
    'How long one batch is tried against a throttled or unreachable account before the message goes back to the queue.',
  ),
};

const RECEIVING = {
  RECEIVERS: count(2, 1, 50, 'Receive loops, ten messages a call each.'),
  RECEIVE_WAIT_SECONDS: seconds(
    5,
    1,
    20,
    'Length of a long poll; without one, an idle worker would ask hundreds of times a second. A stop waits for the one under way, since an aborted receive would hide what SQS had handed out.',
  ),
  VISIBILITY_SECONDS: seconds(
    120,
    2,
    43_200,
    'How long a message stays hidden after a receive; extended every third of that while the message is held. A killed worker’s messages wait for it.',
  ),
  RETURN_DELAY_SECONDS: seconds(
    5,
    0,
    900,
    'First delay of a message that could not be delivered; it doubles with each receive, up to RETURN_DELAY_MAX_SECONDS.',
  ),
  RETURN_DELAY_MAX_SECONDS: seconds(900, 0, 43_200, 'Longest such delay.'),
};

const TENANTS = {
  TENANT_CACHE_SECONDS: seconds(60, 0, 900, 'How long a tenant’s rows are believed: a changed row acts within that time on every task.'),
  TENANT_STALE_SECONDS: seconds(900, 0, 86_400, 'How long older rows still serve while the table does not answer.'),
  TENANT_SESSIONS: count(1000, 1, 100_000, 'Tenants’ sessions kept ready. Fewer cost more AssumeRole calls, more cost memory.'),
  SESSION_SECONDS: seconds(3600, 900, 3600, 'Life of the assumed sessions; a chained one cannot be longer than an hour.'),
  SESSION_MARGIN_SECONDS: seconds(300, 1, 3600, 'Sessions are renewed so long before they end. Must be below SESSION_SECONDS.'),
  DENIAL_CACHE_SECONDS: seconds(15, 0, 900, 'How long a refused role is not asked again.'),
};

/** The groups in the order of the docs. */
export const GROUPS = {
  'What the worker works on': WORK,
  'Fairness and memory': FAIRNESS,
  Reading: READING,
  Delivering: DELIVERING,
  Receiving: RECEIVING,
  'Tenants and credentials': TENANTS,
  'The ledger': LEDGER,
  'Parking and breakers': PARKING,
  Running: RUNNING,
  'Scale-in protection on ECS': PROTECTION,
} as const;

export const SETTINGS = {
  ...WORK,
  ...FAIRNESS,
  ...READING,
  ...DELIVERING,
  ...RECEIVING,
  ...TENANTS,
  ...LEDGER,
  ...PARKING,
  ...RUNNING,
  ...PROTECTION,
};

export type SettingName = keyof typeof SETTINGS;

/** Rules between settings, checked at start: each names both and says why. Times in different units are compared as times. */
export const CROSS_CHECKS: readonly {
  readonly less: SettingName;
  readonly plus?: SettingName;
  readonly than: SettingName;
  readonly why: string;
}[] = [
  { less: 'PUT_TIMEOUT_SECONDS', than: 'SHUTDOWN_GRACE_SECONDS', why: 'a put under way at a stop must be able to end inside the grace' },
  { less: 'SHUTDOWN_GRACE_SECONDS', than: 'STOP_TIMEOUT_SECONDS', why: 'the platform kills the process at the stop time-out' },
  { less: 'RECEIVE_WAIT_SECONDS', than: 'SHUTDOWN_GRACE_SECONDS', why: 'a stop waits for the long poll under way' },
  {
    less: 'PUT_TIMEOUT_SECONDS',
    plus: 'LEASE_SKEW_SECONDS',
    than: 'LEASE_SECONDS',
    why: 'no put begins that may not end inside the lease',
  },
  { less: 'CHECKPOINT_SECONDS', than: 'LEASE_SECONDS', why: 'a renewal writes the checkpoint as well' },
  { less: 'BREAKER_CACHE_SECONDS', than: 'BREAKER_PROBE_SECONDS', why: 'a probe would be due before it is known that there was a refusal' },
  { less: 'SESSION_MARGIN_SECONDS', than: 'SESSION_SECONDS', why: 'sessions would be renewed without end' },
  { less: 'PROTECTION_MINUTES', than: 'PROTECTION_MAX_MINUTES', why: 'where letting go fails, it is the end of the term that lets go' },
  { less: 'PROTECTION_QUIET_SECONDS', than: 'PROTECTION_MAX_MINUTES', why: 'a quiet task would hold on for longer than a busy one may' },
  { less: 'PROTECTION_RETRY_SECONDS', than: 'PROTECTION_RETRY_MAX_SECONDS', why: 'the back-off grows from the one to the other' },
  { less: 'PROTECTION_RETRY_MAX_SECONDS', than: 'PROTECTION_MINUTES', why: 'a renewal must be tried again before the protection ends' },
];
