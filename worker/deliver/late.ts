/**
 * Events that CloudWatch refuses for their time, made anew with the time of their arrival (pure), as a row with `late: now` asks for. The time that the line
 * names stays: a message begins with it, `[2026-01-02T03:04:05.678Z] `, unless it is a whole record, which holds it.
 */
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../batch/limits.ts';
import type { Events } from '../batch/window.ts';
import type { Format } from '../decode/event.ts';
import { OPEN_BRACE } from '../decode/json-bytes.ts';

/** Within the limits of a batch. */
export interface Redated extends Events {
  /** The place in the window of each event here. */
  readonly eventOf: Uint32Array;
}

interface Fresh {
  readonly event: number;
  readonly prefix: string;
  readonly size: number;
}

/**
 * @param events places in the window. One that has no room for its time beside its message is left out.
 * @param nowMs in milliseconds since 1970.
 */
export function redated(
  window: Events,
  events: readonly number[],
  nowMs: number,
  { format, maxEventBytes }: { readonly format: Format; readonly maxEventBytes: number },
): Redated[] {
  const groups: Fresh[][] = [];
  let bytes = Infinity;
  for (const event of events.toSorted((a, b) => a - b)) {
    const prefix = prefixOf(window, event, format);
    const size = (window.sizes[event] ?? 0) + prefix.length;
    if (size > maxEventBytes) continue;
    if (bytes + size > MAX_BATCH_BYTES || groups.at(-1)?.length === MAX_BATCH_EVENTS) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push({ event, prefix, size });
    bytes += size;
  }
  return groups.map((group) => tableOf(window, group, nowMs));
}

/** Behind the quote that opens the literal; nothing in it needs a backslash. */
function prefixOf({ literals, offsets, times }: Events, event: number, format: Format): string {
  const isRecord = format === 'record' && literals[(offsets[event] ?? 0) + 1] === OPEN_BRACE;
  return isRecord ? '' : `[${new Date(times[event] ?? 0).toISOString()}] `;
}

function tableOf(window: Events, group: readonly Fresh[], nowMs: number): Redated {
  const pieces: Buffer[] = [];
  const offsets = new Uint32Array(group.length + 1);
  for (const [i, { event, prefix }] of group.entries()) {
    const rest = window.literals.subarray((window.offsets[event] ?? 0) + 1, window.offsets[event + 1]);
    pieces.push(Buffer.from(`"${prefix}`), rest);
    offsets[i + 1] = (offsets[i] ?? 0) + 1 + prefix.length + rest.length;
  }
  return {
    literals: Buffer.concat(pieces),
    offsets,
    times: new Float64Array(group.length).fill(nowMs),
    sizes: Uint32Array.from(group, ({ size }) => size),
    lineOf: Float64Array.from(group, ({ event }) => window.lineOf[event] ?? 0),
    eventOf: Uint32Array.from(group, ({ event }) => event),
  };
}
