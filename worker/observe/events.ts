/**
 * The typed event map: steps emit facts, and logs and metrics are listeners. Emitting never throws and never waits: an observer's failure must
 * not touch a log line. Counts come per object or batch, never per line.
 */
import { EventEmitter } from 'node:events';
import type { FaultCode } from '../errors.ts';

/** The lines of one object by the way they left the worker: read = accepted + filtered + quarantined + rejected, once the object is done. */
export interface LineCounts {
  read: number;
  accepted: number;
  filtered: number;
  quarantined: number;
  /** Without a quarantine bucket: kept with the message in the dead-letter queue. */
  rejected: number;
}

interface ObjectFacts {
  readonly tenant: string;
  readonly bucket: string;
  readonly key: string;
}

/** Why CloudWatch did not take a line. `expired`: older than the group's retention; `invalid`: the request with it is refused, the one without it is not. */
export type RejectionKind = 'too-old' | 'too-new' | 'expired' | 'invalid';

/** `too-long`: longer than MAX_LINE_BYTES. */
export type QuarantineReason = RejectionKind | 'too-long';

/** Names are `noun:verb`; each payload is a fact that has happened. Times are in milliseconds. */
export interface WorkerEvents {
  /** The configuration is compiled and the clients are made. */
  'worker:start': { mode: string; version: string };
  /** The metrics and health server listens. */
  'worker:listen': { port: number };
  /** A setting that works but costs something, said once at start. */
  'worker:warn': { setting: string; advice: string };
  /** A stop was asked for; no new work is taken. */
  'worker:drain': { reason: string; held: number };
  /** The process is about to exit. */
  'worker:stop': { code: number; forced: boolean };
  /** Work can (or can no longer) be taken, and why not. */
  'worker:readiness': { ready: boolean; reasons: readonly string[] };

  /** ECS has taken (or no longer holds) this task's scale-in protection. `expired`: it could not be renewed in time. */
  'protection:change': { protected: boolean; reason: 'work' | 'quiet' | 'rest' | 'expired' | 'stop' };
  /** A call for protection failed for a reason not told since the last one that succeeded. `givenUp`: the task is of no service, nothing more is asked. */
  'protection:fail': { action: 'take' | 'let-go'; reason: string; detail: string; givenUp: boolean };

  'receive:batch': { messages: number };
  'receive:error': { error: unknown };
  /** 120,000 messages are in flight: SQS hands out no more, which is not "empty". */
  'receive:over-limit': { error: unknown };

  'message:admit': { messageId: string; objects: number };
  'message:delete': { messageId: string };
  'message:return': { messageId: string; reason: FaultCode | 'surplus'; delaySeconds: number; receiveCount: number };
  'message:dead-letter': { messageId: string; reason: FaultCode; detail: string };
  /** Acknowledged without delivery: a test event, a removed object, a kind of our own that this version does not know. */
  'message:ignore': { messageId: string; kind: string };
  /** A delete, visibility change or dead letter that SQS refused or did not answer; `lost` means the receipt is outdated. */
  'message:ack-error': { messageId: string; action: string; lost: boolean; error: unknown };

  'object:start': ObjectFacts;
  /** Every line is accounted for. `lagMs`: from the object's time to its delivery. */
  'object:done': ObjectFacts &
    LineCounts & { events: number; rawBytes: number; batches: number; durationMs: number; lagMs: number; timeFallbacks: number };
  /** Settled without being read: not wanted by the tenant, overwritten since, or seen to already as the ledger knows. */
  'object:skip': ObjectFacts & { reason: 'not-wanted' | 'superseded' | 'unknown-type' | 'delivered' | 'parked' | 'dead' };
  /** The object waits in the ledger for its tenant, and its message is not needed. */
  'object:park': ObjectFacts & { type: string; reason: FaultCode };
  /** A new notification of a parked object was sent. */
  'object:replay': ObjectFacts;
  'object:fail': ObjectFacts & { code: FaultCode; detail: string };
  /** The body broke off and reading went on at `offset` (compressed bytes). */
  'object:resume': { bucket: string; key: string; offset: number; error: unknown };
  /** Bytes after the end of the gzip stream that are not gzip; they are not delivered. */
  'object:trailing-bytes': { bucket: string; key: string; bytes: number };
  'line:oversize': { bucket: string; key: string; parts: number };
  /** Lines are kept in the quarantine bucket, in the object `quarantine`. A line that lies in several windows is told of in each. */
  'line:quarantine': ObjectFacts & { reason: QuarantineReason; lines: number; quarantine: string };
  /** The quarantine bucket did not take an object; it is tried again. */
  'quarantine:fail': { tenant: string; code: FaultCode; detail: string; attempt: number };
  'balance:open': ObjectFacts & LineCounts;

  'batch:put': { tenant: string; events: number; bytes: number; durationMs: number };
  'batch:retry': { tenant: string; reason: string; delayMs: number; attempt: number };
  /** The answer to a put was lost: its events may be there already and are sent again. */
  'batch:ambiguous': { tenant: string; events: number; error: unknown };
  'batch:reject': { tenant: string; kind: RejectionKind; lines: number };
  /** Lines that CloudWatch refused for their time were sent with the time of their arrival, as the tenant's row asks for. */
  'batch:late': { tenant: string; events: number };
  'stream:create': { tenant: string; what: 'group' | 'stream'; name: string };

  /** A tenant's side has refused: its objects are parked unread until one goes through. */
  'breaker:open': { tenant: string; type: string; reason: string; detail: string; failures: number; nextProbeMs: number };
  /** One object tries whether the tenant's side is well again. */
  'breaker:probe': { tenant: string; type: string; reason: string };
  /** It is well again; what is parked of it follows. */
  'breaker:close': { tenant: string; type: string; reason: string; openMs: number };
  /** A sweep is over: notifications sent anew, tenants whose breaker is open, and the age of the oldest parked object. */
  'sweep:done': { sent: number; ailing: number; oldestMs: number };
  /** A sweep ended early; its message comes back. */
  'sweep:fail': { code: FaultCode; detail: string };
  /** CloudWatch will soon refuse the tenant's oldest parked object as too old. */
  'parked:aging': { tenant: string; type: string; reason: string; ageMs: number; key: string };
  /** A message has been in the queue for so long that it would soon be dropped there. */
  'message:aging': { messageId: string; ageMs: number };

  'tenant:lookup': { outcome: 'hit' | 'miss' | 'stale' | 'error' };
  'tenant:warn': { tenant: string; advice: string };
  'credentials:lookup': { outcome: 'hit' | 'miss' | 'denied' };
  'credentials:assume': { hop: 1 | 2; tenant: string; ok: boolean; durationMs: number };
}

export type EventName = keyof WorkerEvents;

/** The worker's one event channel. */
export class Observer {
  readonly #emitter = new EventEmitter();

  /** Tells every listener; a listener that throws is cut off from nothing but this fact. */
  emit<N extends EventName>(name: N, fact: WorkerEvents[N]): void {
    for (const listener of this.#emitter.listeners(name)) {
      try {
        listener(fact);
      } catch (error) {
        process.emitWarning(`an observer of ${name} failed: ${String(error)}`);
      }
    }
  }

  on<N extends EventName>(name: N, listener: (fact: WorkerEvents[N]) => void): this {
    this.#emitter.on(name, listener);
    return this;
  }
}
