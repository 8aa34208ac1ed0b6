/** Looks at the start of a request's body and then gives the whole of it on. It never holds more than the bound and one chunk. */
import type { IncomingMessage } from 'node:http';

/** Room for the largest PutLogEvents call (1 MiB of messages, more as JSON). */
export const PEEK_BYTES = 2 * 1024 * 1024;

export interface Peeked {
  /** UTF-8; at most about `PEEK_BYTES`. */
  readonly start: string;
  /** The whole body, what was looked at included, as it comes in. */
  readonly body: AsyncIterable<Buffer>;
}

export function unread(req: IncomingMessage): Peeked {
  return { start: '', body: req as AsyncIterable<Buffer> };
}

/** @throws when the client breaks off meanwhile. */
export async function peek(req: IncomingMessage): Promise<Peeked> {
  const held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(req)) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes >= PEEK_BYTES) break;
  }
  const first = Buffer.concat(held);
  return { start: first.toString('utf8'), body: resume(first, req) };
}

async function* resume(first: Buffer, req: IncomingMessage): AsyncGenerator<Buffer> {
  yield first;
  yield* chunksOf(req);
}

/** Can be left in the middle: the stream stays open for the next reader. */
function chunksOf(req: IncomingMessage): AsyncIterable<Buffer> {
  return req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}
