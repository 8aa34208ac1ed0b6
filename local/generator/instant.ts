/** Points in time as Vector has them, in nanoseconds since 1970, and how it writes them (pure). */

export type Instant = bigint;

export const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;

export function fromMs(ms: number): Instant {
  return BigInt(Math.round(ms)) * NS_PER_MS;
}

/** To the millisecond: what is finer is cut off. */
export function toDate(instant: Instant): Date {
  return new Date(Number(instant / NS_PER_MS));
}

/**
 * RFC 3339 in UTC with 0, 3, 6 or 9 decimals, whichever loses nothing: `SecondsFormat::AutoSi`, by which Vector prints a timestamp
 * (https://docs.rs/chrono/latest/chrono/enum.SecondsFormat.html). So one in a thousand has microseconds only, in real objects too.
 */
export function rfc3339(instant: Instant): string {
  const seconds = toDate(instant).toISOString().slice(0, 19);
  const fraction = (instant % NS_PER_S)
    .toString()
    .padStart(9, '0')
    .replace(/(?:000){1,3}$/, '');
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** `YYYYMMDDHHMMSS` in UTC: the time in an object's name. */
export function compactTime(instant: Instant): string {
  return toDate(instant).toISOString().slice(0, 19).replaceAll(/\D/g, '');
}
