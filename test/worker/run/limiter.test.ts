import { describe, expect, test, vi } from 'vitest';
import { Lanes, Slots } from '../../../worker/run/limiter.ts';

function gate<T = void>() {
  return Promise.withResolvers<T>();
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('slots', () => {
  test('no more work runs than there are slots, first come first served', async () => {
    const slots = new Slots(2, 60_000);
    const gates = [gate(), gate(), gate()];
    const started: number[] = [];
    const runs = gates.map(({ promise }, i) => slots.run(async () => (started.push(i), await promise)));
    await turn();
    expect([started, slots.active, slots.waiting]).toEqual([[0, 1], 2, 1]);
    gates[0]!.resolve();
    await runs[0];
    await turn();
    expect(started).toEqual([0, 1, 2]);
    for (const { resolve } of gates) resolve();
    await Promise.all(runs);
  });

  test('work that outlasts the patience goes on without its slot', async () => {
    const slots = new Slots(1, 1);
    const slow = gate<string>();
    const first = slots.run(() => slow.promise);
    expect(await slots.run(async () => 'second')).toBe('second');
    slow.resolve('first');
    expect(await first).toBe('first');
  });

  test('a failure reaches its caller, before and after the patience, and frees the slot', async () => {
    const slots = new Slots(1, 1);
    await expect(slots.run(() => Promise.reject(new Error('early')))).rejects.toThrow('early');
    const late = gate();
    const run = slots.run(() => late.promise);
    await slots.run(async () => {});
    late.reject(new Error('late'));
    await expect(run).rejects.toThrow('late');
  });
});

describe('lanes', () => {
  test('a tenant has its own lane, and it is gone with the last object', async () => {
    const lanes = new Lanes(1);
    const hold = gate();
    const running: string[] = [];
    const work = (name: string) => async () => (running.push(name), await hold.promise);
    const all = [lanes.run('a', work('a1')), lanes.run('a', work('a2')), lanes.run('b', work('b1'))];
    await turn();
    expect([running, lanes.size]).toEqual([['a1', 'b1'], 2]);
    hold.resolve();
    await Promise.all(all);
    expect([running, lanes.size]).toEqual([['a1', 'b1', 'a2'], 0]);
  });

  test('clear sends away what waits and leaves what runs', async () => {
    const lanes = new Lanes(1);
    const hold = gate<string>();
    const runs = lanes.run('a', () => hold.promise);
    const waits = lanes.run('a', async () => 'never');
    await turn();
    lanes.clear();
    await expect(waits).rejects.toMatchObject({ name: 'AbortError' });
    hold.resolve('done');
    expect(await runs).toBe('done');
    expect(lanes.size).toBe(0);
  });

  test('shed sends away what waits in the lane that has stood still for longest, and nobody in one that moves', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const lanes = new Lanes(1);
    const hold = gate();
    const first = lanes.run('still', () => hold.promise);
    const waits = lanes.run('still', async () => 'never');
    vi.advanceTimersByTime(4000);
    const moving = lanes.run('moving', () => hold.promise);
    const stays = lanes.run('moving', async () => 'stays');
    await turn();
    expect(lanes.shed(5000)).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(lanes.shed(5000)).toBe(true);
    await expect(waits).rejects.toMatchObject({ name: 'AbortError' });
    expect(lanes.shed(5000), 'nothing of it waits any more, and the other moves').toBe(false);
    hold.resolve();
    await Promise.all([first, moving]);
    expect(await stays).toBe('stays');
    vi.useRealTimers();
  });
});
