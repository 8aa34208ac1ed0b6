/** A seeded series of numbers, so that a run repeats. It never reads the clock, and it is not for secrets. */

export interface Random {
  /** Evenly from 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  /** @throws RangeError when there is nothing to choose from. */
  pick<T>(from: readonly T[]): T;
}

const TWO_TO_32 = 4_294_967_296;

/**
 * Mulberry32: one 32-bit state, the whole period, good enough for test data (https://github.com/cprosche/mulberry32).
 * @param seed text or number; the same seed gives the same series on every machine.
 */
export function seededRandom(seed: string | number): Random {
  let state = hash(String(seed));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32;
  };
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (from) => {
      const chosen = from[Math.floor(next() * from.length)];
      if (chosen === undefined) throw new RangeError('nothing to pick from: the list is empty');
      return chosen;
    },
  };
}

/** FNV-1a, 32 bits: spreads seeds that differ in one character (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value | 0;
}
