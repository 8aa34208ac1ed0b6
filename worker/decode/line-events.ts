/** A line -> the events that it becomes (pure): one, none when there is nothing to say, or several numbered parts when it is too long for one. */
import { isUtf8 } from 'node:buffer';
import { EVENT_OVERHEAD_BYTES } from '../batch/limits.ts';
import { decodeEvent, unescape, type DecodedEvent, type Format } from './event.ts';
import { partPrefix, splitEvent } from './parts.ts';
import type { Line } from './splitter.ts';

export interface LineEvent {
  /** `text`: the message itself; `literal`: a JSON string literal of it, quotes included. */
  readonly form: DecodedEvent['form'];
  readonly bytes: Buffer;
  /** As CloudWatch counts it: UTF-8 bytes of the message and the overhead. */
  readonly size: number;
}

export interface LineEvents {
  readonly events: readonly LineEvent[];
  /** Milliseconds since 1970; undefined when the line names no usable time. */
  readonly timeMs: number | undefined;
}

const NOTHING: LineEvents = { events: [], timeMs: undefined };

/** @param maxEventBytes of one event with its overhead. */
export function eventsOfLine(line: Line, format: Format, maxEventBytes: number): LineEvents {
  if (line.part > 0) return { events: [partEvent(line)], timeMs: undefined };
  if (line.bytes.length === 0) return NOTHING;
  const event = decodeEvent(line.bytes, format);
  if (event.messageBytes === 0) return NOTHING;
  const size = event.messageBytes + EVENT_OVERHEAD_BYTES;
  const events =
    size <= maxEventBytes ? [{ form: event.form, bytes: event.bytes, size }] : split(event, maxEventBytes - EVENT_OVERHEAD_BYTES);
  return { events, timeMs: event.timeMs };
}

function partEvent({ bytes, part, last }: Line): LineEvent {
  // What is no UTF-8 becomes U+FFFD, as on every other way.
  return text(Buffer.concat([Buffer.from(partPrefix(part, last)), isUtf8(bytes) ? bytes : Buffer.from(bytes.toString())]));
}

function split(event: DecodedEvent, maxMessageBytes: number): LineEvent[] {
  const whole = event.form === 'text' ? event.bytes : Buffer.from(unescape(event.bytes));
  return splitEvent(whole, maxMessageBytes).map(({ prefix, start, end }) =>
    text(Buffer.concat([Buffer.from(prefix), whole.subarray(start, end)])),
  );
}

function text(bytes: Buffer): LineEvent {
  return { form: 'text', bytes, size: bytes.length + EVENT_OVERHEAD_BYTES };
}
