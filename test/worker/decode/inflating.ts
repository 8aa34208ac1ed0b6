/** Runs inflate to its end, whatever that is. */
import { inflate } from '../../../worker/decode/inflate.ts';
import { Observer } from '../../../worker/observe/events.ts';
import { stored } from './chunked.ts';

export interface Inflated {
  readonly bytes: Buffer;
  readonly error: unknown;
  /** What `object:trailing-bytes` said. */
  readonly trailing: readonly number[];
}

interface Limits {
  readonly maxRawBytes?: number;
  /** Leaves after so many inflated bytes. */
  readonly stopAfter?: number;
}

export async function inflateAll(
  source: readonly Buffer[] | AsyncIterable<Buffer>,
  { maxRawBytes = Number.MAX_SAFE_INTEGER, stopAfter = Number.POSITIVE_INFINITY }: Limits = {},
): Promise<Inflated> {
  const trailing: number[] = [];
  const observer = new Observer().on('object:trailing-bytes', ({ bytes }) => trailing.push(bytes));
  const chunks: Buffer[] = [];
  let length = 0;
  let error: unknown;
  try {
    const object = Array.isArray(source) ? stored(source as Buffer[]) : (source as AsyncIterable<Buffer>);
    for await (const chunk of inflate(object, { bucket: 'b', key: 'k', maxRawBytes, observer })) {
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      if (length >= stopAfter) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  return { bytes: Buffer.concat(chunks), error, trailing };
}
