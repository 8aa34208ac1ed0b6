/** A request's whole body, for services whose requests are small by protocol. Never for objects: those are streamed. */
import type { IncomingMessage } from 'node:http';

/** DynamoDB's own bound, the largest of the services that are read whole (BatchWriteItem). */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** @throws when the client breaks off, or sends more than any of these services takes. */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`request body over ${MAX_BODY_BYTES} bytes: no call of this service is that large`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
