/** Events in the order of their times, those of one time as they came. Sorted only when it is read: puts may come in any order and must be quick. */

export interface StoredEvent {
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
  /** When it was put, in ms since 1970 by the emulator's clock. */
  readonly ingestionTime: number;
  /** Counts up over all events of the emulator; with the time it is an event's place. */
  readonly seq: number;
}

/** A border between events: before the event at this very place. */
export interface Mark {
  readonly timestamp: number;
  readonly seq: number;
}

export class Timeline {
  #events: StoredEvent[] = [];
  #sorted = true;

  push(event: StoredEvent): void {
    const last = this.#events.at(-1);
    if (last !== undefined && last.timestamp > event.timestamp) this.#sorted = false;
    this.#events.push(event);
  }

  /** In order. Not to be kept: it changes with the next put. */
  all(): readonly StoredEvent[] {
    if (!this.#sorted) {
      this.#events.sort((one, other) => one.timestamp - other.timestamp || one.seq - other.seq);
      this.#sorted = true;
    }
    return this.#events;
  }

  /** The index of the first event that is not before the mark. */
  indexOf({ timestamp, seq }: Mark): number {
    const events = this.all();
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = events[middle];
      if (event !== undefined && (event.timestamp < timestamp || (event.timestamp === timestamp && event.seq < seq))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets those that were put up to `seq`, or that came by one stream. */
  drop(gone: (event: StoredEvent) => boolean): void {
    this.#events = this.#events.filter((event) => !gone(event));
  }
}
