/**
 * What is promised of a broken gzip stream: whatever the bytes before the break inflate to arrives, and the break is told. Not promised: that deflate
 * notices a flipped bit where it is; what it makes of it may come out before the checksum tells.
 */
import { createHash } from 'node:crypto';
import { constants, crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { LogferryError } from '../../../worker/errors.ts';
import { cutBefore, everyBytes, stored } from './chunked.ts';
import { inflateAll } from './inflating.ts';

const idOf = (n: number) => createHash('sha256').update(String(n)).digest('hex').slice(0, 16);

/** Lines that compress about as real ones do. */
function linesOf(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, i) => `{"message":"request ${i} of ${idOf(i)} took ${i % 97} ms"}\n`).join(''));
}

/** A gzip stream without an end: header and blocks, up to a byte border. */
const begun = (raw: Buffer): Buffer => gzipSync(raw, { finishFlush: constants.Z_FULL_FLUSH });

/** All that zlib can make of the first bytes of a stream. */
function inflatedOf(bytes: Buffer): Buffer {
  return bytes.length < 10 ? Buffer.alloc(0) : gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** A first bit that no deflate block begins with: BFINAL 1, BTYPE 11. https://www.rfc-editor.org/rfc/rfc1951#page-10 */
const NO_BLOCK = Buffer.from([0x07]);

const corrupt = { code: 'corrupt-object', fault: { disposition: 'dead-letter' } };

describe('a truncated object', () => {
  const raw = linesOf(6);
  const bytes = gzipSync(raw);

  it('says so at each of its bytes, after all that could be inflated', async () => {
    for (let length = 2; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const { bytes: got, error } = await inflateAll([cut]);
      expect(error, `${length} bytes`).toMatchObject(corrupt);
      expect((error as Error).message).toContain(`breaks at stored byte ${length} `);
      expect(got.equals(inflatedOf(cut)), `${length} bytes`).toBe(true);
    }
  });

  it('is not read a second time, since nothing was dropped', async () => {
    const source = stored(everyBytes(gzipSync(linesOf(20_000)).subarray(0, -100), 10_000));
    expect((await inflateAll(source)).error).toMatchObject(corrupt);
    expect(source.reads).toBe(1);
  });

  it('in a later member loses nothing of the ones before', async () => {
    const two = Buffer.concat([bytes, bytes.subarray(0, 15)]);
    const { bytes: got, error } = await inflateAll(everyBytes(two, 33));
    expect(error).toMatchObject(corrupt);
    expect(got.subarray(0, raw.length).equals(raw)).toBe(true);
  });
});

describe('rubbish behind the last member', () => {
  it.each([['text'], ['\x1f'], ['\x1f\x8b'], ['\x1f\x8b\x08no header']])('%j', async (rubbish) => {
    const raw = linesOf(30);
    const member = gzipSync(raw);
    const bytes = Buffer.concat([member, Buffer.from(rubbish, 'latin1')]);
    for (const chunks of [[bytes], everyBytes(bytes, 1), cutBefore(bytes, [member.length]), cutBefore(bytes, [member.length + 1])]) {
      const { bytes: got, error, trailing } = await inflateAll(chunks);
      expect(error).toMatchObject(corrupt);
      expect(got.equals(raw)).toBe(true);
      expect(trailing).toEqual([]);
    }
  });
});

describe('a break in the middle', () => {
  it('is found at its byte, and every byte before is delivered, however the object is cut', async () => {
    const raw = linesOf(5000);
    const before = begun(raw);
    const bytes = Buffer.concat([before, NO_BLOCK, linesOf(500)]);
    for (const size of [1000, 16 * 1024, 1_000_000]) {
      const source = stored(everyBytes(bytes, size));
      const { bytes: got, error } = await inflateAll(source);
      expect(error).toMatchObject(corrupt);
      expect((error as Error).message).toContain(`breaks at stored byte ${before.length} (invalid block type)`);
      expect(got.equals(raw)).toBe(true);
      expect(source.reads, 'the broken piece is read once more, byte by byte').toBe(2);
    }
  });

  it('of a large object too, of which nothing comes twice', async () => {
    const raw = linesOf(60_000);
    const before = begun(raw);
    expect(before.length).toBeGreaterThan(10 * 64 * 1024);
    const { bytes: got, error } = await inflateAll(everyBytes(Buffer.concat([before, NO_BLOCK, before]), 50_000));
    expect(error).toMatchObject(corrupt);
    expect(got.equals(raw)).toBe(true);
  });

  it('counts to MAX_OBJECT_RAW_BYTES once', async () => {
    const raw = linesOf(5000);
    const bytes = Buffer.concat([begun(raw), NO_BLOCK]);
    expect((await inflateAll([bytes], { maxRawBytes: raw.length })).error).toMatchObject(corrupt);
    expect((await inflateAll([bytes], { maxRawBytes: raw.length - 1 })).error).toMatchObject({ code: 'bomb' });
  });

  it('what the second reading throws is what is thrown: it may succeed another time', async () => {
    const down = new LogferryError('dependency-down', 'S3 does not answer');
    let reads = 0;
    const source = {
      async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
        if (reads++ > 0) await Promise.reject(down);
        yield Buffer.concat([begun(linesOf(10)), NO_BLOCK]);
      },
    };
    expect((await inflateAll(source)).error).toBe(down);
  });
});

/** One member of several blocks, and stored ones among them. */
function severalBlocks(): Buffer {
  const [first, second, third] = [linesOf(3), Buffer.from('short\n'), linesOf(2)];
  const raw = Buffer.concat([first, second, third]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(raw), 0);
  trailer.writeUInt32LE(raw.length, 4);
  const stored = deflateRawSync(second, { level: 0, finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([begun(first), stored, deflateRawSync(third), trailer]);
}

test('a flipped bit that changes anything is told, and whatever the bytes before it inflate to is delivered as it was', async () => {
  const bytes = severalBlocks();
  const raw = gunzipSync(bytes);
  for (let at = 2; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at] = bytes[at]! ^ (1 << (at % 8));
    const { bytes: got, error } = await inflateAll(everyBytes(flipped, 100));
    const sound = inflatedOf(bytes.subarray(0, at));
    expect(got.subarray(0, sound.length).equals(sound), `byte ${at}`).toBe(true);
    // The time in the header and the bits that pad a block say nothing about the content.
    expect(error !== undefined || got.equals(raw), `byte ${at}`).toBe(true);
    expect([undefined, 'corrupt-object'], `byte ${at}`).toContain((error as LogferryError | undefined)?.code);
  }
});
