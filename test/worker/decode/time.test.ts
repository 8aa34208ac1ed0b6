/** A timestamp -> milliseconds since 1970, or none: never the present, never a guess. */
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { parseTime } from '../../../worker/decode/time.ts';

test.each([
  ['2024-06-01T12:10:45Z', 1717243845000],
  ['2024-06-01t12:10:45z', 1717243845000],
  ['2024-06-01 12:10:45', 1717243845000],
  ['2024-06-01 12:10:45 +0200', 1717236645000],
  ['2024-06-01T12:10Z', 1717243800000],
  ['2024-06-01T12:10:45.1Z', 1717243845100],
  ['2024-06-01T12:10:45,123Z', 1717243845123],
  ['2024-06-01T12:10:45.123999999Z', 1717243845123],
  [`2024-06-01T12:10:45.${'9'.repeat(500)}Z`, 1717243845999],
  ['2024-06-01T12:10:45+02:00', 1717236645000],
  ['2024-06-01T12:10:45-0930', 1717278045000],
  ['2024-06-01T12:10:45+14', 1717193445000],
  ['2024-06-01T12:10:45-00:00', 1717243845000],
  ['2024-02-29T00:00:00Z', 1709164800000],
  ['2024-12-31T23:59:60Z', 1735689599999],
  ['1970-01-01T00:00:00Z', 0],
  ['1969-12-31T23:30:00-01:00', 1800000],
])('reads %s', (text, expected) => {
  expect(parseTime(text)).toBe(expected);
});

test.each([
  ['0', 0],
  ['1717243845', 1717243845000],
  ['1717243845.1', 1717243845100],
  ['1717243845.446', 1717243845446],
  ['1717243845.9999', 1717243845999],
  ['1.717243845446E9', 1717243845446],
  ['1717243845446', 1717243845446],
  ['1717243845446.9', 1717243845446],
  ['1717243845446999', 1717243845446],
  ['1717243845446999999', 1717243845446],
  ['17172438454469999e2', 1717243845446],
  ['0.0004', 0],
  ['1e-400', 0],
])('reads the number %s', (text, expected) => {
  expect(parseTime(text)).toBe(expected);
});

test('the magnitude of a number tells its unit, up to the bounds', () => {
  const seconds = 99_999_999_999;
  expect(parseTime(String(seconds))).toBe(seconds * 1000);
  expect(parseTime('100000000000')).toBe(100_000_000_000);
  expect(parseTime('99999999999999')).toBe(99_999_999_999_999);
  expect(parseTime('100000000000000')).toBe(100_000_000_000);
  expect(parseTime('99999999999999000')).toBe(99_999_999_999_999);
  expect(parseTime('100000000000000000')).toBe(100_000_000_000);
});

test.each([
  '',
  ' ',
  'now',
  'null',
  'Infinity',
  'NaN',
  '0x10',
  '-1',
  '-1717243845',
  '-1e-9',
  '1e400',
  '1e99999',
  '9'.repeat(40),
  '8640000000000001000000',
  '1717243845s',
  '1,717,243,845',
  '2024-06-01',
  '2024-06-01T12',
  '2024-06-01T12:10:45.Z',
  '2024-06-01T12:10:45.123Z trailing',
  ' 2024-06-01T12:10:45Z',
  '2024-06-01T12:10:45Z\n',
  '2024-6-1T12:10:45Z',
  '2024-00-01T12:10:45Z',
  '2024-13-01T12:10:45Z',
  '2024-04-31T12:10:45Z',
  '2023-02-29T12:10:45Z',
  '2100-02-29T12:10:45Z',
  '2024-06-01T24:00:00Z',
  '2024-06-01T12:60:00Z',
  '2024-06-01T12:10:61Z',
  '2024-06-01T12:10:45+24:00',
  '2024-06-01T12:10:45+01:60',
  '0000-01-01T00:00:00Z',
  '0075-01-01T00:00:00Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00+00:01',
  '+012024-06-01T12:10:45Z',
  'Sat, 01 Jun 2024 12:10:45 GMT',
  'Jun  1 12:10:45',
])('does not read %j', (text) => {
  expect(parseTime(text)).toBeUndefined();
});

const instant = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });

test('ISO times are those of Date.parse, with any fraction and offset', () => {
  const offset = fc.constantFrom('Z', '+00:00', '-00:00', '+05:30', '-11:45', '+14:00');
  fc.assert(
    fc.property(instant, fc.stringMatching(/^\d{0,9}$/), offset, (date, digits, zone) => {
      const text = date.toISOString().replace('Z', digits + zone);
      const expected = Date.parse(text.replace(/(\.\d{3})\d*/, '$1'));
      expect(parseTime(text)).toBe(expected >= 0 ? expected : undefined);
    }),
  );
});

test('the same instant in seconds, milliseconds, microseconds and nanoseconds is the same', () => {
  // Below this a number of milliseconds would be taken for one of seconds: the design's bound, March 1973.
  const ms = fc.integer({ min: 1e11, max: 9e12 });
  fc.assert(
    fc.property(ms, fc.nat({ max: 999_999 }), (ms, below) => {
      const [whole, fraction] = [String(ms), String(below).padStart(6, '0')];
      const seconds = `${whole.slice(0, -3)}.${whole.slice(-3)}${fraction}`;
      for (const text of [seconds, whole, `${whole}.${fraction}`, whole + fraction.slice(0, 3), whole + fraction])
        expect(parseTime(text)).toBe(ms);
    }),
  );
});

test('the present is never looked at', () => {
  const now = vi.spyOn(Date, 'now');
  try {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789-:.+TZ eE')) }), (text) =>
        Number.isSafeInteger(parseTime(text) ?? 0),
      ),
    );
    expect(now).not.toHaveBeenCalled();
  } finally {
    now.mockRestore();
  }
});
