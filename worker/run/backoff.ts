/** The jittered series of waits between tries, and waits that a stop ends. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface BackoffRule {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Full jitter: anywhere between 0 and base * 2^attempt, capped. With 200 ms and 20 s the ceilings are 0.2, 0.4, 0.8 ... 12.8, 20, 20 s.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @param attempt 0 for the first wait.
 * @param random in [0, 1).
 * @returns milliseconds
 */
export function fullJitter(attempt: number, rule: BackoffRule, random: number = Math.random()): number {
  return Math.floor(random * Math.min(rule.maxMs, rule.baseMs * 2 ** Math.min(attempt, 30)));
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/**
 * What the work comes to, or the signal's reason as soon as it is aborted. For work that others share (a session, a row, a stream): it goes on for
 * them, and only this wait for it ends.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason as Error);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([ended.promise, work]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
