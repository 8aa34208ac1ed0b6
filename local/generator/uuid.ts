/** Random UUIDs from a seeded series, so that object names repeat with their seed. Not for secrets. */
import type { Random } from './random.ts';

/** @returns a version 4 UUID in lower case (RFC 9562, section 5.4). */
export function uuid(random: Random): string {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => random.between(0, 255)));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
