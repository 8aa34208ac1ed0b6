/** Cutting what is too long into numbered parts, between code points (pure). The parts, prefixes taken off, are the whole again. */
import { isUtf8 } from 'node:buffer';

export interface Part {
  readonly prefix: string;
  readonly start: number;
  readonly end: number;
}

/**
 * An event above the limit, as parts `[part 1/3] ` and so on.
 * @param text valid UTF-8.
 * @param maxBytes of one part with its prefix; at least 64.
 */
export function splitEvent(text: Buffer, maxBytes: number): Part[] {
  for (let digits = 1; ; digits++) {
    const room = maxBytes - '[part /] '.length - 2 * digits;
    const cuts = cutEvery(text, room);
    const count = cuts.length - 1;
    if (String(count).length > digits) continue;
    return cuts.slice(1).map((end, i) => ({ prefix: `[part ${i + 1}/${count}] `, start: cuts[i] ?? 0, end }));
  }
}

function cutEvery(text: Buffer, room: number): number[] {
  const cuts = [0];
  for (let at = 0; at < text.length; cuts.push(at)) at = at + room >= text.length ? text.length : cutBefore(text, at + room);
  return cuts;
}

/** The prefix of a part of a line of unknown length. */
export function partPrefix(part: number, last: boolean): string {
  return last ? `[part ${part} end] ` : `[part ${part}] `;
}

/** How many bytes of a line a part may take so that the event stays within `maxEventBytes`, whether or not it proves to be the last. */
export function partRoom(part: number, maxEventBytes: number, overheadBytes: number): number {
  return maxEventBytes - overheadBytes - partPrefix(part, true).length;
}

/**
 * Where to cut a part off a line that may be no UTF-8: each byte that is none becomes U+FFFD, of three bytes, so that a third has to do.
 * @param start the first byte of the part.
 * @param room bytes for the part; more bytes than that stand at `start`.
 */
export function cutPart(bytes: Buffer, start: number, room: number): number {
  const cut = cutBefore(bytes, start + room);
  return isUtf8(bytes.subarray(start, cut)) ? cut : cutBefore(bytes, start + Math.floor(room / 3));
}

/** The nearest border between code points at or before `at`; `at` itself where the bytes are no UTF-8 anyway. */
function cutBefore(bytes: Buffer, at: number): number {
  for (let cut = at; cut > at - 4; cut--) if (((bytes[cut] ?? 0) & 0xc0) !== 0x80) return cut;
  return at;
}
