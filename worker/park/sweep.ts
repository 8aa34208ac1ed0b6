/**
 * Looks after what is parked: sends a new notification of each object whose tenant is well again, and of one where it is time to try. The row stays parked until a claim
 * takes it, so that a sweep which ends midway loses nothing. It holds a page of rows at a time, whatever is parked.
 */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, isUnanswered, LogferryError } from '../errors.ts';
import { parkedShards, parseParked, type ParkedObject } from '../ledger/parked.ts';
import type { LedgerTable } from '../ledger/table.ts';
import type { TenantDirectory } from '../locate/tenant-directory.ts';
import type { Observer } from '../observe/events.ts';
import { replayOf, SWEEP_BODY } from '../receive/envelope.ts';
import { isQuiet, leaveOf, type Breaker, type ProbeRule } from './breaker.ts';
import type { Breakers } from './breakers.ts';
import { standingOf } from './fingerprint.ts';

export interface SweepDeps {
  readonly table: LedgerTable;
  readonly breakers: Breakers;
  readonly directory: Pick<TenantDirectory, 'rows' | 'pause'>;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly observer: Observer;
  readonly rule: ProbeRule;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** What one sweep sends at most; the next one goes on. */
  readonly maxObjects: number;
  /** Objects a second. */
  readonly rate: number;
  /** Of the oldest parked object, from where on it is announced. */
  readonly warnAgeMs: number;
}

/** A tenant's share of one sweep: nobody else's objects wait for its thousands. */
const TENANT_SHARE = 1 / 4;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MAX_ENTRIES = 10;
/** A notification that was sent so long ago has had its chance. */
const AGAIN_MS = 3_600_000;

export class Sweep {
  readonly #deps: SweepDeps;
  #running: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(deps: SweepDeps) {
    this.#deps = deps;
  }

  /**
   * Callers who come while one is under way share the next.
   * @throws LogferryError `dependency-down`, `central-denied`; the signal's reason.
   */
  async run(signal: AbortSignal): Promise<void> {
    this.#waiting ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        this.#running = sweepOnce(this.#deps, signal);
        return this.#running;
      });
    await this.#waiting;
  }
}

interface Tally {
  left: number;
  sent: number;
  ailing: number;
  oldestMs: number;
  isOver: boolean;
}

async function sweepOnce(deps: SweepDeps, signal: AbortSignal): Promise<void> {
  const { breakers, observer, maxObjects } = deps;
  const tally: Tally = { left: maxObjects, sent: 0, ailing: 0, oldestMs: 0, isOver: false };
  for await (const breaker of breakers.listed()) {
    signal.throwIfAborted();
    await lookAfter(breaker, deps, tally, signal);
  }
  observer.emit('sweep:done', { sent: tally.sent, ailing: tally.ailing, oldestMs: tally.oldestMs });
  // More is waiting than one sweep may send: the next goes on where this one's marks end.
  if (tally.isOver) await send([{ body: SWEEP_BODY, delaySeconds: 1 }], deps);
}

async function lookAfter(listed: Breaker, deps: SweepDeps, tally: Tally, signal: AbortSignal): Promise<void> {
  const { breakers, directory, now, observer, warnAgeMs, rule, maxObjects } = deps;
  const { tenant, type, reason } = listed;
  const { fingerprint, isOn } = await standingOf(tenant, directory);
  const oldest = await oldestOf(listed, deps);
  if (oldest) {
    const ageMs = now() - oldest.since;
    tally.oldestMs = Math.max(tally.oldestMs, ageMs);
    if (ageMs >= warnAgeMs) observer.emit('parked:aging', { tenant, type, reason, ageMs, key: oldest.ref.key });
  }
  let breaker: Breaker | undefined = listed;
  const leave = leaveOf(breaker, fingerprint, now());
  // Nothing refused while it was off; and where nothing is left to try with, the next object will tell.
  const isSwitchedOn = leave === 'changed' && reason === 'tenant-disabled' && isOn;
  if (leave !== 'all' && (isSwitchedOn || (!oldest && leave !== 'none')))
    breaker = (await breakers.tell(listed, { kind: 'close' })) ?? breaker;
  if (breaker.state === 'closed') {
    if (!oldest && isQuiet(breaker, now(), rule)) return void (await breakers.tell(listed, { kind: 'unlist' }));
    return await replayAll(breaker, deps, tally, Math.min(tally.left, Math.ceil(maxObjects * TENANT_SHARE)), signal);
  }
  tally.ailing++;
  if (oldest && leave !== 'none') await sendObjects([oldest], deps, tally);
}

async function oldestOf(breaker: Breaker, deps: SweepDeps): Promise<ParkedObject | undefined> {
  let oldest: ParkedObject | undefined;
  for (const shard of parkedShards(breaker.tenant)) {
    for await (const one of parkedOf(breaker, shard, deps)) {
      if (!oldest || one.since < oldest.since) oldest = one;
      break;
    }
  }
  return oldest;
}

async function* parkedOf({ type }: Breaker, shard: string, { table }: SweepDeps): AsyncGenerator<ParkedObject> {
  for await (const page of table.attention(shard)) {
    for (const item of page) {
      const one = parseParked(item);
      if (one?.key.delivery === type) yield one;
    }
  }
}

async function replayAll(breaker: Breaker, deps: SweepDeps, tally: Tally, most: number, signal: AbortSignal): Promise<void> {
  const batch: ParkedObject[] = [];
  let left = most;
  const flush = async () => {
    await sendObjects(batch.splice(0), deps, tally);
    // A stop may come between two batches: what is left is parked still.
    await sleep((MAX_ENTRIES * 1000) / deps.rate, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  for (const shard of parkedShards(breaker.tenant)) {
    for await (const one of parkedOf(breaker, shard, deps)) {
      if (!isDue(one, breaker, deps.now())) continue;
      if (left-- <= 0) {
        tally.isOver = true;
        return batch.length > 0 ? await flush() : undefined;
      }
      batch.push(one);
      if (batch.length === MAX_ENTRIES) await flush();
    }
  }
  if (batch.length > 0) await flush();
}

/** A notification of before the breaker was last closed was answered by "parked still". */
function isDue({ replayedAt }: ParkedObject, { since }: Breaker, now: number): boolean {
  return replayedAt === undefined || replayedAt < since || replayedAt < now - AGAIN_MS;
}

/** The mark comes behind the message: a sweep that ends in between sends it twice, and the ledger takes one. */
async function sendObjects(objects: readonly ParkedObject[], deps: SweepDeps, tally: Tally): Promise<void> {
  await send(
    objects.map(({ ref }) => ({ body: replayOf(ref) })),
    deps,
  );
  tally.sent += objects.length;
  tally.left -= objects.length;
  for (const { ref } of objects)
    deps.observer.emit('object:replay', { tenant: ref.key.split('/')[0] ?? '', bucket: ref.bucket, key: ref.key });
  await Promise.all(
    objects.map(({ key, generation }) =>
      deps.table.update(key, {
        set: { replayed_at: deps.now() },
        condition: '#generation = :generation AND #state = :parked',
        values: { ':generation': generation, ':parked': 'parked' },
      }),
    ),
  );
}

async function send(messages: readonly { body: string; delaySeconds?: number }[], { sqs, queueUrl: QueueUrl }: SweepDeps): Promise<void> {
  const Entries = messages.map(({ body: MessageBody, delaySeconds: DelaySeconds }, i) => ({ Id: String(i), MessageBody, DelaySeconds }));
  try {
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`${Failed.length} of ${Entries.length} messages not taken: ${Failed[0]?.Code ?? ''}`);
  } catch (error) {
    const code = isUnanswered(error) ? 'dependency-down' : 'central-denied';
    throw new LogferryError(code, `SQS does not take notifications anew: ${describe(error)}`, { cause: error });
  }
}
