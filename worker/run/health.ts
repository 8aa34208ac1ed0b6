/**
 * Whether work can be taken, and why not. A fault of our own side pauses intake, longer each time while it lasts; the next object or receive that
 * comes through clears it. It never decides over a message.
 */
import type { Observer } from '../observe/events.ts';
import { pause } from './backoff.ts';

/** Longest pause between two tries of a dependency that stays ill. */
const MAX_PAUSE_MS = 60_000;

interface Illness {
  readonly detail: string;
  readonly times: number;
  readonly until: number;
}

export class Health {
  readonly #ill = new Map<string, Illness>();
  readonly #observer: Observer;
  readonly #pauseMs: number;
  readonly #now: () => number;
  #started = false;
  #draining = false;

  constructor(options: { observer: Observer; pauseMs: number; now?: () => number }) {
    this.#observer = options.observer;
    this.#pauseMs = options.pauseMs;
    this.#now = options.now ?? Date.now;
  }

  /** `part` names the dependency or the fault's code; `detail` is for the person who asks /readyz. */
  fault(part: string, detail: string): void {
    const before = this.#ill.get(part);
    // Faults of work that was under way when the pause began are no further evidence.
    if (before && this.#now() < before.until) return;
    const times = (before?.times ?? 0) + 1;
    const pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2 ** Math.min(times - 1, 10));
    this.#ill.set(part, { detail, times, until: this.#now() + pauseMs });
    this.#tell();
  }

  clear(part: string): void {
    if (this.#ill.delete(part)) this.#tell();
  }

  /** There is nothing to try: faults whose pause is over are taken for past, or a worker without work would stay unready for good. */
  idle(): void {
    for (const [part, { until }] of this.#ill) if (until <= this.#now()) this.clear(part);
  }

  started(): void {
    this.#started = true;
    this.#tell();
  }

  draining(): void {
    this.#draining = true;
    this.#tell();
  }

  /** Empty when work can be taken. */
  get reasons(): string[] {
    const faults = [...this.#ill].map(([part, { detail }]) => `${part}: ${detail}`);
    return [...(this.#started ? [] : ['starting']), ...(this.#draining ? ['stopping'] : []), ...faults];
  }

  /**
   * Waits out the pauses of all current faults.
   * @throws the signal's reason when it is aborted first.
   */
  async gate(signal: AbortSignal): Promise<void> {
    for (;;) {
      const until = Math.max(0, ...[...this.#ill.values()].map((illness) => illness.until));
      if (until <= this.#now()) return;
      await pause(until - this.#now(), signal);
    }
  }

  #tell(): void {
    const { reasons } = this;
    this.#observer.emit('worker:readiness', { ready: reasons.length === 0, reasons });
  }
}
