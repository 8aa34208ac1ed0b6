/** The emulator's clock: real time, moved forward or back by a test. It never touches the process's own time. */
import type { Clock } from './service.ts';

export class SettableClock implements Clock {
  #offsetMs = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Makes it `ms` since 1970 now; the clock runs on from there. */
  set(ms: number): void {
    this.#offsetMs = ms - Date.now();
  }

  /** Moves it forward by `ms`, or back by a negative one. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}
