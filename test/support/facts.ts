/** What an observer was told, in order. */
import { Observer, type EventName, type WorkerEvents } from '../../worker/observe/events.ts';

export class Facts {
  readonly observer = new Observer();
  readonly #facts: { readonly name: EventName; readonly fact: unknown }[] = [];

  constructor(...names: readonly EventName[]) {
    for (const name of names) this.observer.on(name, (fact) => this.#facts.push({ name, fact }));
  }

  get names(): EventName[] {
    return this.#facts.map(({ name }) => name);
  }

  of<N extends EventName>(name: N): WorkerEvents[N][] {
    return this.#facts.filter((one) => one.name === name).map(({ fact }) => fact as WorkerEvents[N]);
  }
}
