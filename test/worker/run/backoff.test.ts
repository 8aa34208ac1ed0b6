/** The jittered series, and waits that a stop ends. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { fullJitter, pause, unlessAborted } from '../../../worker/run/backoff.ts';

const RULE = { baseMs: 200, maxMs: 20_000 };

test('the ceilings double from the base to the cap, and never overflow', () => {
  const ceilings = [0, 1, 2, 3, 6, 7, 8, 40, 5_000].map((attempt) => fullJitter(attempt, RULE, 1));
  expect(ceilings).toEqual([200, 400, 800, 1_600, 12_800, 20_000, 20_000, 20_000, 20_000]);
});

test('the jitter is full: anywhere from nought to the ceiling, in whole milliseconds', () => {
  expect([0, 0.25, 0.999].map((random) => fullJitter(2, RULE, random))).toEqual([0, 200, 799]);
  const waits = Array.from({ length: 500 }, () => fullJitter(3, RULE));
  expect(waits.every((ms) => Number.isInteger(ms) && ms >= 0 && ms < 1_600)).toBe(true);
  expect(new Set(waits).size).toBeGreaterThan(50);
});

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('a pause ends by itself', async () => {
  const before = performance.now();
  await pause(30, new AbortController().signal);
  // Node may fire a millisecond early.
  expect(performance.now() - before).toBeGreaterThanOrEqual(29);
});

test('a stop ends a pause at once, with its own reason, and leaves no timer', async () => {
  const before = timers();
  const stop = new AbortController();
  const pausing = pause(1_000_000, stop.signal);
  expect(timers()).toBe(before + 1);
  const reason = new Error('stop');
  stop.abort(reason);
  await expect(pausing).rejects.toBe(reason);
  expect(timers()).toBe(before);
});

test('after a stop no pause begins', async () => {
  const before = timers();
  const reason = new Error('stop');
  const pausing = pause(1_000_000, AbortSignal.abort(reason));
  expect(timers()).toBe(before);
  await expect(pausing).rejects.toBe(reason);
});

describe('unlessAborted', () => {
  test('hands on what the work comes to, and forgets the signal', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends the wait with the signal’s reason, before or during it; what the work comes to later is nobody’s matter', async () => {
    const controller = new AbortController();
    const work = Promise.withResolvers<never>();
    const waiting = unlessAborted(work.promise, controller.signal);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    await expect(unlessAborted(Promise.resolve(1), controller.signal)).rejects.toThrow('stop');
    work.reject(new Error('too late'));
  });
});
