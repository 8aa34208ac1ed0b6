/** A task that works, an agent that answers as the test wants, and a clock of the test's own: fake timers must be on. */
import { vi } from 'vitest';
import type { AgentAnswer } from '../../../worker/run/ecs-agent.ts';
import { TaskProtection, type ProtectionOptions } from '../../../worker/run/task-protection.ts';
import { Facts } from '../../support/facts.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const OK: AgentAnswer = { ok: true };
export const failure = (reason = 'ThrottlingException', forGood = false): AgentAnswer => ({ ok: false, reason, detail: 'detail', forGood });

/** A task, an agent, and a line for each call: when (in seconds), and what was asked. */
export class Scene {
  readonly facts = new Facts('protection:change', 'protection:fail');
  readonly protection: TaskProtection;
  readonly calls: string[] = [];
  answer: () => AgentAnswer | Promise<AgentAnswer> = () => OK;
  underWay = 0;
  mostUnderWay = 0;
  readonly #begin = performance.now();
  readonly #ends: (() => void)[] = [];

  constructor(options: Partial<ProtectionOptions> = {}) {
    this.protection = new TaskProtection({
      ask: async (minutes, signal) => {
        this.calls.push(`${this.seconds}s ${minutes === undefined ? 'let go' : `take ${minutes}`}`);
        this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
        const aborted = new Promise<AgentAnswer>((resolve) => signal.addEventListener('abort', () => resolve(failure('AbortError'))));
        const answer = await Promise.race([this.answer(), aborted]);
        this.underWay--;
        return answer;
      },
      observer: this.facts.observer,
      minutes: 10,
      quietMs: 60 * SECOND,
      maxMs: 30 * MINUTE,
      restMs: 120 * SECOND,
      retry: { baseMs: 4 * SECOND, maxMs: 32 * SECOND },
      random: () => 0.5,
      ...options,
    });
  }

  get seconds(): number {
    return Math.round((performance.now() - this.#begin) / SECOND);
  }

  /** Begins a piece of work. */
  begin(): void {
    const end = Promise.withResolvers<void>();
    this.#ends.push(end.resolve);
    void this.protection.during(() => end.promise);
  }

  /** Ends the oldest. */
  async end(): Promise<void> {
    this.#ends.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  }

  /** Lets the time go by. @returns the calls made meanwhile. */
  async pass(ms: number): Promise<string[]> {
    const before = this.calls.length;
    await vi.advanceTimersByTimeAsync(ms);
    return this.calls.slice(before);
  }
}
