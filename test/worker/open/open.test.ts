import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Superseded } from '../../../worker/open/open.ts';
import { all, BUCKET, useStore, VERSIONED } from './store.ts';

const store = useStore();
const MIB = 1024 * 1024;
const bytes = randomBytes(2 * MIB);
const shaOf = (buffer: Buffer) => createHash('sha256').update(buffer).digest('hex');

afterEach(() => {
  vi.useRealTimers();
});

describe('an object is read', () => {
  it.each(['plain', 'with space+plus', 'ünï/çødé/€😀', "a&b=c;d:e,f@g$h'(i)!*j", 'per%2Fcent', 'a//b/./c', 'q?x#y', '"quoted"\\'])(
    'under any key: %s',
    async (key) => {
      expect((await store.read(await store.put(key, key))).toString()).toBe(key);
    },
  );

  it('empty or not, again as often as it is asked for', async () => {
    for (const body of [Buffer.alloc(0), bytes]) {
      const object = await store.open(await store.put('again', body));
      const first = shaOf(await all(object.chunks));
      expect(first).toBe(shaOf(body));
      expect(shaOf(await all(object.chunks))).toBe(first);
      object.close();
    }
    expect(store.resumed).toEqual([]);
  });

  it('with the time when it was last modified, in whole seconds as HTTP has it', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const object = await store.open(await store.put('time', 'x'));
    expect(object.lastModifiedMs).toBeGreaterThanOrEqual(before);
    expect(object.lastModifiedMs % 1000).toBe(0);
    expect(object.lastModifiedMs).toBeLessThanOrEqual(Date.now());
    object.close();
  });

  it('from an endpoint that does not say how long it is, twice too', async () => {
    await store.aws.s3.putVirtual(BUCKET, 'unsized', { etag: 'e', body: () => Readable.from([bytes], { objectMode: false }) });
    const object = await store.open({ bucket: BUCKET, key: 'unsized', etag: 'e' });
    for (let i = 0; i < 2; i++) expect(shaOf(await all(object.chunks))).toBe(shaOf(bytes));
    object.close();
  });
});

describe('a body that breaks off', () => {
  it('goes on where it broke off, as often as it takes', async () => {
    const ref = await store.put('cut', bytes);
    store.faults.rules.set([{ name: 'cut', action: 'GetObject', limit: 8, effect: { kind: 'cut', afterBytes: 200_000 } }]);
    const before = store.faults.hits()['cut'] ?? 0;
    expect(shaOf(await store.read(ref))).toBe(shaOf(bytes));
    expect((store.faults.hits()['cut'] ?? 0) - before).toBe(8);
    expect(store.resumed.length).toBe(8);
    expect(store.resumed).toEqual(store.resumed.toSorted((a, b) => a - b));
    expect(store.resumed.at(-1)).toBeLessThanOrEqual(8 * 200_000);
  });

  it('one byte before its end', async () => {
    const ref = await store.put('last byte', bytes);
    store.faults.rules.set([{ action: 'GetObject', limit: 1, effect: { kind: 'cut', afterBytes: bytes.length } }]);
    expect(shaOf(await store.read(ref))).toBe(shaOf(bytes));
    expect(store.resumed.length).toBe(1);
  });

  it('again and again without a further byte is S3’s fault, and ends', async () => {
    const ref = await store.put('hopeless', bytes);
    store.faults.rules.set([{ name: 'nothing', action: 'GetObject', effect: { kind: 'cut', afterBytes: 0 } }]);
    await expect(store.read(ref)).rejects.toMatchObject({
      code: 'dependency-down',
      message: expect.stringContaining('at byte 0') as string,
    });
    expect(store.faults.hits()['nothing']).toBe(6);
  });

  it('stalls: after READ_TIMEOUT_SECONDS without a byte it goes on by another request', async () => {
    const starts: number[] = [];
    const stalling = (start: number) => {
      starts.push(start);
      const end = starts.length === 1 ? 300_000 : bytes.length;
      const stream = new Readable({ read: () => undefined });
      stream.push(bytes.subarray(start, end));
      return stream;
    };
    await store.aws.s3.putVirtual(BUCKET, 'stalls', { size: bytes.length, etag: 'e', body: stalling });
    const read = await store.read({ bucket: BUCKET, key: 'stalls', etag: 'e' }, { readTimeoutMs: 300 });
    expect(shaOf(read)).toBe(shaOf(bytes));
    expect(starts).toEqual([0, 300_000]);
    expect(store.resumed).toEqual([300_000]);
  });

  it('is none where only the reader takes its time', async () => {
    const object = await store.open(await store.put('slow', bytes), { readTimeoutMs: 1000 });
    const chunks = object.chunks[Symbol.asyncIterator]();
    const seen = [(await chunks.next()).value as Buffer];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(60_000);
      seen.push((await chunks.next()).value as Buffer);
    }
    vi.useRealTimers();
    seen.push(await all({ [Symbol.asyncIterator]: () => chunks }));
    expect(shaOf(Buffer.concat(seen))).toBe(shaOf(bytes));
    expect(store.resumed).toEqual([]);
  });
});

describe('an object that was overwritten', () => {
  it('since its notification is superseded', async () => {
    const old = await store.put('over', 'old');
    const young = await store.put('over', 'young');
    await expect(store.open(old)).rejects.toThrow(Superseded);
    expect((await store.read(young)).toString()).toBe('young');
  });

  it('in a versioned bucket is still there as it was', async () => {
    const old = await store.put('over', 'old', VERSIONED);
    const young = await store.put('over', 'young', VERSIONED);
    await store.clients.s3.send(new DeleteObjectCommand({ Bucket: VERSIONED, Key: 'over' }));
    expect((await store.read(old)).toString()).toBe('old');
    expect((await store.read(young)).toString()).toBe('young');
    await expect(store.open({ bucket: VERSIONED, key: 'over' })).rejects.toMatchObject({ code: 'object-missing' });
  });

  it.each([
    ['with', 'the ETag of its notification', (etag?: string) => etag],
    ['with', 'a notification that named none', () => undefined],
  ])('while it is read is never mixed: %s %s', async (_, _what, pin) => {
    const { etag: told, ...ref } = await store.put('mixed', bytes);
    const etag = pin(told);
    store.faults.rules.set([{ action: 'GetObject', limit: 1, effect: { kind: 'cut', afterBytes: 300_000 } }]);
    const object = await store.open(etag === undefined ? ref : { ...ref, etag });
    const chunks = object.chunks[Symbol.asyncIterator]();
    const seen = [(await chunks.next()).value as Buffer];
    await store.clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'mixed', Body: randomBytes(2 * MIB) }));
    const rest = (async () => {
      for (;;) seen.push((await chunks.next()).value as Buffer);
    })();
    await expect(rest).rejects.toThrow(Superseded);
    expect(bytes.subarray(0, Buffer.concat(seen).length).equals(Buffer.concat(seen))).toBe(true);
  });
});
