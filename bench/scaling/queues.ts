/** Both queues as the tasks see them: messages wait in the order of their coming, and are worked off as fast as the running tasks can. Times are seconds. */

interface Batch {
  readonly at: number;
  count: number;
}

export class Queue {
  readonly #batches: Batch[] = [];
  #head = 0;
  waiting = 0;
  /** In the present minute. */
  sent = 0;
  processed = 0;

  send(count: number, now: number): void {
    if (count === 0) return;
    this.#batches.push({ at: now, count });
    this.waiting += count;
    this.sent += count;
  }

  /** @param lags takes (lag, messages). @returns how many were taken. */
  take(most: number, now: number, lags: (lag: number, count: number) => void): number {
    let left = Math.min(most, this.waiting);
    this.waiting -= left;
    this.processed += left;
    const taken = left;
    while (left > 0) {
      const batch = this.#batches[this.#head];
      if (batch === undefined) break;
      const count = Math.min(batch.count, left);
      lags(now - batch.at, count);
      batch.count -= count;
      left -= count;
      if (batch.count === 0) this.#head++;
    }
    return taken;
  }

  /** Seconds that the first one has waited; undefined when there is none. */
  oldest(now: number): number | undefined {
    const batch = this.#batches[this.#head];
    return batch === undefined ? undefined : now - batch.at;
  }
}

/** How often each lag came, to the second. */
export class Lags {
  readonly #counts = new Map<number, number>();
  #total = 0;

  add(lag: number, count: number): void {
    const second = Math.round(lag);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + count);
    this.#total += count;
  }

  /** @param share such as 0.95. @returns seconds; 0 where nothing was delivered. */
  quantile(share: number): number {
    let seen = 0;
    for (const [lag, count] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= share * this.#total) return lag;
    }
    return 0;
  }
}
