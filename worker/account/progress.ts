/**
 * Up to where an object is settled (pure). Windows are settled in any order; the checkpoint moves over them in their own, and stands at line borders only, so that
 * whoever goes on there sends no line twice and leaves none out.
 */
import type { ReadingPoint } from '../batch/windows.ts';
import type { Window } from '../batch/window.ts';
import type { LineCounts } from '../observe/events.ts';

/** All lines before it have left the worker for good, as its counts say. */
export interface Checkpoint extends ReadingPoint, Omit<LineCounts, 'read'> {}

interface Settled {
  readonly window: Window;
  readonly counts: LineCounts;
}

/** Nothing has been settled. */
export const START: Checkpoint = { offset: 0, line: 0, shape: 'lines', accepted: 0, filtered: 0, quarantined: 0, rejected: 0 };

export class Progress {
  /** Settled, but one before them is not; by their index. */
  readonly #ahead = new Map<number, Settled>();
  #next = 0;
  /** Behind the last settled window in order, wherever that ends. */
  #reached: Checkpoint;
  #checkpoint: Checkpoint;

  constructor(from: Checkpoint = START) {
    this.#reached = from;
    this.#checkpoint = from;
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** @returns whether the checkpoint has moved. */
  add(window: Window, counts: LineCounts): boolean {
    this.#ahead.set(window.index, { window, counts });
    const before = this.#checkpoint;
    for (let next = this.#ahead.get(this.#next); next; next = this.#ahead.get(this.#next)) this.#pass(next);
    return this.#checkpoint !== before;
  }

  #pass({ window, counts }: Settled): void {
    this.#ahead.delete(this.#next++);
    const { accepted, filtered, quarantined, rejected } = this.#reached;
    this.#reached = {
      offset: window.endOffset,
      line: window.endLine,
      shape: window.shape,
      accepted: accepted + counts.accepted,
      filtered: filtered + counts.filtered,
      quarantined: quarantined + counts.quarantined,
      rejected: rejected + counts.rejected,
    };
    if (window.endsAtLineBorder) this.#checkpoint = this.#reached;
  }
}
