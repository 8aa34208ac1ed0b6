/** One customer's lines, as multisets of messages a stream, against the events that are found there (pure). The order of events is not looked at. */
import type { DemoObject } from './demo-object.ts';
import { streamOf } from './customer.ts';

/** The largest event that CloudWatch Logs takes, and what it counts on top of each message. */
const [MAX_EVENT_BYTES, EVENT_OVERHEAD_BYTES] = [1_048_576, 26];
/** How the worker marks the parts of a message that is too large for one event. */
const PART = /^\[part (\d+)\/(\d+)\] /;

export interface Balance {
  /** Lines that went in. */
  readonly written: number;
  /** Events that stand in the customer's streams. */
  readonly found: number;
  /** Lines without a character, which CloudWatch Logs takes none of: they are rightly not there. */
  readonly empty: number;
  readonly lost: number;
  /** Events more than lines that say so. */
  readonly duplicated: number;
  /** Events that no line of this customer says. */
  readonly foreign: number;
}

interface Stream {
  /** Per message: how many times it is still to be found. */
  readonly missing: Map<string, number>;
  readonly unknown: string[];
}

export class Expectation {
  readonly #streams = new Map<string, Stream>();
  #written = 0;
  #empty = 0;
  #found = 0;
  #duplicated = 0;

  constructor(objects: Iterable<DemoObject>) {
    for (const { key, messages } of objects) this.#expect(this.#stream(streamOf(key)), messages);
  }

  #expect({ missing }: Stream, messages: readonly string[]): void {
    this.#written += messages.length;
    for (const message of messages) {
      if (message === '') this.#empty += 1;
      else missing.set(message, (missing.get(message) ?? 0) + 1);
    }
  }

  /** An event as it stands in the customer's account. */
  find(stream: string, message: string): void {
    this.#found += 1;
    const { missing, unknown } = this.#stream(stream);
    const left = missing.get(message);
    if (left === undefined) unknown.push(message);
    else if (left === 0) this.#duplicated += 1;
    else missing.set(message, left - 1);
  }

  /** Once all events were told. */
  balance(): Balance {
    let [lost, foreign] = [0, 0];
    for (const stream of this.#streams.values()) {
      const unknown = joinParts(stream);
      lost += [...stream.missing.values()].reduce((sum, left) => sum + left, 0);
      foreign += unknown;
    }
    return { written: this.#written, found: this.#found, empty: this.#empty, lost, duplicated: this.#duplicated, foreign };
  }

  #stream(name: string): Stream {
    let stream = this.#streams.get(name);
    if (!stream) this.#streams.set(name, (stream = { missing: new Map(), unknown: [] }));
    return stream;
  }
}

export function isExact({ lost, duplicated, foreign }: Balance): boolean {
  return lost === 0 && duplicated === 0 && foreign === 0;
}

/** Finds the messages that are too large for an event in their parts. @returns how many events are left over. */
function joinParts({ missing, unknown }: Stream): number {
  const parts = new Map<string, string[]>();
  let used = 0;
  for (const event of unknown) {
    const prefix = PART.exec(event)?.[0] ?? '';
    if (prefix !== '') parts.set(prefix, [...(parts.get(prefix) ?? []), event.slice(prefix.length)]);
  }
  const counts = new Set([...parts.keys()].map((prefix) => Number(PART.exec(prefix)?.[2])));
  for (const [message, times] of missing) {
    if (Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES <= MAX_EVENT_BYTES) continue;
    for (let left = times; left > 0; left--) {
      const count = [...counts].find((count) => takeParts(message, count, parts));
      if (count === undefined) break;
      used += count;
      missing.set(message, left - 1);
    }
  }
  return unknown.length - used;
}

/** Takes parts out that make up the message. @returns whether there were such; otherwise all stay. */
function takeParts(message: string, count: number, parts: Map<string, string[]>): boolean {
  const taken: { bodies: string[]; at: number }[] = [];
  let rest = message;
  for (let part = 1; part <= count; part++) {
    const bodies = parts.get(`[part ${part}/${count}] `) ?? [];
    const at = bodies.findIndex((body) => (part === count ? rest === body : rest.startsWith(body)));
    const body = bodies[at];
    if (body === undefined) return false;
    taken.push({ bodies, at });
    rest = rest.slice(body.length);
  }
  for (const { bodies, at } of taken) bodies.splice(at, 1);
  return true;
}
