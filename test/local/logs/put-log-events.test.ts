/** The rules of PutLogEvents at their exact bounds, by the millisecond and the byte. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedBytes, type InputEvent, judge, type PutRules, readEvents, type Verdict } from '../../../local/logs/put-log-events.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 5, 1);

/** Events at these distances from now, in ms. */
const at = (...distances: number[]): InputEvent[] => distances.map((ms) => ({ timestamp: NOW + ms, message: 'x' }));
/** One event that counts so much. */
const sized = (bytes: number): InputEvent[] => [{ timestamp: NOW, message: 'x'.repeat(bytes - 26) }];
const ask = (events: readonly InputEvent[], more: Partial<PutRules> = {}): Verdict =>
  judge(events, { now: NOW, retentionDays: undefined, maxEventBytes: 1_048_576, ...more });

describe('events refused one by one', () => {
  it.each<[string, number[], number | undefined, Verdict]>([
    ['none', [-1, 0, 1], undefined, { from: 0, to: 3, rejected: undefined }],
    ['14 days old is taken', [-14 * DAY], undefined, { from: 0, to: 1, rejected: undefined }],
    ['a millisecond older is not', [-14 * DAY - 1, 0], undefined, { from: 1, to: 2, rejected: { tooOldLogEventEndIndex: 1 } }],
    ['2 hours ahead is taken', [0, 2 * HOUR], undefined, { from: 0, to: 2, rejected: undefined }],
    ['a millisecond more is not', [0, 2 * HOUR + 1], undefined, { from: 0, to: 1, rejected: { tooNewLogEventStartIndex: 1 } }],
    ['as old as the group keeps is taken', [-3 * DAY], 3, { from: 0, to: 1, rejected: undefined }],
    ['a millisecond older has expired', [-3 * DAY - 1, 0], 3, { from: 1, to: 2, rejected: { expiredLogEventEndIndex: 1 } }],
    [
      'old and expired overlap',
      [-15 * DAY, -4 * DAY, 0],
      3,
      { from: 2, to: 3, rejected: { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 } },
    ],
    [
      'a long retention expires fewer than are too old',
      [-31 * DAY, -15 * DAY, 0],
      30,
      { from: 2, to: 3, rejected: { tooOldLogEventEndIndex: 2, expiredLogEventEndIndex: 1 } },
    ],
    [
      'both ends, nothing between',
      [-15 * DAY, 3 * HOUR],
      undefined,
      { from: 1, to: 1, rejected: { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 1 } },
    ],
    ['all too new', [3 * HOUR], undefined, { from: 0, to: 0, rejected: { tooNewLogEventStartIndex: 0 } }],
  ])('%s', (_, distances, retentionDays, verdict) => {
    expect(ask(at(...distances), { retentionDays })).toEqual(verdict);
  });
});

describe('batches refused whole', () => {
  it('spans 24 hours, and not a millisecond more', () => {
    expect(ask(at(-DAY, 0)).to).toBe(2);
    expect(() => ask(at(-DAY - 1, 0))).toThrow('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  });

  it('counts only what is accepted to the span', () => {
    expect(ask(at(-20 * DAY, 0, 3 * HOUR))).toMatchObject({ from: 1, to: 2 });
  });

  it('takes events of one time, and none that goes back', () => {
    expect(ask(at(-5, -5, -5)).to).toBe(3);
    expect(() => ask(at(-5, -6))).toThrow('must be in chronological order.');
    expect(() => ask(at(-5, 0, -1, 0))).toThrow('must be in chronological order.');
  });

  it('looks for order also among those that would be refused one by one', () => {
    expect(() => ask(at(-19 * DAY, -20 * DAY, 0))).toThrow('must be in chronological order.');
  });

  it.each([
    ['a', 1],
    ['é', 2],
    ['€', 3],
    ['🐎', 4],
    ['\ud800', 3],
    ['\u0000', 1],
  ])('counts %j as %d bytes of UTF-8 and 26', (message, bytes) => {
    expect(countedBytes([{ timestamp: NOW, message }])).toBe(bytes + 26);
  });

  it('takes another limit for an event, for those who believe the older 256 KB', () => {
    const maxEventBytes = 262_144;
    expect(ask(sized(maxEventBytes), { maxEventBytes }).to).toBe(1);
    expect(() => ask(sized(maxEventBytes + 1), { maxEventBytes })).toThrow('Log event too large: 262145 bytes exceeds limit of 262144');
  });

  it('accepts exactly what each rule by itself would let pass', () => {
    // Around each border, and mostly within a day of each other: wider ones fail whole.
    const base = fc.constantFrom(-31 * DAY, -14 * DAY, -3 * DAY, -DAY, 2 * HOUR);
    const offsets = fc.array(fc.integer({ min: -12 * HOUR, max: 13 * HOUR }), { minLength: 1, maxLength: 30 });
    const retention = fc.constantFrom(undefined, 1, 3, 14, 30);
    fc.assert(
      fc.property(base, offsets, retention, (from, by, retentionDays) => {
        const sorted = by.map((ms) => from + ms).toSorted((one, other) => one - other);
        const fine = sorted.filter((ms) => ms >= -14 * DAY && ms <= 2 * HOUR && ms >= -(retentionDays ?? 99) * DAY);
        const tooWide = fine.length > 0 && fine.at(-1)! - fine[0]! > DAY;
        const accepted = (): number[] | string => {
          try {
            const { from, to } = ask(at(...sorted), { retentionDays });
            return sorted.slice(from, to);
          } catch (error) {
            return (error as Error).message;
          }
        };
        const spanned = 'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.';
        expect(accepted()).toEqual(tooWide ? spanned : fine);
      }),
    );
  });
});

describe('events as they come in the request', () => {
  it.each<[string, unknown, string]>([
    ['no list', {}, 'SerializationException'],
    ['missing', undefined, 'InvalidParameterException'],
    ['empty', [], 'InvalidParameterException'],
    ['null in it', [null], 'InvalidParameterException'],
    ['a text in it', ['x'], 'SerializationException'],
    ['a number as message', [{ timestamp: 1, message: 1 }], 'SerializationException'],
    ['a text as time', [{ timestamp: '1', message: 'x' }], 'SerializationException'],
    ['a fraction as time', [{ timestamp: 1.5, message: 'x' }], 'SerializationException'],
  ])('refuses %s', (_, logEvents, code) => {
    expect(() => readEvents(logEvents)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('takes time 0', () => {
    expect(readEvents([{ timestamp: 0, message: 'x' }])).toHaveLength(1);
  });
});
