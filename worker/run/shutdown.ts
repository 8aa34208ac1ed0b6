/**
 * The degrees of a stop: `drain` takes no more work, `windUp` reads no more of the objects under way, `force` ends what is under way. The first signal drains,
 * winds up before the grace is over, so that what is being put can be answered, and forces when it is;
 * a second signal forces at once. It decides nothing over messages: those who see the signals do.
 */
import { LogferryError } from '../errors.ts';
import type { StopSignals } from '../message.ts';

export class Shutdown {
  readonly #drain = new AbortController();
  readonly #force = new AbortController();
  readonly #windUp = new AbortController();
  readonly #graceMs: number;
  readonly #windUpMs: number;
  #timers: NodeJS.Timeout[] = [];

  /** @param windUpMs of the grace, at its end, in which what is being put is finished and nothing more is read. */
  constructor(graceMs: number, windUpMs = 0) {
    this.#graceMs = graceMs;
    this.#windUpMs = windUpMs;
  }

  get signals(): StopSignals {
    return { drain: this.#drain.signal, windUp: this.#windUp.signal, force: this.#force.signal };
  }

  /** Whether work had to be ended. */
  get forced(): boolean {
    return this.#force.signal.aborted;
  }

  /** The first call drains, a further one forces. */
  request(reason: string): void {
    if (this.#drain.signal.aborted) return this.force(`${reason} again`);
    const windUp = () => this.#windUp.abort(new LogferryError('stopping', 'the worker is stopping: the grace ends soon'));
    this.#timers = [
      setTimeout(windUp, Math.max(0, this.#graceMs - this.#windUpMs)),
      setTimeout(() => this.force('the grace is over'), this.#graceMs),
    ];
    this.#drain.abort(new LogferryError('stopping', `the worker is stopping: ${reason}`));
  }

  force(reason: string): void {
    this.done();
    const error = new LogferryError('stopping', `the worker was told to stop at once: ${reason}`);
    this.#windUp.abort(error);
    this.#force.abort(error);
  }

  /** Everything is done: the grace need not run out. */
  done(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Resolves with the reason when a stop is first asked for. */
  async requested(): Promise<string> {
    const { signal } = this.#drain;
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    return (signal.reason as Error).message;
  }
}
