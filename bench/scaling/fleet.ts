/** The service's tasks: they take time to start, and are ended only when they are not protected, as worker/run/task-protection.ts does it. */
import { between, type Random } from './random.ts';
import type { Assumptions } from './assumptions.ts';

interface Task {
  readonly readyAt: number;
  workedAt: number;
  /** Since when it is protected, or from when it may be again. */
  heldSince: number | undefined;
  restUntil: number;
}

export class Fleet {
  #tasks: Task[] = [];
  readonly #random: Random;
  readonly #assumptions: Assumptions;

  constructor(count: number, random: Random, assumptions: Assumptions) {
    this.#random = random;
    this.#assumptions = assumptions;
    this.#tasks = Array.from({ length: count }, () => task(0));
  }

  /** All that are paid for. */
  get count(): number {
    return this.#tasks.length;
  }

  running(now: number): number {
    return this.#tasks.filter(({ readyAt }) => readyAt <= now).length;
  }

  /** Starts what is missing; ends what is too much: first those that only start, then those that are not protected. */
  reconcile(desired: number, now: number): void {
    while (this.#tasks.length < desired) this.#tasks.push(task(now + between(this.#random, ...this.#assumptions.start)));
    for (let surplus = this.#tasks.length - desired; surplus > 0; surplus--) {
      const victim = this.#tasks.find(({ readyAt }) => readyAt > now) ?? this.#tasks.find(({ heldSince }) => heldSince === undefined);
      if (victim === undefined) return;
      this.#tasks.splice(this.#tasks.indexOf(victim), 1);
    }
  }

  /** @param objects that each running task got on average in the last `seconds`. */
  work(objects: number, now: number): void {
    const none = Math.exp(-objects);
    for (const one of this.#tasks) {
      if (one.readyAt > now) continue;
      if (this.#random() >= none) one.workedAt = now;
      this.#protect(one, now);
    }
  }

  #protect(one: Task, now: number): void {
    const { protectionQuiet, protectionMax, protectionRest } = this.#assumptions;
    if (one.heldSince === undefined) {
      if (one.workedAt === now && now >= one.restUntil) one.heldSince = now;
    } else if (now - one.workedAt >= protectionQuiet) {
      one.heldSince = undefined;
    } else if (now - one.heldSince >= protectionMax) {
      one.heldSince = undefined;
      one.restUntil = now + protectionRest;
    }
  }
}

function task(readyAt: number): Task {
  return { readyAt, workedAt: -Infinity, heldSince: undefined, restUntil: 0 };
}
