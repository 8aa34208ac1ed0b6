/**
 * The closed family of things that go wrong with a message or an object, each with what becomes of the message. A fault that is not in this
 * table does not exist: whatever else is thrown becomes `unexpected`, and is never acknowledged.
 */

/**
 * What becomes of the message:
 * - `dead-letter`: as it stands it can never be delivered; it goes to the dead-letter queue with the reason, then it is deleted.
 * - `soon`: a passing fault; the message returns after a short delay that grows with each receive.
 * - `later`: the tenant's side must change first (onboarded, enabled, role mended); it returns with a delay that grows to 15 minutes.
 * - `central`: our own side is ill; the message returns soon, intake pauses and readiness is false until the dependency answers again.
 * - `at-once`: this worker is stopping; the message is visible to the others again at once.
 */
export type Disposition = 'dead-letter' | 'soon' | 'later' | 'central' | 'at-once';

interface Fault {
  readonly disposition: Disposition;
  /** For whom reads the dead letter or the log line. */
  readonly meaning: string;
  /** Some lines were delivered, and no repetition would deliver more: without a dead-letter queue the message is done with, not returned. */
  readonly partial?: true;
  /** Receives after which a `soon` fault is taken for hopeless. Absent: never. */
  readonly deadLetterAfter?: number;
}

const FAULTS = {
  'bad-body': { disposition: 'dead-letter', meaning: 'the message is not an S3 notification in any form known' },
  'bad-key': { disposition: 'dead-letter', meaning: 'the object key is not customer_id/cluster_id/application/pod_name/<file>' },
  'foreign-bucket': { disposition: 'dead-letter', meaning: 'the notification names a bucket other than S3_BUCKET_NAME' },
  'object-missing': { disposition: 'soon', deadLetterAfter: 5, meaning: 'the object is not in the bucket (any more)' },
  'corrupt-object': {
    disposition: 'dead-letter',
    partial: true,
    meaning: 'the gzip stream is broken; the whole lines before the break were delivered',
  },
  bomb: { disposition: 'dead-letter', partial: true, meaning: 'the object inflates to more than MAX_OBJECT_RAW_BYTES' },
  'lines-rejected': {
    disposition: 'dead-letter',
    partial: true,
    meaning: 'CloudWatch Logs refused some of its lines (too old, too new, expired); the others were delivered',
  },
  'unknown-tenant': { disposition: 'later', meaning: 'no row for this tenant in TENANT_CONFIG_TABLE' },
  'tenant-disabled': { disposition: 'later', meaning: 'the tenant is disabled, or the fleet is paused' },
  'bad-row': { disposition: 'later', meaning: "the tenant's row cannot be used as it stands" },
  'tenant-denied': { disposition: 'later', meaning: "the tenant's role, ExternalId, region or KMS key refuses" },
  'group-missing': { disposition: 'later', meaning: "the tenant's log group does not exist and the row does not let us create it" },
  'delivery-refused': { disposition: 'later', meaning: 'CloudWatch Logs calls the batch invalid' },
  evicted: { disposition: 'soon', meaning: 'the account was throttled or slow for so long that the place was needed for others' },
  'out-of-patience': { disposition: 'soon', meaning: 'the account was throttled or unreachable for longer than DELIVER_PATIENCE_SECONDS' },
  'central-denied': { disposition: 'central', meaning: 'our own role, table, bucket or key refuses us' },
  'dependency-down': { disposition: 'central', meaning: 'S3, DynamoDB or STS does not answer' },
  leased: { disposition: 'soon', meaning: 'another attempt holds the object, or its row in the ledger is of a newer version' },
  poison: { disposition: 'dead-letter', meaning: 'attempt after attempt ended without a line of progress: the object kills its workers' },
  'lease-lost': { disposition: 'soon', meaning: 'another worker has the object by now, or the ledger could not be asked for too long' },
  stopping: { disposition: 'at-once', meaning: 'the worker is stopping' },
  'balance-open': { disposition: 'soon', meaning: 'lines read and lines accounted for differ: a defect of the worker' },
  unexpected: { disposition: 'soon', meaning: 'an error that the worker does not know' },
} as const satisfies Record<string, Fault>;

export type FaultCode = keyof typeof FAULTS;

/** Which row of the ledger, and under which generation. */
export interface ClaimRef {
  readonly key: { readonly object: string; readonly delivery: string };
  readonly generation: number;
}

/** A fault with its code; `message` says what, where and what to do, `cause` keeps the original. */
export class LogferryError extends Error {
  override readonly name = 'LogferryError';
  readonly code: FaultCode;
  /** When a further try may succeed, in milliseconds from now; where that is known. */
  readonly retryAfterMs: number | undefined;
  /** Of the ledger: what was claimed when it went wrong. */
  claim: ClaimRef | undefined;

  constructor(code: FaultCode, detail: string, { retryAfterMs, ...options }: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(detail, options);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  get fault(): Fault {
    return FAULTS[this.code];
  }
}

/** Any thrown value as a member of the family; a stranger becomes `unexpected` and keeps its cause. */
export function asLogferryError(thrown: unknown): LogferryError {
  if (thrown instanceof LogferryError) return thrown;
  return new LogferryError('unexpected', describe(thrown), { cause: thrown });
}

/** A stop and our own illness first, then what takes longest to come good; what never will comes last, as long as anything else may. */
const WEIGHTS: readonly Disposition[] = ['at-once', 'central', 'later', 'soon', 'dead-letter'];

/** Of the faults of one object's several deliveries, the one that says what becomes of the message. */
export function weightiest(errors: readonly LogferryError[]): LogferryError | undefined {
  const weight = ({ fault }: LogferryError) => WEIGHTS.indexOf(fault.disposition);
  return errors.toSorted((a, b) => weight(a) - weight(b))[0];
}

/** One line about any thrown value: the AWS error's name leads, since the name is what operators search for. */
export function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.name === 'Error' || thrown.name === 'LogferryError' ? thrown.message : `${thrown.name}: ${thrown.message}`;
}

/**
 * Whether AWS did not answer, or answered that it cannot at present: the same call may succeed later. Missing credentials do not come by waiting.
 * @param thrown as the SDK threw it, after its own retries.
 */
export function isUnanswered(thrown: unknown): boolean {
  const { name, $metadata } = thrown as { readonly name?: string; readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  // What Node or the SDK could not even send is the fault of the call: a message must not pass for an outage, which pauses intake for all.
  if (thrown instanceof TypeError || thrown instanceof URIError || thrown instanceof RangeError) return false;
  return name !== 'CredentialsProviderError' && (status === undefined || status >= 500 || status === 429);
}
