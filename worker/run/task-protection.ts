/**
 * Holds this task's scale-in protection while it has work, so that ECS ends idle tasks first. It never holds up or fails a line: nobody waits for its
 * calls, and a call that fails leaves the task as it is, open to scale-in, whose SIGTERM is a clean stop all the same.
 *
 * States:
 * - `open`: ECS may end the task. With work it takes protection, at once; but when it has held it for `maxMs` without a break, it rests first: it stays
 *   open for `restMs`. A break shorter than a rest is none, since ECS may not have looked meanwhile.
 * - `held`: ECS leaves the task alone until `endsAt`. Renewed at `renewAt` while it is wanted. Let go, back to `open`, after `quietMs` without work (so
 *   that a message now and then does not flip it), or `maxMs` after the hold began (or no deployment would ever end under a steady load). Renewals that
 *   fail until `endsAt`: `open`, too.
 * - `leaving`: the worker stops; the last call lets go, answered or not. ECS forgets an ended task anyway: this lets others have its share sooner.
 * - `off`: nothing is asked (any more). Not on ECS, not a task of a service, or stopped.
 *
 * How long a rest must be: AWS says that a deployment, or a desired count that was lowered, waits for protected tasks and ends them once they are not,
 * and names no time. No alarm has to fire anew for that, which would take minutes: the service's scheduler only has to come round once. The default of two
 * minutes is generous for it, on purpose: a rest too short undoes all of this, one too long only lets scale-in pick a busy task, which is a clean stop.
 *
 * One call is under way at a time, and after a failure none before the back-off. An answer that is lost costs little: a protection that nobody knows of
 * ends with its term. ECS allows 80 calls a second to all tasks of an account and region, 200 in a burst
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html): renewals are spread, lest tasks that began together ask together.
 */
import type { Observer, WorkerEvents } from '../observe/events.ts';
import { fullJitter, type BackoffRule } from './backoff.ts';
import type { AgentAnswer, AskAgent } from './ecs-agent.ts';

/** Times are milliseconds of the clock `now`. */
type State =
  | { readonly is: 'open'; readonly from: number; /** When the hold before it began. */ readonly heldFrom?: number }
  | { readonly is: 'held'; readonly since: number; readonly renewAt: number; readonly endsAt: number }
  | { readonly is: 'leaving' }
  | { readonly is: 'off' };

type Step = { readonly at: number } & (
  { readonly action: 'take' } | { readonly action: 'let-go'; readonly reason: 'quiet' | 'rest' | 'stop' }
);

export interface ProtectionOptions {
  /** Missing where there is no agent: then nothing ever happens. */
  readonly ask?: AskAgent;
  readonly observer: Observer;
  /** Term that ECS is asked for. */
  readonly minutes: number;
  readonly quietMs: number;
  readonly maxMs: number;
  readonly restMs: number;
  readonly retry: BackoffRule;
  readonly now?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** Renewed between 40 and 50 % of the term: the other half is for tries again. */
const RENEW = { from: 0.4, spread: 0.1 };

export class TaskProtection {
  readonly #options: ProtectionOptions;
  readonly #ask: AskAgent;
  readonly #now: () => number;
  readonly #random: () => number;
  #state: State;
  /** Pieces of work under way, and when one last ended. */
  #working = 0;
  #quietFrom = 0;
  #calling: AbortController | undefined;
  #failures = 0;
  #retryAt = 0;
  /** Reasons that were told since a call last succeeded. */
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProtectionOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
    this.#ask = options.ask ?? (() => Promise.reject(new Error('there is no agent to ask')));
    this.#state = options.ask ? { is: 'open', from: this.#now() } : { is: 'off' };
  }

  /** Runs the work at once, whatever ECS says; the task is protected meanwhile as far as ECS lets it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#working++;
    this.#advance();
    try {
      return await work();
    } finally {
      this.#working--;
      this.#quietFrom = this.#now();
      this.#advance();
    }
  }

  /** Lets go if there may be something to let go, without waiting for it. Nothing is asked afterwards. */
  stop(): void {
    const { is } = this.#state;
    if (is === 'off' || is === 'leaving') return;
    this.#state = is === 'held' || this.#calling ? { is: 'leaving' } : { is: 'off' };
    this.#calling?.abort();
    this.#advance();
  }

  /** Whether ECS has said that it leaves the task alone, and the term is not over. */
  get held(): boolean {
    return this.#state.is === 'held' && this.#now() < this.#state.endsAt;
  }

  /** Whether the last call failed. */
  get failing(): boolean {
    return this.#state.is !== 'off' && this.#failures > 0;
  }

  /** Makes the next call if it is time, or sets the timer for it. */
  #advance(): void {
    clearTimeout(this.#timer);
    // Its answer comes here again.
    if (this.#calling) return;
    this.#expire();
    const step = this.#next();
    if (!step) return;
    const waitMs = (this.#state.is === 'leaving' ? step.at : Math.max(step.at, this.#retryAt)) - this.#now();
    if (waitMs <= 0) void this.#make(step);
    else this.#timer = setTimeout(() => this.#advance(), Math.ceil(waitMs)).unref();
  }

  #expire(): void {
    const state = this.#state;
    if (state.is !== 'held' || this.#now() < state.endsAt) return;
    this.#open(state.endsAt, state.since, 'expired');
  }

  #next(): Step | undefined {
    const { maxMs, restMs, quietMs } = this.#options;
    const state = this.#state;
    switch (state.is) {
      case 'open': {
        if (this.#working === 0) return undefined;
        const overdue = state.heldFrom !== undefined && this.#now() - state.heldFrom >= maxMs;
        return { action: 'take', at: overdue ? state.from + restMs : state.from };
      }
      case 'held': {
        const quietAt = this.#working === 0 ? this.#quietFrom + quietMs : Infinity;
        const restAt = state.since + maxMs;
        const at = Math.min(quietAt, restAt);
        if (at <= this.#now() || at <= state.renewAt) return { action: 'let-go', reason: quietAt <= restAt ? 'quiet' : 'rest', at };
        return { action: 'take', at: state.renewAt };
      }
      case 'leaving':
        return { action: 'let-go', reason: 'stop', at: this.#now() };
      case 'off':
        return undefined;
      default:
        return state satisfies never;
    }
  }

  async #make(step: Step): Promise<void> {
    const calling = new AbortController();
    this.#calling = calling;
    const askedAt = this.#now();
    const answer = await this.#ask(step.action === 'take' ? this.#options.minutes : undefined, calling.signal);
    this.#calling = undefined;
    if (step.action === 'let-go' && step.reason === 'stop') this.#left(answer);
    // Of a call that the stop cut off nothing is learnt.
    else if (this.#state.is !== 'leaving') this.#answered(step, answer, askedAt);
    this.#advance();
  }

  #answered(step: Step, answer: AgentAnswer, askedAt: number): void {
    if (!answer.ok) return this.#failed(step, answer);
    this.#failures = 0;
    this.#told.clear();
    if (step.action === 'take') this.#hold(askedAt);
    else if (this.#state.is === 'held') this.#open(this.#now(), this.#state.since, step.reason);
  }

  /** From when it was asked for: ECS counts from a little later. */
  #hold(from: number): void {
    const state = this.#state;
    const termMs = this.#options.minutes * 60_000;
    const term = { renewAt: from + termMs * (RENEW.from + RENEW.spread * this.#random()), endsAt: from + termMs };
    if (state.is === 'held') this.#state = { ...state, ...term };
    if (state.is !== 'open') return;
    const unbroken = from - state.from < this.#options.restMs;
    this.#state = { is: 'held', since: (unbroken ? state.heldFrom : undefined) ?? from, ...term };
    this.#options.observer.emit('protection:change', { protected: true, reason: 'work' });
  }

  #open(from: number, heldFrom: number, reason: WorkerEvents['protection:change']['reason']): void {
    this.#state = { is: 'open', from, heldFrom };
    this.#options.observer.emit('protection:change', { protected: false, reason });
  }

  #left(answer: AgentAnswer): void {
    this.#state = { is: 'off' };
    if (answer.ok) this.#options.observer.emit('protection:change', { protected: false, reason: 'stop' });
  }

  #failed({ action }: Step, { reason, detail, forGood }: Extract<AgentAnswer, { ok: false }>): void {
    this.#retryAt = this.#now() + fullJitter(this.#failures++, this.#options.retry, this.#random());
    // It may have been let go all the same: to be renewed at once if it is wanted again.
    if (action === 'let-go' && this.#state.is === 'held') this.#state = { ...this.#state, renewAt: this.#now() };
    if (forGood) this.#state = { is: 'off' };
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#options.observer.emit('protection:fail', { action, reason, detail, givenUp: forGood });
  }
}
