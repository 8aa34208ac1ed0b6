/**
 * How much may be held: messages, bytes of bodies, and a share for each tenant. Waiting here is the back-pressure on receiving. A tenant's
 * surplus is not taken in, so that it does not stand before the others.
 */
export interface AdmissionLimits {
  readonly objects: number;
  readonly bytes: number;
  readonly tenantShare: number;
  /** Asked while somebody waits: to give up what only waits itself. */
  readonly makeRoom?: () => void;
}

/** How often room is asked for while somebody waits for a place. */
const MAKE_ROOM_MS = 1000;

/** A place that was taken; `release` it exactly once. */
export interface Place {
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #tenants = new Map<string, number>();
  readonly #waiters: Waiter[] = [];
  #objects = 0;
  #bytes = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place, waiting while everything is full.
   * @returns undefined when the tenant holds its share already.
   * @throws the signal's reason when it is aborted first.
   */
  async admit(tenant: string, bytes: number, signal: AbortSignal): Promise<Place | undefined> {
    signal.throwIfAborted();
    if ((this.#tenants.get(tenant) ?? 0) >= this.#limits.tenantShare) return undefined;
    // Counted before the wait: what waits for a place is held, too.
    this.#tenants.set(tenant, (this.#tenants.get(tenant) ?? 0) + 1);
    try {
      await this.#room(bytes, signal);
    } catch (error) {
      this.#leave(tenant);
      throw error;
    }
    return { release: () => this.#release(tenant, bytes) };
  }

  get held(): number {
    return this.#objects;
  }

  async #room(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#waiters.length === 0 && this.#fits(bytes)) return this.#take(bytes);
    let asking: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        bytes,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#waiters.push(waiter);
      // One asks for all: twenty that wait must not have twenty objects begun anew each second.
      asking = setInterval(() => {
        if (this.#waiters[0] === waiter) this.#limits.makeRoom?.();
      }, MAKE_ROOM_MS);
      signal.addEventListener('abort', leave, { once: true });
    }).finally(() => clearInterval(asking));
  }

  #fits(bytes: number): boolean {
    if (this.#objects === 0) return true;
    return this.#objects < this.#limits.objects && this.#bytes + bytes <= this.#limits.bytes;
  }

  #take(bytes: number): void {
    this.#objects++;
    this.#bytes += bytes;
  }

  #release(tenant: string, bytes: number): void {
    this.#objects--;
    this.#bytes -= bytes;
    this.#leave(tenant);
    for (let first = this.#waiters[0]; first && this.#fits(first.bytes); first = this.#waiters[0]) {
      this.#waiters.shift();
      this.#take(first.bytes);
      first.admit();
    }
  }

  #leave(tenant: string): void {
    const held = (this.#tenants.get(tenant) ?? 0) - 1;
    if (held > 0) this.#tenants.set(tenant, held);
    else this.#tenants.delete(tenant);
  }
}
