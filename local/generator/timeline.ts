/** When generated lines were written: near now, or from a given start on. It never goes back, and never past now unless told to start there. */
import { fromMs, type Instant } from './instant.ts';

/** Between two lines of a pod, on average: lively, and 10,000 lines still fit into a minute. */
const NS_BETWEEN_LINES = 5_000_000n;

export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

export class Timeline {
  readonly #simulated: boolean;
  readonly #now: () => number;
  #end: Instant;

  /** @param startMs milliseconds since 1970; absent: lines are of the moments before `now()`. */
  constructor(startMs: number | undefined, now: () => number) {
    this.#simulated = startMs !== undefined;
    this.#now = now;
    this.#end = fromMs(startMs ?? 0);
  }

  /** The time over which the next `lines` lines were written. It begins where the last one ended, or later. */
  next(lines: number): Span {
    const length = BigInt(lines) * NS_BETWEEN_LINES;
    const to = this.#simulated ? this.#end + length : latest(fromMs(this.#now()), this.#end);
    const span = { from: latest(to - length, this.#end), to };
    this.#end = to;
    return span;
  }

  /** A pause before the next lines; by the clock on the wall it passes by itself. */
  pause(ms: number): void {
    if (this.#simulated) this.#end += fromMs(ms);
  }
}

function latest(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}
