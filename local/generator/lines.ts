/**
 * A file's bytes -> lines, as Vector's file source cuts them (vectordotdev/vector, lib/file-source): at each line feed, which is dropped; a carriage
 * return before it stays, and so does a byte order mark. Empty lines are lines (until Vector 0.15 they were lost, which was a bug:
 * https://github.com/vectordotdev/vector/issues/8363). Never holds more than one line and what was read at once.
 *
 * Two things differ, since here nothing may be lost: the last line needs no line end (Vector waits for one until the file is gone), and a long line
 * is kept (Vector drops those over `max_line_bytes`).
 */
import { resolve } from 'node:path';
import { GeneratorError } from './error.ts';

/** As JSON a byte can take six characters, and a string in V8 ends at 512 Mi. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * Bytes that are not UTF-8 become U+FFFD, one for each maximal part of a sequence, as Vector's JSON encoder does it (`String::from_utf8_lossy`; both follow
 * https://encoding.spec.whatwg.org/#utf-8-decoder).
 * @param path only named in errors.
 * @yields the lines that a chunk ended; one may be long, and most chunks end many.
 * @throws GeneratorError for a line over MAX_LINE_BYTES.
 */
export async function* readLines(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly string[], void> {
  /** The line not yet ended, in the pieces that came. */
  let open: Buffer[] = [];
  let openBytes = 0;
  let count = 0;
  for await (const chunk of chunks) {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const last = chunk.subarray(start, end);
      lines.push(open.length === 0 ? last.toString() : Buffer.concat([...open, last]).toString());
      [open, openBytes, start] = [[], 0, end + 1];
    }
    count += lines.length;
    const rest = chunk.subarray(start);
    if (rest.length > 0) open.push(rest);
    openBytes += rest.length;
    if (openBytes > MAX_LINE_BYTES) throw tooLong(path, count + 1);
    yield lines;
  }
  if (openBytes > 0) yield [Buffer.concat(open).toString()];
}

function tooLong(path: string, line: number): GeneratorError {
  return new GeneratorError(
    `Cannot ship ${resolve(path)}: line ${line} has more than ${MAX_LINE_BYTES / 1024 / 1024} MiB without a line end. Is this a log? Agents drop lines far shorter.`,
  );
}
