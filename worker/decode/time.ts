/**
 * A record's `timestamp` -> milliseconds since 1970 (pure). It never answers with the present time: what it cannot read is `undefined`, and the
 * caller says what serves instead.
 */

/**
 * RFC 3339 and its kin: `T`, `t` or a space; seconds optional; any fraction after `.` or `,`; `Z`, `z`, `+hh:mm`, `+hhmm`, `+hh` or no offset,
 * which means UTC. A date alone is no time of an event, and is not read.
 */
const ISO = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)? ?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** A number as JSON writes it, without a sign: a time before 1970 is of no use, CloudWatch takes none. */
const NUMBER = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

/** A number below the bound is in the unit that needs so many decimal places moved to become milliseconds. Above all: nanoseconds. */
const MAGNITUDES = [
  { below: 1e11, places: 3 },
  { below: 1e14, places: 0 },
  { below: 1e17, places: -3 },
] as const;
const NANOSECONDS = -6;

/** The last instant that a Date can hold, the year 275760. */
const MAX_TIME_MS = 8.64e15;

/**
 * @param text an ISO 8601 time, or the source of a number: its magnitude tells seconds, milliseconds, microseconds or nanoseconds. A number in
 *   quotes is read as the number.
 * @returns whole milliseconds (the rest is cut off, not rounded), or `undefined` when it is no time at or after 1970.
 */
export function parseTime(text: string): number | undefined {
  const iso = ISO.exec(text);
  const time = iso ? fromIso(iso) : fromNumber(text);
  return time !== undefined && time >= 0 && time <= MAX_TIME_MS ? time : undefined;
}

function fromIso(match: RegExpExecArray): number | undefined {
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const [y, mo, d, h, mi, s] = [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second ?? 0)];
  const [oh, om] = [Number(offsetHour ?? 0), Number(offsetMinute ?? 0)];
  if (mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) || h > 23 || mi > 59 || s > 60 || oh > 23 || om > 59) return undefined;
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  if (y < 100) return undefined;
  // A leap second stays in its minute, as the last millisecond of the second before.
  const leap = s === 60;
  const ms = leap ? 999 : Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (oh * 60 + om) * (sign === '-' ? -1 : 1);
  return Date.UTC(y, mo - 1, d, h, mi - offset, leap ? 59 : s, ms);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Moves the decimal point in the source: a double cannot hold nanoseconds, and 0.446 s is not 446 ms in binary. */
function fromNumber(text: string): number | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  const places = MAGNITUDES.find(({ below }) => value < below)?.places ?? NANOSECONDS;
  const point = whole.length + Number(exponent) + places;
  return point <= 0 ? 0 : Number((whole + fraction).slice(0, point).padEnd(point, '0'));
}
