/** The aws-chunked coding: however the network cuts it, the body comes out, and its trailers. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { AwsChunkedDecoder } from '../../../local/s3/aws-chunked.ts';

function encode(chunks: readonly Uint8Array[], trailer: string, signed: boolean): Buffer {
  const extension = signed ? `;chunk-signature=${'0'.repeat(64)}` : '';
  const data = chunks
    .filter(({ length }) => length > 0)
    .flatMap((chunk) => [`${chunk.length.toString(16)}${extension}\r\n`, chunk, '\r\n']);
  return Buffer.concat([...data, `0${extension}\r\n`, trailer, '\r\n'].map((one) => Buffer.from(one)));
}

/** The wire's bytes in pieces of these lengths, over and over. */
function cut(wire: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let [at, n] = [0, 0]; at < wire.length; n++) {
    const length = lengths[n % lengths.length] ?? 1;
    pieces.push(wire.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

it('gives the body and the trailers, whatever the cuts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 })),
      fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (chunks, lengths, signed) => {
        const decoder = new AwsChunkedDecoder();
        const wire = encode(chunks, 'x-amz-checksum-crc32:AAAAAA==\r\n', signed);
        const decoded = await buffer(Readable.from(cut(wire, lengths)).pipe(decoder));
        expect(decoded.equals(Buffer.concat(chunks))).toBe(true);
        expect([...decoder.trailers]).toEqual([['x-amz-checksum-crc32', 'AAAAAA==']]);
      },
    ),
  );
});

it.each([
  ['a body cut off', Buffer.from('5\r\nhel')],
  ['a body that ends without its last chunk', Buffer.from('5\r\nhello\r\n')],
  ['a body that is not chunked at all', Buffer.from('{"message":"hello"}\n')],
  ['a size line without an end', Buffer.alloc(10_000, 'a')],
])('refuses %s', async (_, wire) => {
  const decoder = new AwsChunkedDecoder();
  Readable.from([wire]).pipe(decoder);
  await expect(buffer(decoder)).rejects.toMatchObject({ name: 'S3Error', status: 400 });
});
