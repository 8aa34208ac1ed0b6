import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { anyChunks, cutBefore, everyBytes, stored } from './chunked.ts';
import { inflateAll } from './inflating.ts';

const text = Buffer.from(Array.from({ length: 400 }, (_, i) => `{"message":"line ${i}"}\n`).join(''));

describe('bytes that are not gzip go through as they are', () => {
  it.each([
    ['nothing', ''],
    ['one byte', 'a'],
    ['one byte that could begin gzip', '\x1f'],
    ['text', 'a\nb'],
    ['the second byte of gzip alone', '\x1f\x1f\x8b\n'],
  ])('%s', async (_, bytes) => {
    const plain = Buffer.from(bytes, 'latin1');
    for (const chunks of [[plain], everyBytes(plain, 1), [Buffer.alloc(0), plain, Buffer.alloc(0)]]) {
      expect(await inflateAll(chunks)).toMatchObject({ bytes: plain, error: undefined, trailing: [] });
    }
  });

  it('more than a piece', async () => {
    const bytes = randomBytes(300_000);
    bytes[0] = 0x20;
    expect((await inflateAll(everyBytes(bytes, 130_000))).bytes.equals(bytes)).toBe(true);
  });
});

describe('gzip', () => {
  it.each([
    ['of nothing', Buffer.alloc(0)],
    ['of one byte', Buffer.from('a')],
    ['of lines', text],
    ['of what does not compress', randomBytes(200_000)],
    ['of what compresses 1,000 times, far above a chunk', Buffer.alloc(3_000_000, 'a')],
  ])('%s', async (_, raw) => {
    const { bytes, error, trailing } = await inflateAll(everyBytes(gzipSync(raw), 70_000));
    expect(error).toBeUndefined();
    expect(trailing).toEqual([]);
    expect(bytes.equals(raw)).toBe(true);
  });

  const members = Buffer.concat([gzipSync('one\n'), gzipSync(''), gzipSync('two\n'), gzipSync(text)]);
  const inflated = Buffer.concat([Buffer.from('one\ntwo\n'), text]);

  it('members are one stream, wherever the pieces end', async () => {
    for (let at = 0; at <= members.length; at++) {
      const { bytes, error } = await inflateAll(cutBefore(members, [at]));
      expect(error, `cut before byte ${at}`).toBeUndefined();
      expect(bytes.equals(inflated), `cut before byte ${at}`).toBe(true);
    }
    expect((await inflateAll(everyBytes(members, 1))).bytes.equals(inflated)).toBe(true);
  });

  it.each([
    ['padding', Buffer.alloc(20)],
    ['one NUL', Buffer.alloc(1)],
    ['padding with rubbish in it', Buffer.from('\0\0rubbish\0')],
    ['a member behind padding, which gzip itself would not read either', Buffer.concat([Buffer.alloc(3), gzipSync('three\n')])],
  ])('what follows is told, not delivered, wherever the pieces end: %s', async (_, behind) => {
    const bytes = Buffer.concat([members, behind]);
    const places = Array.from({ length: behind.length + 3 }, (_, i) => members.length - 2 + i);
    for (const chunks of [[bytes], everyBytes(bytes, 1), ...places.map((at) => cutBefore(bytes, [at]))]) {
      const result = await inflateAll(chunks);
      expect(result).toMatchObject({ error: undefined, trailing: [behind.length] });
      expect(result.bytes.equals(inflated)).toBe(true);
    }
  });
});

describe('MAX_OBJECT_RAW_BYTES', () => {
  it.each([['plain', (raw: Buffer) => raw] as const, ['gzip', gzipSync] as const])('is an exact bound: %s', async (_, pack) => {
    expect(await inflateAll([pack(text)], { maxRawBytes: text.length })).toMatchObject({ error: undefined });
    const over = await inflateAll([pack(text)], { maxRawBytes: text.length - 1 });
    expect(over.error).toMatchObject({ code: 'bomb' });
    expect(over.bytes.equals(text.subarray(0, -1))).toBe(true);
  });

  it('stops a bomb without inflating it', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const source = stored(everyBytes(bomb, 4096));
    const { error, bytes } = await inflateAll(source, { maxRawBytes: 1_000_000 });
    expect(error).toMatchObject({ code: 'bomb', message: expect.stringContaining('MAX_OBJECT_RAW_BYTES (1000000)') as string });
    expect(bytes.length).toBe(1_000_000);
    expect(source.reads).toBe(1);
  });
});

test('what goes in comes out, in however many members and pieces', async () => {
  const raw = fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array(4000))), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(raw, fc.constantFrom(0, 1, 6, 9)).chain(([parts, level]) => {
        const bytes = Buffer.concat(parts.map((part) => gzipSync(part, { level })));
        return fc.tuple(fc.constant(Buffer.concat(parts)), anyChunks(bytes));
      }),
      async ([raw, chunks]) => {
        const { bytes, error } = await inflateAll(chunks);
        expect(error).toBeUndefined();
        expect(bytes.equals(raw)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('a reader that leaves early ends the reading of the object', async () => {
  const ended: string[] = [];
  async function* source(bytes: Buffer): AsyncGenerator<Buffer> {
    try {
      for (const piece of everyBytes(bytes, 50)) yield await Promise.resolve(piece);
    } finally {
      ended.push('yes');
    }
  }
  for (const bytes of [gzipSync(randomBytes(5000)), Buffer.alloc(5000, 'a')]) {
    await inflateAll(source(bytes), { stopAfter: 100 });
  }
  expect(ended).toEqual(['yes', 'yes']);
});

test('what the object’s own stream throws is passed on as it is', async () => {
  const fault = new Error('the network');
  async function* source(): AsyncGenerator<Buffer> {
    yield gzipSync(text).subarray(0, 100);
    await Promise.reject(fault);
  }
  expect((await inflateAll(source())).error).toBe(fault);
});
