/**
 * The two degrees of a stop: `drain` takes no more work, `force` ends what is under way. The first signal drains and forces when the grace is over;
 * a second signal forces at once. It decides nothing over messages: those who see the signals do.
 */
import { LogferryError } from '../errors.ts';
import type { StopSignals } from '../message.ts';

export class Shutdown {
  readonly #drain = new AbortController();
  readonly #force = new AbortController();
  readonly #graceMs: number;
  #grace: NodeJS.Timeout | undefined;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  get signals(): StopSignals {
    return { drain: this.#drain.signal, force: this.#force.signal };
  }

  /** Whether work had to be ended. */
  get forced(): boolean {
    return this.#force.signal.aborted;
  }

  /** The first call drains, a further one forces. */
  request(reason: string): void {
    if (this.#drain.signal.aborted) return this.force(`${reason} again`);
    this.#grace = setTimeout(() => this.force('the grace is over'), this.#graceMs);
    this.#drain.abort(new LogferryError('stopping', `the worker is stopping: ${reason}`));
  }

  force(reason: string): void {
    clearTimeout(this.#grace);
    this.#force.abort(new LogferryError('stopping', `the worker was told to stop at once: ${reason}`));
  }

  /** Everything is done: the grace need not run out. */
  done(): void {
    clearTimeout(this.#grace);
  }

  /** Resolves with the reason when a stop is first asked for. */
  async requested(): Promise<string> {
    const { signal } = this.#drain;
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    return (signal.reason as Error).message;
  }
}
