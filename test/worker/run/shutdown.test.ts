/** A stop in two degrees: drain first, force when the grace is over or a second signal comes. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LogferryError } from '../../../worker/errors.ts';
import { Shutdown } from '../../../worker/run/shutdown.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const GRACE_MS = 100_000;
const state = ({ signals, forced }: Shutdown) => ({ drain: signals.drain.aborted, force: signals.force.aborted, forced });

test('nothing stops until it is asked for', async () => {
  const shutdown = new Shutdown(GRACE_MS);
  await vi.advanceTimersByTimeAsync(GRACE_MS * 10);
  expect(state(shutdown)).toEqual({ drain: false, force: false, forced: false });
});

test('the first request drains, and forces when the grace is over', async () => {
  const shutdown = new Shutdown(GRACE_MS);
  shutdown.request('SIGTERM');
  expect(state(shutdown)).toEqual({ drain: true, force: false, forced: false });
  await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
  expect(state(shutdown).force).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(state(shutdown)).toEqual({ drain: true, force: true, forced: true });
  expect((shutdown.signals.force.reason as Error).message).toContain('the grace is over');
});

test('a second request forces at once, and leaves no timer', () => {
  const shutdown = new Shutdown(GRACE_MS);
  shutdown.request('SIGTERM');
  shutdown.request('SIGTERM');
  expect(state(shutdown)).toEqual({ drain: true, force: true, forced: true });
  expect((shutdown.signals.force.reason as Error).message).toContain('SIGTERM again');
  expect(vi.getTimerCount()).toBe(0);
  shutdown.request('SIGINT');
  expect((shutdown.signals.force.reason as Error).message).toContain('SIGTERM again');
});

test('once all is done the grace does not run out, and holds no process', async () => {
  const shutdown = new Shutdown(GRACE_MS);
  shutdown.request('SIGTERM');
  shutdown.done();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(GRACE_MS * 2);
  expect(shutdown.forced).toBe(false);
});

test('whoever waits for the request learns its reason, also when it comes late', async () => {
  const shutdown = new Shutdown(GRACE_MS);
  const early = shutdown.requested();
  shutdown.request('SIGTERM');
  expect(await Promise.all([early, shutdown.requested()])).toEqual(['the worker is stopping: SIGTERM', 'the worker is stopping: SIGTERM']);
});

test('all signals carry the fault that gives messages back at once', () => {
  const shutdown = new Shutdown(GRACE_MS);
  shutdown.request('SIGTERM');
  shutdown.force('test');
  for (const { reason } of Object.values(shutdown.signals)) {
    expect(reason).toBeInstanceOf(LogferryError);
    expect(reason).toMatchObject({ code: 'stopping', fault: { disposition: 'at-once' } });
  }
});
