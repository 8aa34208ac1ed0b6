/** What a stream has accepted, in numbers that the order of arrival does not change: count, bytes, hash. It keeps no event. */
import type { InputEvent } from './put-log-events.ts';

/** Both halves of an event's hash, 32 bits each. */
type Hash = readonly [low: number, high: number];

export class Tally {
  events = 0;
  /** As AWS counts them: each message's UTF-8 bytes + 26. */
  bytes = 0;
  #low = 0;
  #high = 0;

  /** @param bytes what these count together. */
  add(events: readonly InputEvent[], from: number, to: number, bytes: number): void {
    for (let at = from; at < to; at++) {
      const event = events[at];
      if (event !== undefined) this.#addHash(hashEvent(event));
    }
    this.events += Math.max(0, to - from);
    this.bytes += bytes;
  }

  /** Adds what another has counted, as if the events had come here. */
  merge(other: Tally): void {
    this.events += other.events;
    this.bytes += other.bytes;
    this.#addHash([other.#low, other.#high]);
  }

  /** The sum of the events' hashes in 16 hexadecimal digits: equal for the same events in any order; a doubled one changes it. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => half.toString(16).padStart(8, '0')).join('');
  }

  #addHash([low, high]: Hash): void {
    this.#low = (this.#low + low) >>> 0;
    this.#high = (this.#high + high) >>> 0;
  }
}

/** What a test expects a stream's tally to be. @param events in any order. */
export function tallyOf(events: readonly InputEvent[]): Tally {
  const tally = new Tally();
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
  tally.add(events, 0, events.length, bytes);
  return tally;
}

/**
 * cyrb53's mixing (bryc, public domain) over the message's code units, seeded by the time: about a nanosecond a character, where a cryptographic hash
 * would be dearer than all the rest of a put. Against mistakes, not against enemies.
 */
function hashEvent({ timestamp, message }: InputEvent): Hash {
  let a = 0xdeadbeef ^ (timestamp >>> 0);
  let b = 0x41c6ce57 ^ Math.floor(timestamp / 2 ** 32);
  for (let at = 0; at < message.length; at++) {
    const unit = message.charCodeAt(at);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return [a >>> 0, b >>> 0];
}
