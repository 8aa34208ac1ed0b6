/** A few pieces of work at once: a place for the next, and the first failure stops the starting of more. */
import { expect, test } from 'vitest';
import { InFlight } from '../../../worker/run/in-flight.ts';

/** What has happened to a promise so far. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('there is room for as many as may be under way, and for the next when one of them ends', async () => {
  const inFlight = new InFlight(2);
  const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  for (const { promise } of [one, two]) {
    await inFlight.room();
    inFlight.start(() => promise);
  }
  const room = inFlight.room();
  expect(await isDone(room)).toBe(false);
  two.resolve();
  expect(await isDone(room)).toBe(true);
  await room;
});

test('settled waits for all', async () => {
  const inFlight = new InFlight(3);
  const work = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  for (const { promise } of work) inFlight.start(() => promise);
  const settled = inFlight.settled();
  work[0]!.resolve();
  expect(await isDone(settled)).toBe(false);
  work[1]!.resolve();
  await settled;
});

test('with nothing under way there is room, and all is settled', async () => {
  const inFlight = new InFlight(1);
  expect(await isDone(inFlight.room())).toBe(true);
  expect(await isDone(inFlight.settled())).toBe(true);
});

test('the first failure comes out of room, so that no more is begun', async () => {
  const inFlight = new InFlight(2);
  const failing = Promise.withResolvers<void>();
  inFlight.start(() => failing.promise);
  inFlight.start(() => new Promise(() => undefined));
  const room = inFlight.room();
  failing.reject(new Error('first'));
  await expect(room).rejects.toThrow('first');
  await expect(inFlight.room()).rejects.toThrow('first');
});

test('settled throws the first failure, but only when nothing is under way any more', async () => {
  const inFlight = new InFlight(3);
  const slow = Promise.withResolvers<void>();
  inFlight.start(() => Promise.reject(new Error('first')));
  inFlight.start(() => Promise.reject(new Error('second')));
  inFlight.start(() => slow.promise);
  const settled = inFlight.settled();
  expect(await isDone(settled)).toBe(false);
  slow.resolve();
  await expect(settled).rejects.toThrow('first');
});

test('a failure that is no Error is one all the same', async () => {
  const inFlight = new InFlight(1);
  inFlight.start(() => Promise.reject(undefined));
  await expect(inFlight.settled()).rejects.toBeUndefined();
});
