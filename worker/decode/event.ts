/**
 * The plain path: one line -> the message and the time of its event (pure). Values are found in the source and handed on as they stand there:
 * nothing is parsed and printed again, and no time is made up.
 */
import { isUtf8 } from 'node:buffer';
import { BACKSLASH, findFields, OPEN_BRACE, QUOTE, skipSpace, type Span } from './json-bytes.ts';
import { isJson } from './json-check.ts';
import { parseTime } from './time.ts';

/** `message`: the line as the application wrote it; `record`: the whole record. */
export type Format = 'message' | 'record';

export interface DecodedEvent {
  /** `text`: the message itself; `literal`: a JSON string literal of it, quotes included. Valid UTF-8 both. */
  readonly form: 'text' | 'literal';
  readonly bytes: Buffer;
  /** UTF-8 bytes of the message, as CloudWatch counts them, without the overhead of an event. Nought: CloudWatch refuses it. */
  readonly messageBytes: number;
  /** Milliseconds since 1970; `undefined` when the record names no usable time. */
  readonly timeMs: number | undefined;
  /** Whether the line is a JSON object. If not, the message is the line. */
  readonly isRecord: boolean;
}

/**
 * @param line without its line end. Bytes that are not UTF-8 become U+FFFD, as TextDecoder does it. The result may share its memory.
 */
export function decodeEvent(line: Buffer, format: Format): DecodedEvent {
  const source = isUtf8(line) ? line : Buffer.from(line.toString());
  if (source[skipSpace(source, 0)] !== OPEN_BRACE || !isJson(source)) return asText(source, undefined, false);
  const [message, timestamp] = findFields(source, 'message', 'timestamp');
  const timeMs = timestamp && timeOf(source, timestamp);
  if (!message || format === 'record') return asText(source, timeMs, true);
  const bytes = source.subarray(message.start, message.end);
  return bytes[0] === QUOTE ? asLiteral(bytes, timeMs) : asText(bytes, timeMs, true);
}

function asText(bytes: Buffer, timeMs: number | undefined, isRecord: boolean): DecodedEvent {
  return { form: 'text', bytes, messageBytes: bytes.length, timeMs, isRecord };
}

function asLiteral(bytes: Buffer, timeMs: number | undefined): DecodedEvent {
  if (!bytes.includes(BACKSLASH)) return { form: 'literal', bytes, messageBytes: bytes.length - 2, timeMs, isRecord: true };
  const message = unescape(bytes);
  // An escaped half of a surrogate pair is JSON, but no text that UTF-8 could carry: many readers stumble over it.
  if (!message.isWellFormed()) return asText(Buffer.from(message.toWellFormed()), timeMs, true);
  return { form: 'literal', bytes, messageBytes: Buffer.byteLength(message), timeMs, isRecord: true };
}

function timeOf(source: Buffer, { start, end }: Span): number | undefined {
  if (source[start] !== QUOTE) return parseTime(source.toString('latin1', start, end));
  const literal = source.subarray(start, end);
  return parseTime(literal.includes(BACKSLASH) ? unescape(literal) : literal.toString('latin1', 1, literal.length - 1));
}

/** The text of a JSON string literal. */
export function unescape(literal: Buffer): string {
  return JSON.parse(literal.toString()) as string;
}
