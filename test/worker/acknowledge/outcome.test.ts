import { describe, expect, test } from 'vitest';
import { growingDelay, verdictOf, type ObjectOutcome } from '../../../worker/acknowledge/outcome.ts';
import { LogferryError, type FaultCode } from '../../../worker/errors.ts';

const RULE = { baseSeconds: 5, maxSeconds: 900 };
const ref = { bucket: 'b', key: 'k' };
const settled: ObjectOutcome = { ref };
const failed = (code: FaultCode): ObjectOutcome => ({ ref, error: new LogferryError(code, code) });
const verdict = (outcomes: ObjectOutcome[], receiveCount = 1, deadLetters = true) => verdictOf(outcomes, receiveCount, RULE, deadLetters);

test('a message is deleted only when every object of it is settled', () => {
  expect(verdict([settled, settled])).toEqual({ action: 'delete' });
  expect(verdict([settled, failed('unexpected')]).action).toBe('return');
  expect(verdict([settled, failed('tenant-denied')]).action).toBe('return');
});

describe('one failed object', () => {
  test.each<[FaultCode, number, string, number?]>([
    ['bad-body', 1, 'dead-letter'],
    ['bad-key', 1, 'dead-letter'],
    ['foreign-bucket', 1, 'dead-letter'],
    ['corrupt-object', 1, 'dead-letter'],
    ['bomb', 1, 'dead-letter'],
    ['object-missing', 1, 'return', 5],
    ['object-missing', 4, 'return', 40],
    ['object-missing', 5, 'dead-letter'],
    ['unknown-tenant', 1, 'return', 5],
    ['unknown-tenant', 4, 'return', 40],
    ['tenant-disabled', 9, 'return', 900],
    ['tenant-denied', 500, 'return', 900],
    ['unexpected', 9, 'return', 60],
    ['central-denied', 9, 'return', 60],
    ['dependency-down', 1, 'return', 5],
    ['stopping', 7, 'return', 0],
    ['balance-open', 999, 'return', 60],
  ])('%s at receive %i: %s %s', (code, receiveCount, action, delaySeconds) => {
    const result = verdict([failed(code)], receiveCount);
    expect(result).toMatchObject(action === 'return' ? { action, reason: code, delaySeconds } : { action });
  });
});

test('a dead letter waits until the others of its message are settled, or it would be sent at each return', () => {
  expect(verdict([failed('bad-key'), failed('evicted')]).action).toBe('return');
  expect(verdict([failed('bad-key'), settled])).toMatchObject({ action: 'dead-letter', letters: [{ ref }] });
});

test('without a dead-letter queue what is hopeless returns, and is never deleted', () => {
  expect(verdict([failed('bad-key')], 9, false)).toMatchObject({ action: 'return', reason: 'bad-key', delaySeconds: 900 });
});

test('of several delays the longest counts', () => {
  expect(verdict([failed('unexpected'), failed('unknown-tenant')], 7)).toMatchObject({ reason: 'unknown-tenant', delaySeconds: 320 });
});

test('delays double from the base to the cap and never overflow', () => {
  expect([1, 2, 3, 8, 9, 1000].map((n) => growingDelay(n, RULE))).toEqual([5, 10, 20, 640, 900, 900]);
  expect(growingDelay(0, RULE)).toBe(5);
});
