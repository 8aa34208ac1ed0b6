/**
 * The memory that all open windows share. Who wants more than is left waits, first come first served; and if somebody has to wait while others
 * hold bytes only to wait for their account, the one that has waited longest is told to give its place up. Not before it has waited for a while: its
 * object is begun anew, which costs doubles.
 */

/** A holder that makes no progress: it waits for a throttled or slow account. */
export interface Stalled {
  /** Asked to let go of its bytes; it must do so soon. */
  evict(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly holder: Stalled | undefined;
  readonly admit: () => void;
}

interface Stall {
  readonly holder: Stalled;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export class ByteBudget {
  readonly #total: number;
  #held = 0;
  readonly #waiters: Waiter[] = [];
  /** In the order in which they stalled. */
  readonly #stalled = new Set<Stall>();
  readonly #evictAfterMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param evictAfterMs how long a holder may wait for its account before others may have its place. */
  constructor(totalBytes: number, evictAfterMs: number) {
    this.#total = totalBytes;
    this.#evictAfterMs = evictAfterMs;
  }

  /**
   * Waits until `bytes` are free, or nothing is held at all (one window may be larger than the whole budget).
   * @param holder for whom: nobody is evicted for the sake of itself.
   * @throws the signal's reason when it is aborted first.
   */
  async acquire(bytes: number, signal: AbortSignal, holder?: Stalled): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiters.length === 0 && this.#fits(bytes)) {
      this.#held += bytes;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.#admit();
      };
      const admit = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const waiter: Waiter = { bytes, holder, admit };
      this.#waiters.push(waiter);
      signal.addEventListener('abort', leave, { once: true });
      this.#makeRoom();
    });
  }

  /** Corrects what was acquired to what is really held: `bytes` may be negative. Never waits. */
  adjust(bytes: number): void {
    this.#held += bytes;
    if (bytes < 0) this.#admit();
  }

  release(bytes: number): void {
    this.adjust(-bytes);
  }

  /** Says that the holder waits for its account from now on, until the returned function is called. */
  stall(holder: Stalled): () => void {
    const stall = { holder, since: Date.now() };
    this.#stalled.add(stall);
    if (this.#waiters.length > 0) this.#makeRoom();
    return () => void this.#stalled.delete(stall);
  }

  /** Evicts the holder that has waited longest, if it has waited long enough: its place is needed, for its bytes or for another reason. */
  evictOldest(): void {
    const [oldest] = this.#stalled;
    if (oldest && Date.now() - oldest.since >= this.#evictAfterMs) this.#evict(oldest.holder);
  }

  get held(): number {
    return this.#held;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#total;
  }

  #admit(): void {
    for (let first = this.#waiters[0]; first && this.#fits(first.bytes); first = this.#waiters[0]) {
      this.#waiters.shift();
      this.#held += first.bytes;
      first.admit();
    }
    if (this.#waiters.length > 0) this.#makeRoom();
  }

  /** One at a time: its bytes come back through `release`, which looks again. */
  #makeRoom(): void {
    clearTimeout(this.#timer);
    for (const { holder, since } of this.#stalled) {
      if (this.#waiters.every((waiter) => waiter.holder === holder)) continue;
      const leftMs = since + this.#evictAfterMs - Date.now();
      if (leftMs <= 0) return this.#evict(holder);
      // Those behind are younger still.
      this.#timer = setTimeout(() => this.#admit(), leftMs);
      return;
    }
  }

  #evict(holder: Stalled): void {
    for (const stall of this.#stalled) if (stall.holder === holder) this.#stalled.delete(stall);
    holder.evict();
  }
}
