/** Whether work can be taken, and why not: pauses that grow while a fault lasts, and end with it. */
import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import { Health } from '../../../worker/run/health.ts';
import { Facts } from '../../support/facts.ts';

const PAUSE_MS = 1_000;

let clock: number;
beforeEach(() => {
  clock = 0;
});

function healthy(): { health: Health; facts: Facts } {
  const facts = new Facts('worker:readiness');
  const health = new Health({ observer: facts.observer, pauseMs: PAUSE_MS, now: () => clock });
  health.started();
  return { health, facts };
}

async function isOpen(health: Health): Promise<boolean> {
  const stop = new AbortController();
  let open = false;
  const gate = health.gate(stop.signal).then(
    () => (open = true),
    () => undefined,
  );
  await setImmediate();
  const answer = open;
  stop.abort();
  await gate;
  return answer;
}

/** Moves the clock to where the gate opens. @returns how long it was closed. */
async function pauseOf(health: Health, expected: number): Promise<number> {
  const from = clock;
  clock = from + expected - 1;
  if (await isOpen(health)) return NaN;
  clock = from + expected;
  return (await isOpen(health)) ? expected : Infinity;
}

test('is not ready before it has started, and no more once it drains', () => {
  const facts = new Facts('worker:readiness');
  const health = new Health({ observer: facts.observer, pauseMs: PAUSE_MS });
  expect(health.reasons).toEqual(['starting']);
  health.started();
  expect(health.reasons).toEqual([]);
  health.draining();
  expect(health.reasons).toEqual(['stopping']);
  expect(facts.of('worker:readiness')).toEqual([
    { ready: true, reasons: [] },
    { ready: false, reasons: ['stopping'] },
  ]);
});

test('a fault says what is wrong until it is cleared, and each change is a fact once', () => {
  const { health, facts } = healthy();
  health.fault('sqs', 'AccessDenied');
  health.fault('central-denied', 'the table refuses us');
  expect(health.reasons).toEqual(['sqs: AccessDenied', 'central-denied: the table refuses us']);
  health.clear('sqs');
  health.clear('sqs');
  health.clear('never ill');
  expect(health.reasons).toEqual(['central-denied: the table refuses us']);
  health.clear('central-denied');
  expect(health.reasons).toEqual([]);
  expect(facts.of('worker:readiness').map(({ ready, reasons }) => [ready, reasons.length])).toEqual([
    [true, 0],
    [false, 1],
    [false, 2],
    [false, 1],
    [true, 0],
  ]);
});

test('without a fault the gate is open, and with one it opens when the pause is over', async () => {
  const { health } = healthy();
  expect(await isOpen(health)).toBe(true);
  health.fault('sqs', 'down');
  expect(await pauseOf(health, PAUSE_MS)).toBe(PAUSE_MS);
  expect(health.reasons).toEqual(['sqs: down']);
});

test('the pause doubles while the fault lasts, to a minute, and is short again after a cure', async () => {
  const { health } = healthy();
  for (const expected of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    health.fault('sqs', 'down');
    expect(await pauseOf(health, expected)).toBe(expected);
  }
  health.clear('sqs');
  health.fault('sqs', 'down');
  expect(await pauseOf(health, PAUSE_MS)).toBe(PAUSE_MS);
});

test('faults of work that was under way when the pause began make it no longer', async () => {
  const { health } = healthy();
  for (let i = 0; i < 50; i++) health.fault('dependency-down', 'S3');
  expect(await pauseOf(health, PAUSE_MS)).toBe(PAUSE_MS);
});

test('the gate waits for the longest pause', async () => {
  const { health } = healthy();
  health.fault('one', 'down');
  clock = PAUSE_MS / 2;
  health.fault('two', 'down');
  expect(await pauseOf(health, PAUSE_MS)).toBe(PAUSE_MS);
});

test('a wait ends by itself once the pause is over, and not before, however often it wakes', async () => {
  let asked = 0;
  const health = new Health({ observer: new Facts().observer, pauseMs: 1, now: () => (asked++, clock) });
  health.fault('one', 'down');
  const opened = vi.fn<() => void>();
  const gate = health.gate(new AbortController().signal).then(opened);
  // The clock stands still, so that the gate wakes again and again.
  const before = asked;
  await vi.waitFor(() => expect(asked - before).toBeGreaterThan(5));
  expect(opened).not.toHaveBeenCalled();
  clock = 1;
  await gate;
});

test('a stop ends the wait with its reason', async () => {
  const { health } = healthy();
  health.fault('sqs', 'down');
  const stop = new AbortController();
  const open = health.gate(stop.signal);
  const reason = new Error('stop');
  stop.abort(reason);
  await expect(open).rejects.toBe(reason);
  await expect(health.gate(stop.signal)).rejects.toBe(reason);
});

test('with nothing to try, a fault whose pause is over is taken for past; one that still pauses is not', async () => {
  const { health } = healthy();
  health.fault('central-denied', 'down');
  health.idle();
  expect(health.reasons).toHaveLength(1);
  clock = PAUSE_MS;
  health.fault('sqs', 'down');
  health.idle();
  expect(health.reasons).toEqual(['sqs: down']);
});
