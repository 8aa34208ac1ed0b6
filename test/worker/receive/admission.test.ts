import { expect, test } from 'vitest';
import { Admission } from '../../../worker/receive/admission.ts';

const never = new AbortController().signal;
const isSettled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

test('a full house makes the next one wait until a place is free', async () => {
  const admission = new Admission({ objects: 2, bytes: 1000, tenantShare: 10 });
  const first = await admission.admit('a', 1, never);
  await admission.admit('b', 1, never);
  const third = admission.admit('c', 1, never);
  expect(await isSettled(third)).toBe(false);
  first?.release();
  expect(await third).toBeDefined();
  expect(admission.held).toBe(2);
});

test('bytes are a bound too, but one body alone always fits', async () => {
  const admission = new Admission({ objects: 10, bytes: 100, tenantShare: 10 });
  const huge = await admission.admit('a', 500, never);
  const next = admission.admit('b', 1, never);
  expect(await isSettled(next)).toBe(false);
  huge?.release();
  expect(await next).toBeDefined();
});

test("a tenant's surplus is not taken in, also while its share still waits for a place; the others' is", async () => {
  const admission = new Admission({ objects: 1, bytes: 1000, tenantShare: 2 });
  await admission.admit('a', 1, never);
  const waiting = admission.admit('a', 1, never);
  expect(await admission.admit('a', 1, never)).toBeUndefined();
  const other = admission.admit('b', 1, never);
  expect(await isSettled(Promise.race([waiting, other]))).toBe(false);
});

test('a stop ends the wait, and the place it waited for is not lost', async () => {
  const admission = new Admission({ objects: 1, bytes: 1000, tenantShare: 1 });
  const place = await admission.admit('a', 1, never);
  const stop = new AbortController();
  const waiting = admission.admit('b', 1, stop.signal);
  stop.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
  place?.release();
  expect(admission.held).toBe(0);
  expect(await admission.admit('b', 1, never)).toBeDefined();
});
