import { expect, test, vi } from 'vitest';
import { ByteBudget } from '../../../worker/run/byte-budget.ts';

const never = new AbortController().signal;

/** Whether a promise is settled, after everything that could settle it has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  return await Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

test('bytes are handed out up to the budget, then first come first served', async () => {
  const budget = new ByteBudget(10, 0);
  await budget.acquire(6, never);
  const big = budget.acquire(8, never);
  const small = budget.acquire(1, never);
  expect(await isSettled(big)).toBe(false);
  expect(await isSettled(small), 'a small one does not overtake, or a big one would starve').toBe(false);
  budget.release(6);
  await Promise.all([big, small]);
  expect(budget.held).toBe(9);
});

test('one piece larger than the whole budget passes when nothing else is held', async () => {
  const budget = new ByteBudget(10, 0);
  await budget.acquire(1, never);
  const huge = budget.acquire(100, never);
  expect(await isSettled(huge)).toBe(false);
  budget.release(1);
  await huge;
});

test('an aborted wait leaves the queue and lets the next one in', async () => {
  const budget = new ByteBudget(10, 0);
  await budget.acquire(5, never);
  const gone = new AbortController();
  const first = budget.acquire(10, gone.signal);
  const second = budget.acquire(5, never);
  gone.abort(new Error('stopping'));
  await expect(first).rejects.toThrow('stopping');
  await second;
  expect(budget.held).toBe(10);
});

test('who waits makes the one that has been stalled longest give its place up, one at a time', async () => {
  const budget = new ByteBudget(10, 0);
  const evicted: string[] = [];
  const stall = (name: string, bytes: number) =>
    budget.stall({
      evict: () => {
        evicted.push(name);
        // As a run does: its work ends a little later.
        queueMicrotask(() => budget.release(bytes));
      },
    });
  await budget.acquire(4, never);
  await budget.acquire(4, never);
  stall('older', 4);
  const resumed = stall('younger', 4);
  expect(evicted).toEqual([]);
  await budget.acquire(5, never);
  expect(evicted).toEqual(['older']);
  resumed();
  const waiting = budget.acquire(5, never);
  expect(await isSettled(waiting)).toBe(false);
  expect(evicted, 'one that has gone on is left alone').toEqual(['older']);
  stall('again', 4);
  await waiting;
  expect(evicted).toEqual(['older', 'again']);
});

test('a correction downwards lets the next one in', async () => {
  const budget = new ByteBudget(10, 0);
  await budget.acquire(10, never);
  const next = budget.acquire(4, never);
  budget.adjust(-4);
  await next;
  expect(budget.held).toBe(10);
});

test('one that has waited for less than the bound keeps its place until it has', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const budget = new ByteBudget(10, 300);
  await budget.acquire(10, never);
  const evict = vi.fn<() => void>(() => budget.release(10));
  budget.stall({ evict });
  const next = budget.acquire(5, never);
  vi.advanceTimersByTime(299);
  expect(evict).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(evict).toHaveBeenCalledOnce();
  await next;
  vi.useRealTimers();
});

test('nobody is evicted for its own sake', async () => {
  const budget = new ByteBudget(10, 0);
  const evicted: string[] = [];
  const alone = { evict: () => void evicted.push('alone') };
  await budget.acquire(10, never);
  const resumed = budget.stall(alone);
  const next = budget.acquire(5, never, alone);
  expect(await isSettled(next)).toBe(false);
  expect(evicted).toEqual([]);
  const other = budget.acquire(5, never, { evict: () => undefined });
  expect(await isSettled(other)).toBe(false);
  expect(evicted).toEqual(['alone']);
  resumed();
  budget.release(10);
  await Promise.all([next, other]);
});
