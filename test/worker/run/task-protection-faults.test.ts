/** Scale-in protection whose calls are slow, fail or are cut off by a stop: back-off, what is told of it, and what is held meanwhile. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AgentAnswer } from '../../../worker/run/ecs-agent.ts';
import { failure, MINUTE, OK, Scene, SECOND } from './protection-scene.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('one call is under way at a time, whatever begins and ends meanwhile', async () => {
  const scene = new Scene();
  const slow = Promise.withResolvers<AgentAnswer>();
  scene.answer = () => slow.promise;
  for (let i = 0; i < 50; i++) scene.begin();
  for (let i = 0; i < 50; i++) await scene.end();
  scene.begin();
  await scene.pass(60 * MINUTE);
  expect(scene.calls).toEqual(['0s take 10']);
  slow.resolve(OK);
  await scene.pass(60 * MINUTE);
  expect(scene.mostUnderWay).toBe(1);
});

test('failures back off with jitter, up to a bound, and are told once for each reason until a call succeeds', async () => {
  const scene = new Scene();
  scene.answer = () => failure(scene.calls.length < 4 ? 'ThrottlingException' : 'ECONNREFUSED');
  scene.begin();
  await scene.pass(70 * SECOND);
  // Half of 4, 8, 16, 32, 32, 32 s.
  expect(scene.calls.map((call) => parseInt(call))).toEqual([0, 2, 6, 14, 30, 46, 62]);
  expect(scene.protection).toMatchObject({ held: false, failing: true });
  const told = { action: 'take', detail: 'detail', givenUp: false };
  expect(scene.facts.of('protection:fail')).toEqual([
    { ...told, reason: 'ThrottlingException' },
    { ...told, reason: 'ECONNREFUSED' },
  ]);
  scene.answer = () => OK;
  await scene.pass(16 * SECOND);
  expect(scene.protection).toMatchObject({ held: true, failing: false });
  scene.answer = () => failure();
  await scene.pass(5 * MINUTE);
  expect(scene.facts.of('protection:fail')).toHaveLength(3);
});

test('new work does not ask before the back-off is over', async () => {
  const scene = new Scene({ retry: { baseMs: 60 * SECOND, maxMs: 60 * SECOND } });
  scene.answer = () => failure();
  for (let i = 0; i < 29; i++) {
    scene.begin();
    await scene.end();
    await scene.pass(SECOND);
  }
  expect(scene.calls).toEqual(['0s take 10']);
});

test('a renewal that fails leaves the protection as it was until the end of its term, then the task is open', async () => {
  const scene = new Scene();
  scene.begin();
  await scene.pass(SECOND);
  scene.answer = () => failure();
  await scene.pass(10 * MINUTE - 2 * SECOND);
  expect(scene.protection).toMatchObject({ held: true, failing: true });
  await scene.pass(SECOND);
  expect(scene.protection.held).toBe(false);
  scene.answer = () => OK;
  await scene.pass(32 * SECOND);
  expect(scene.facts.of('protection:change')).toEqual([
    { protected: true, reason: 'work' },
    { protected: false, reason: 'expired' },
    { protected: true, reason: 'work' },
  ]);
});

test('a let-go that failed may have been heard: it is tried again, and with new work the task is protected anew at once', async () => {
  const scene = new Scene();
  scene.begin();
  await scene.end();
  scene.answer = () => failure();
  expect(await scene.pass(62 * SECOND)).toEqual(['60s let go', '62s let go']);
  scene.answer = () => OK;
  scene.begin();
  expect(await scene.pass(4 * SECOND)).toEqual(['66s take 10']);
});

test('a let-go for a rest that keeps failing comes with the end of the term, and the rest is kept', async () => {
  const scene = new Scene();
  scene.begin();
  await scene.pass(30 * MINUTE - SECOND);
  const renewedAt = parseInt(scene.calls.at(-1) ?? '');
  scene.answer = () => failure();
  const failing = await scene.pass((renewedAt + 10 * 60 - scene.seconds + 60) * SECOND);
  expect(failing.length).toBeGreaterThan(3);
  expect(failing.filter((call) => !call.includes('let go'))).toEqual([]);
  expect(scene.protection.held).toBe(false);
  scene.answer = () => OK;
  expect(await scene.pass(5 * MINUTE)).toEqual([`${renewedAt + 10 * 60 + 120}s take 10`]);
  expect(scene.facts.of('protection:change').map(({ reason }) => reason)).toEqual(['work', 'expired', 'work']);
});

test('a task of no service is told of once and never asks again', async () => {
  const scene = new Scene();
  scene.answer = () => failure('TASK_NOT_VALID', true);
  for (let i = 0; i < 10; i++) {
    scene.begin();
    await scene.pass(10 * MINUTE);
  }
  expect(scene.calls).toEqual(['0s take 10']);
  expect(scene.facts.of('protection:fail')).toEqual([{ action: 'take', reason: 'TASK_NOT_VALID', detail: 'detail', givenUp: true }]);
  expect(scene.protection).toMatchObject({ held: false, failing: false });
});

test('where there is no agent nothing happens', async () => {
  const scene = new Scene({ ask: undefined });
  scene.begin();
  await scene.pass(60 * MINUTE);
  scene.protection.stop();
  expect(scene.protection).toMatchObject({ held: false, failing: false });
  expect(scene.facts.names).toEqual([]);
});

test('a stop lets go once, answered or not, in spite of a back-off, and nothing is asked afterwards', async () => {
  const scene = new Scene();
  scene.begin();
  await scene.pass(SECOND);
  scene.answer = () => failure();
  await scene.pass(5 * MINUTE);
  const asked = scene.calls.length;
  scene.protection.stop();
  scene.protection.stop();
  scene.begin();
  await scene.pass(60 * MINUTE);
  expect(scene.calls.slice(asked)).toEqual(['301s let go']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a stop cuts off the call under way and lets go of what it may have taken', async () => {
  const scene = new Scene();
  scene.answer = () => new Promise(() => undefined);
  scene.begin();
  await scene.pass(SECOND);
  scene.answer = () => OK;
  scene.protection.stop();
  await scene.pass(SECOND);
  expect(scene.calls).toEqual(['0s take 10', '1s let go']);
  expect(scene.mostUnderWay).toBe(1);
  expect(scene.facts.names).toEqual(['protection:change']);
});

test('a stop of a task that holds nothing asks nothing', async () => {
  const scene = new Scene();
  scene.protection.stop();
  await scene.pass(60 * MINUTE);
  expect(scene.calls).toEqual([]);
});
