/** Scale-in protection: when it is taken, renewed, let go and left alone. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MINUTE, Scene, SECOND } from './protection-scene.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a task without work is never protected, and one that has work is at once', async () => {
  const scene = new Scene();
  expect(await scene.pass(60 * MINUTE)).toEqual([]);
  scene.begin();
  await scene.pass(0);
  expect(scene.calls).toEqual(['3600s take 10']);
  expect(scene.protection.held).toBe(true);
  expect(scene.facts.of('protection:change')).toEqual([{ protected: true, reason: 'work' }]);
});

test('it is renewed before half of the term is over, and spread, so that tasks that began together do not ask together', async () => {
  const times = await Promise.all(
    [0, 0.999].map(async (random) => {
      const scene = new Scene({ random: () => random });
      scene.begin();
      return scene;
    }),
  );
  await vi.advanceTimersByTimeAsync(6 * MINUTE);
  expect(times.map(({ calls }) => calls)).toEqual([
    ['0s take 10', '240s take 10'],
    ['0s take 10', '300s take 10'],
  ]);
  expect(times.map(({ facts }) => facts.names.length)).toEqual([1, 1]);
});

test('it lets go when it has been quiet for long enough, and a trickle does not flip it at each message', async () => {
  const scene = new Scene();
  for (let i = 0; i < 4; i++) {
    scene.begin();
    await scene.end();
    await scene.pass(59 * SECOND);
  }
  expect(scene.calls).toEqual(['0s take 10']);
  expect(await scene.pass(SECOND)).toEqual(['237s let go']);
  expect(scene.protection.held).toBe(false);
  expect(scene.facts.of('protection:change').at(-1)).toEqual({ protected: false, reason: 'quiet' });
  expect(await scene.pass(60 * MINUTE)).toEqual([]);
});

test('quiet begins when the last of several pieces of work is over', async () => {
  const scene = new Scene();
  scene.begin();
  scene.begin();
  await scene.pass(100 * SECOND);
  await scene.end();
  await scene.pass(100 * SECOND);
  expect(scene.protection.held).toBe(true);
  await scene.end();
  expect(await scene.pass(60 * SECOND)).toEqual(['260s let go']);
});

test('work that ends well or badly is over all the same, and its outcome is its own', async () => {
  const scene = new Scene();
  await expect(scene.protection.during(() => Promise.resolve(1))).resolves.toBe(1);
  await expect(scene.protection.during(() => Promise.reject(new Error('of the work')))).rejects.toThrow('of the work');
  expect(await scene.pass(60 * SECOND)).toEqual(['60s let go']);
});

test('after 30 minutes without a break it lets go, stays open for the whole rest, and takes it again', async () => {
  const scene = new Scene();
  scene.begin();
  await scene.pass(30 * MINUTE - 1);
  expect(scene.protection.held).toBe(true);
  expect(await scene.pass(1)).toEqual(['1800s let go']);
  expect(scene.facts.of('protection:change').at(-1)).toEqual({ protected: false, reason: 'rest' });
  scene.begin();
  expect(await scene.pass(120 * SECOND - 1)).toEqual([]);
  expect(scene.protection.held).toBe(false);
  expect(await scene.pass(1)).toEqual(['1920s take 10']);
  const later = await scene.pass(30 * MINUTE);
  expect(later.filter((call) => call.includes('let go'))).toEqual(['3720s let go']);
});

test('breaks shorter than a rest do not count, or a trickle would keep deployments waiting for ever', async () => {
  const scene = new Scene();
  while (scene.seconds < 2 * 3600) {
    scene.begin();
    await scene.end();
    // It lets go for one second each time, in which ECS need not have looked.
    await scene.pass(61 * SECOND);
  }
  const gaps = gapsOf(scene.calls);
  expect(gaps.filter((gap) => gap < 120).every((gap) => gap === 1)).toBe(true);
  expect(gaps.filter((gap) => gap >= 120)).toHaveLength(3);
});

/** Seconds between each let-go and the take after it. */
function gapsOf(calls: readonly string[]): number[] {
  return calls.flatMap((call, i) => {
    const next = calls[i + 1];
    return call.includes('let go') && next !== undefined ? [parseInt(next) - parseInt(call)] : [];
  });
}

test('a break as long as a rest begins a new hold', async () => {
  const scene = new Scene();
  scene.begin();
  await scene.pass(20 * MINUTE);
  await scene.end();
  await scene.pass(60 * SECOND + 120 * SECOND);
  scene.begin();
  const later = await scene.pass(30 * MINUTE);
  expect(later.filter((call) => call.includes('let go'))).toEqual(['3180s let go']);
});
