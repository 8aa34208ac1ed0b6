/** An object with what its lines say, and the bounds within which a demo can tell whether they arrived (pure). */
import type { LogObject } from '../generator/log-object.ts';
import { DemoError } from './error.ts';

/** An object, and the message of each of its lines, in order. */
export type DemoObject = Pick<LogObject, 'key' | 'body' | 'messages'>;

/** The local CloudWatch Logs keeps 256 MiB; beyond that it forgets, and lines would seem lost. */
const MAX_MESSAGE_BYTES = 200 * 2 ** 20;
/** A longer record arrives in numbered pieces of its source, which nothing here could compare (the worker's MAX_LINE_BYTES). */
const MAX_RECORD_BYTES = 8 * 2 ** 20;
const LINE_FEED = 0x0a;

export function countLines(objects: readonly DemoObject[]): number {
  return objects.reduce((sum, { messages }) => sum + messages.length, 0);
}

/** @param bytes of all lines so far. @throws DemoError when they are more than can be read back. */
export function requireKept(bytes: number): void {
  if (bytes > MAX_MESSAGE_BYTES)
    throw new DemoError(
      `These are over ${MAX_MESSAGE_BYTES / 2 ** 20} MiB of lines, more than the local CloudWatch Logs keeps to be read back: name less.`,
    );
}

/** @throws DemoError for a record that the worker would not deliver as one message. */
export function requireComparable(key: string, ndjson: Buffer): void {
  for (let start = 0, end = 0; end !== -1; start = end + 1) {
    end = ndjson.indexOf(LINE_FEED, start);
    if ((end === -1 ? ndjson.length : end) - start > MAX_RECORD_BYTES)
      throw new DemoError(
        `A line in ${key} has over ${MAX_RECORD_BYTES / 2 ** 20} MiB: it would arrive in numbered pieces, which the demo cannot compare.`,
      );
  }
}
