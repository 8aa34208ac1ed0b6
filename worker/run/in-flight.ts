/** A few pieces of work under way at once, with a place to wait for the next; the first failure stops the starting of more. */
export class InFlight {
  readonly #max: number;
  readonly #open = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Waits until fewer than `max` are under way.
   * @throws the first failure of earlier work: no more should be begun.
   */
  async room(): Promise<void> {
    while (this.#open.size >= this.#max) await Promise.race(this.#open);
    this.#throwFailure();
  }

  /** Starts the work without waiting for it; its failure comes out of `room` and `settled`. */
  start(work: () => Promise<void>): void {
    const going: Promise<void> = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#open.delete(going));
    this.#open.add(going);
  }

  /**
   * Waits for all that is under way.
   * @throws the first failure, once nothing is under way any more.
   */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
