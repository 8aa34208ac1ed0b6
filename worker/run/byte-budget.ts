/**
 * The memory that all open windows share. Who wants more than is left waits, first come first served; and if somebody has to wait while others
 * hold bytes only to wait for their account, the one that has waited longest is told to give its place up.
 */

/** A holder that makes no progress: it waits for a throttled or slow account. */
export interface Stalled {
  /** Asked to let go of its bytes; it must do so soon. */
  evict(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

export class ByteBudget {
  readonly #total: number;
  #held = 0;
  readonly #waiters: Waiter[] = [];
  /** In the order in which they stalled. */
  readonly #stalled = new Set<Stalled>();

  constructor(totalBytes: number) {
    this.#total = totalBytes;
  }

  /**
   * Waits until `bytes` are free, or nothing is held at all (one window may be larger than the whole budget).
   * @throws the signal's reason when it is aborted first.
   */
  async acquire(bytes: number, signal: AbortSignal): Promise<void> {
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
      const waiter: Waiter = { bytes, admit };
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

  /** Says that the holder waits for its account, until the returned function is called. */
  stall(holder: Stalled): () => void {
    this.#stalled.add(holder);
    if (this.#waiters.length > 0) this.#makeRoom();
    return () => void this.#stalled.delete(holder);
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
    const [oldest] = this.#stalled;
    if (!oldest) return;
    this.#stalled.delete(oldest);
    oldest.evict();
  }
}
