/**
 * Two limits of concurrency: a tenant's lane, and inside it the task's slots. A slot is held only while work makes progress: whoever waits for
 * longer than the patience goes on without one, so that slow accounts cannot stop the others.
 */
import pLimit, { type LimitFunction } from 'p-limit';

/** The task's slots: first come, first served. */
export class Slots {
  readonly #limit: LimitFunction;
  readonly #patienceMs: number;

  constructor(concurrency: number, patienceMs: number) {
    this.#limit = pLimit(concurrency);
    this.#patienceMs = patienceMs;
  }

  /** Runs the work in a slot; after the patience the slot is free again while the work goes on. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // Boxed, or the limiter would await the work itself and hold the slot to its end.
    const { going } = await this.#limit(async () => {
      const going = work();
      await this.#patiently(going);
      return { going };
    });
    return await going;
  }

  async #patiently(going: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const outOfPatience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#patienceMs);
    });
    try {
      await Promise.race([going, outOfPatience]);
    } catch {
      // Its caller gets the rejection; here it only frees the slot.
    } finally {
      clearTimeout(timer);
    }
  }

  get active(): number {
    return this.#limit.activeCount;
  }

  get waiting(): number {
    return this.#limit.pendingCount;
  }
}

interface Lane {
  readonly limit: LimitFunction;
  /** Objects in it, running and waiting. */
  objects: number;
  /** When it was made, or last had an object done. Milliseconds since 1970. */
  movedAt: number;
}

/** One lane per tenant, made on first need and gone with its last object. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #concurrency: number;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  /** Runs the work in the tenant's lane. Rejects with an AbortError when `clear` takes it out of the queue before it began. */
  async run<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(tenant) ?? {
      limit: pLimit({ concurrency: this.#concurrency, rejectOnClear: true }),
      objects: 0,
      movedAt: Date.now(),
    };
    this.#lanes.set(tenant, lane);
    lane.objects++;
    try {
      return await lane.limit(work);
    } finally {
      lane.movedAt = Date.now();
      if (--lane.objects === 0) this.#lanes.delete(tenant);
    }
  }

  /**
   * Sends away all that wait in the lane that has stood still for longest, if that is longer than `stillMs`: they hold places that others need.
   * @returns whether there was one.
   */
  shed(stillMs: number): boolean {
    const still = [...this.#lanes.values()].filter(({ limit, movedAt }) => limit.pendingCount > 0 && Date.now() - movedAt >= stillMs);
    const longest = still.reduce<Lane | undefined>((a, b) => (a && a.movedAt <= b.movedAt ? a : b), undefined);
    longest?.limit.clearQueue();
    return longest !== undefined;
  }

  /** Sends all that wait away; what runs goes on. */
  clear(): void {
    for (const { limit } of this.#lanes.values()) limit.clearQueue();
  }

  /** How many tenants have work here. */
  get size(): number {
    return this.#lanes.size;
  }
}
