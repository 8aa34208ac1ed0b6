/** One message: its envelope, its objects each in its tenant's lane, and the verdict over it. All modes end here; none of this talks to a queue. */
import { verdictOf, type DelayRule, type ObjectOutcome, type Verdict } from './acknowledge/outcome.ts';
import { asLogferryError, LogferryError } from './errors.ts';
import { parseObjectKey } from './locate/object-key.ts';
import type { Observer } from './observe/events.ts';
import { deliverObject, type PipelineDeps } from './pipeline.ts';
import type { Sweep } from './park/sweep.ts';
import type { Receipt } from './receive/receipt.ts';
import { parseEnvelope, type Envelope, type ObjectRef } from './receive/envelope.ts';
import type { Health } from './run/health.ts';
import type { Lanes } from './run/limiter.ts';

export interface MessageDeps {
  readonly pipeline: PipelineDeps;
  readonly lanes: Lanes;
  readonly health: Health;
  readonly observer: Observer;
  readonly returnDelay: DelayRule;
  /** Missing: nothing can be parked. */
  readonly sweep?: Sweep;
  /** The age in milliseconds from where on a message is too old to be returned once more. */
  readonly agingMs: number;
  /** False when there is no dead-letter queue: hopeless messages then return. */
  readonly deadLetters: boolean;
}

/** `drain`: begin no further object. `windUp`: read no further. `force`: end what is under way. All abort with a LogferryError `stopping`. */
export interface StopSignals {
  readonly drain: AbortSignal;
  readonly windUp: AbortSignal;
  readonly force: AbortSignal;
}

/** A message whose body is understood, or the reason why it is not. */
export type Opened = { readonly envelope: Envelope; readonly tenant: string } | { readonly error: LogferryError; readonly tenant: '' };

/** Reads the body as far as fairness needs it: whose message is it? Of several tenants' objects the first counts. */
export function openMessage(body: string): Opened {
  try {
    const envelope = parseEnvelope(body);
    return { envelope, tenant: envelope.kind === 'objects' ? tenantOf(envelope.objects[0]) : '' };
  } catch (error) {
    return { error: asLogferryError(error), tenant: '' };
  }
}

/** Never throws: whatever happens becomes a verdict, and only settled objects lead to a delete. */
export async function processMessage(
  message: Pick<Receipt, 'messageId' | 'receiveCount' | 'isRedriven' | 'sentAt'>,
  opened: Opened,
  deps: MessageDeps,
  stop: StopSignals,
): Promise<Verdict> {
  if ('error' in opened) return hopeless(opened.error, message.receiveCount, deps);
  const { envelope } = opened;
  if (envelope.kind === 'ignore') {
    deps.observer.emit('message:ignore', { messageId: message.messageId, kind: envelope.what });
    return { action: 'delete' };
  }
  if (envelope.kind === 'sweep')
    return verdictOf([await sweep(message.messageId, deps, stop)], message.receiveCount, deps.returnDelay, deps.deadLetters);
  const marks = { ...(message.isRedriven && { isRedriven: true }), ...(isAging(message, deps) && { isAging: true }) };
  const outcomes = await Promise.all(envelope.objects.map((ref) => deliverInLane({ ...ref, ...marks }, deps, stop)));
  return verdictOf(outcomes, message.receiveCount, deps.returnDelay, deps.deadLetters);
}

function isAging({ messageId, sentAt }: Pick<Receipt, 'messageId' | 'sentAt'>, { agingMs, observer }: MessageDeps): boolean {
  const ageMs = sentAt === undefined ? 0 : Date.now() - sentAt;
  if (ageMs < agingMs) return false;
  observer.emit('message:aging', { messageId, ageMs });
  return true;
}

/** A stop ends it: the next worker goes on. */
async function sweep(messageId: string, deps: MessageDeps, stop: StopSignals): Promise<ObjectOutcome> {
  try {
    if (deps.sweep) await deps.sweep.run(stop.drain);
    else deps.observer.emit('message:ignore', { messageId, kind: 'sweep: nothing can be parked here' });
    return { ref: NO_OBJECT };
  } catch (thrown) {
    const error = asLogferryError(thrown);
    if (error.fault.disposition === 'central') deps.health.fault(error.code, error.message);
    deps.observer.emit('sweep:fail', { code: error.code, detail: error.message });
    return { ref: NO_OBJECT, error };
  }
}

async function deliverInLane(ref: ObjectRef, deps: MessageDeps, stop: StopSignals): Promise<ObjectOutcome> {
  const tenant = tenantOf(ref);
  try {
    const settled = await deps.lanes.run(tenant, async () => {
      stop.drain.throwIfAborted();
      return await deliverObject(ref, deps.pipeline, stop);
    });
    if (settled === 'parked') return { ref };
    deps.health.clear('central-denied');
    deps.health.clear('dependency-down');
    return { ref };
  } catch (thrown) {
    const error = isAbort(thrown) ? sentAway(tenant, stop) : asLogferryError(thrown);
    if (error.fault.disposition === 'central') deps.health.fault(error.code, error.message);
    deps.observer.emit('object:fail', { tenant, bucket: ref.bucket, key: ref.key, code: error.code, detail: error.message });
    return { ref, error };
  }
}

/** Its lane was cleared: for a stop, or since the lane stands still. */
function sentAway(tenant: string, { drain }: StopSignals): LogferryError {
  if (drain.aborted) return asLogferryError(drain.reason);
  return new LogferryError('evicted', `${tenant}: its account keeps its objects waiting, and others need their places`);
}

/** The lane was cleared, or the SDK gave up a call because we did. */
function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}

function hopeless(error: LogferryError, receiveCount: number, deps: MessageDeps): Verdict {
  if (deps.deadLetters) return { action: 'dead-letter', letters: [{ error }] };
  return verdictOf([{ ref: NO_OBJECT, error }], receiveCount, deps.returnDelay, false);
}

const NO_OBJECT: ObjectRef = { bucket: '', key: '' };

/** The lane of keys that name no tenant is one lane of their own: they cost nothing but their dead letter. */
function tenantOf(ref: ObjectRef | undefined): string {
  try {
    return ref ? parseObjectKey(ref.key).tenant : '';
  } catch {
    return '';
  }
}
