/** How far the delivery is, by what the worker says in its log; it knows nothing of what really stands in CloudWatch Logs. */
import { EventEmitter } from 'node:events';
import { LogferryError } from '../../worker/errors.ts';
import type { EventName } from '../../worker/observe/events.ts';
import type { LogLine } from '../worker-process.ts';
import { customerOf } from './customer.ts';
import type { DemoObject } from './demo-object.ts';

export interface Progress {
  readonly objects: number;
  readonly objectsDone: number;
  readonly lines: number;
  /** Since the first object was begun. */
  readonly linesPerSecond: number;
  /** Of the last object: from its upload to its delivery. */
  readonly lagMs: number;
}

interface Span {
  fromMs: number;
  toMs: number;
  lines: number;
}

/** Emits `change` whenever something moved. */
export class Delivery extends EventEmitter<{ change: [] }> {
  readonly #objects: number;
  /** Neither delivered nor given up, by key. */
  readonly #pending: Map<string, DemoObject>;
  /** Given up by the worker, and why. */
  readonly #failed = new Map<string, string>();
  readonly #spans = new Map<string, Span>();
  #lines = 0;
  #lagMs = 0;

  constructor(objects: readonly DemoObject[]) {
    super();
    this.#objects = objects.length;
    this.#pending = new Map(objects.map((object) => [object.key, object]));
  }

  /** A line of the worker's log. */
  take(line: LogLine): void {
    if (is(line, 'object:done')) this.#done(line);
    else if (is(line, 'object:skip')) this.#giveUp(line.key, `skipped: ${line.reason}`);
    else if (is(line, 'object:fail')) this.#fail(line);
  }

  /** Nothing more is to be waited for, though some objects may have been given up. */
  get isOver(): boolean {
    return this.#pending.size === 0;
  }

  get progress(): Progress {
    const spans = [...this.#spans.values()];
    const seconds = (Math.max(...spans.map(({ toMs }) => toMs)) - Math.min(...spans.map(({ fromMs }) => fromMs))) / 1000;
    return {
      objects: this.#objects,
      objectsDone: this.#objects - this.#pending.size,
      lines: this.#lines,
      linesPerSecond: seconds > 0 ? this.#lines / seconds : 0,
      lagMs: this.#lagMs,
    };
  }

  /** From the customer's first object begun to the last one delivered. */
  linesPerSecond(customer: string): number {
    const span = this.#spans.get(customer);
    return span === undefined || span.toMs <= span.fromMs ? 0 : (span.lines * 1000) / (span.toMs - span.fromMs);
  }

  /** What has not arrived, by customer and reason, for people. */
  get missing(): { readonly customer: string; readonly reason: string; readonly objects: number }[] {
    const counts = new Map<string, number>();
    for (const key of new Set([...this.#failed.keys(), ...this.#pending.keys()])) {
      const reason = this.#failed.get(key) ?? 'not delivered yet';
      const group = `${customerOf(key)}\n${reason}`;
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    return [...counts].map(([group, objects]) => {
      const [customer = '', reason = ''] = group.split('\n');
      return { customer, reason, objects };
    });
  }

  #done({ key, time, read, durationMs, lagMs, tenant }: LogLine<'object:done'>): void {
    if (!this.#pending.delete(key)) return;
    this.#failed.delete(key);
    const toMs = Date.parse(time);
    const span = this.#spans.get(tenant) ?? { fromMs: Infinity, toMs, lines: 0 };
    span.fromMs = Math.min(span.fromMs, toMs - durationMs);
    span.toMs = Math.max(span.toMs, toMs);
    span.lines += read;
    this.#spans.set(tenant, span);
    this.#lines += read;
    this.#lagMs = lagMs;
    this.emit('change');
  }

  /** Most faults pass, or may: the object comes again. What a dead letter was made of never does. */
  #fail({ key, code, detail }: LogLine<'object:fail'>): void {
    if (new LogferryError(code, detail).fault.disposition === 'dead-letter') return this.#giveUp(key, code);
    if (this.#pending.has(key)) this.#failed.set(key, code);
  }

  #giveUp(key: string, reason: string): void {
    this.#failed.set(key, reason);
    this.#pending.delete(key);
    this.emit('change');
  }
}

function is<N extends EventName>(line: LogLine, event: N): line is LogLine & LogLine<N> {
  return line.event === event;
}
