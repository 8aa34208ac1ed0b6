/** Waits for the delivery, and never for ever: it ends when all is done, when the worker ends, when nothing moves any more, or when the person has had enough. */
import type { WorkerProcess } from '../worker-process.ts';
import type { Delivery } from './delivery.ts';

const LOOK_EVERY_MS = 100;

export type Ending = 'over' | 'stalled' | 'worker-ended' | 'stopped';

export class Watch {
  readonly #patienceMs: number;
  #movedAt = performance.now();

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Something moved: patience begins anew. */
  moved(): void {
    this.#movedAt = performance.now();
  }

  /** @param look called ten times a second meanwhile. */
  async ending(delivery: Delivery, worker: WorkerProcess, signal: AbortSignal, look: () => void): Promise<Ending> {
    this.moved();
    return await new Promise((resolve) => {
      const end = (ending: Ending): void => {
        clearInterval(timer);
        delivery.off('change', changed);
        resolve(ending);
      };
      const changed = (): void => (delivery.isOver ? end('over') : this.moved());
      const timer = setInterval(() => {
        look();
        if (signal.aborted) end('stopped');
        else if (performance.now() - this.#movedAt > this.#patienceMs) end('stalled');
      }, LOOK_EVERY_MS);
      delivery.on('change', changed);
      void worker.exited().then(() => end('worker-ended'));
      changed();
    });
  }
}
