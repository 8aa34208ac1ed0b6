/** What a GetObject that fails means, and what ends a read from outside. */
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { BUCKET, useStore } from './store.ts';

const store = useStore(500);
const missing = { bucket: BUCKET, key: 'missing', etag: 'e' };

describe('a missing object and a denied one are told apart', () => {
  it('where the role may list', async () => {
    const ref = await store.put('kept', 'x');
    await expect(store.open(missing)).rejects.toMatchObject({ code: 'object-missing' });
    store.aws.s3.allowOnly(({ operation }) => operation !== 'GetObject');
    await expect(store.open(ref)).rejects.toMatchObject({
      code: 'central-denied',
      message: expect.stringContaining('allow s3:GetObject, and the key') as string,
    });
    await expect(store.open(missing), 'by a listing').rejects.toMatchObject({ code: 'object-missing' });
    await expect(store.open({ ...ref, key: 'kep' }), 'a longer key is another one').rejects.toMatchObject({ code: 'object-missing' });
  });

  it('and where it may not, both are denied, and the advice says what would tell', async () => {
    const ref = await store.put('kept', 'x');
    store.aws.s3.allowOnly(({ operation }) => operation === 'GetObject');
    const untold = { code: 'central-denied', message: expect.stringContaining('s3:ListBucket') as string };
    await expect(store.open(missing)).rejects.toMatchObject(untold);
    store.aws.s3.allowOnly(() => false);
    await expect(store.open(ref)).rejects.toMatchObject(untold);
  });

  it('a bucket that is not there is ours only if it is the one that is set', async () => {
    const ref = { bucket: 'nowhere', key: 'k' };
    await expect(store.open(ref)).rejects.toMatchObject({ code: 'object-missing' });
    await expect(store.open(ref, { bucket: 'nowhere' })).rejects.toMatchObject({ code: 'central-denied' });
  });
});

describe('S3 that fails', () => {
  it.each(['error', 'throttle', 'reset', 'hang'] as const)('by %s is down, after the SDK’s own tries', async (effect) => {
    const ref = await store.put('kept', 'x');
    const name = `all ${effect}`;
    store.faults.rules.set([{ name, action: 'GetObject', effect }]);
    await expect(store.open(ref)).rejects.toMatchObject({ code: 'dependency-down', fault: { disposition: 'central' } });
    expect(store.faults.hits()[name]).toBe(3);
  });

  it('once does no harm', async () => {
    const ref = await store.put('kept', 'x');
    store.faults.rules.set([{ action: 'GetObject', limit: 1, effect: 'error' }]);
    expect((await store.read(ref)).toString()).toBe('x');
  });

  it.each([
    ['ExpiredToken', 400, 'central-denied'],
    ['InvalidAccessKeyId', 403, 'central-denied'],
    ['RequestTimeTooSkewed', 403, 'central-denied'],
    ['KMS.DisabledException', 400, 'central-denied'],
    ['PermanentRedirect', 301, 'central-denied'],
    ['InvalidObjectState', 403, 'unexpected'],
    ['MethodNotAllowed', 405, 'unexpected'],
  ])('with %s (%i): %s', async (code, status, expected) => {
    const ref = await store.put('kept', 'x');
    store.faults.rules.set([{ action: 'GetObject', effect: { kind: 'refuse', code, status, message: 'no' } }]);
    await expect(store.open(ref)).rejects.toMatchObject({ code: expected, message: expect.stringContaining(`${BUCKET}/kept`) as string });
  });
});

/** An object that hands out its first byte and then nothing more. @returns its notification, and how many of its bodies are open. */
async function stalling(key: string) {
  const open = new Set<Readable>();
  const body = () => {
    const stream = new Readable({ read: () => undefined }).once('close', () => open.delete(stream));
    stream.push('x');
    return open.add(stream) && stream;
  };
  await store.aws.s3.putVirtual(BUCKET, key, { etag: 'e', body });
  return { ref: { bucket: BUCKET, key, etag: 'e' }, open };
}

describe('a read ends at once', () => {
  const reason = new Error('stopping');

  it('when the signal is aborted while it waits for a byte', async () => {
    const { ref, open } = await stalling('aborted');
    const stop = new AbortController();
    const chunks = (await store.open(ref, { signal: stop.signal })).chunks[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toEqual(Buffer.from('x'));
    const next = chunks.next();
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
    await vi.waitFor(() => expect(open.size).toBe(0));
  });

  it('before it begins, also when the object was opened', async () => {
    const ref = await store.put('kept', 'x');
    const stop = new AbortController();
    const object = await store.open(ref, { signal: stop.signal });
    stop.abort(reason);
    await expect(object.chunks[Symbol.asyncIterator]().next()).rejects.toBe(reason);
    await expect(store.open(ref, { signal: stop.signal })).rejects.toBe(reason);
    object.close();
  });

  it('while the request has no answer', async () => {
    const ref = await store.put('kept', 'x');
    store.faults.rules.set([{ name: 'no answer', action: 'GetObject', effect: 'hang' }]);
    const stop = new AbortController();
    const opening = store.open(ref, { signal: stop.signal });
    await vi.waitFor(() => expect(store.faults.hits()['no answer']).toBe(1));
    stop.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  it('while it waits before another try', async () => {
    const ref = await store.put('kept', 'x'.repeat(100_000));
    store.faults.rules.set([{ action: 'GetObject', effect: { kind: 'cut', afterBytes: 10 } }]);
    const stop = new AbortController();
    const read = store.read(ref, { signal: stop.signal, backoff: { baseMs: 1e9, maxMs: 1e9 } });
    const ended = read.catch((error: unknown) => error);
    await vi.waitFor(() => expect(store.resumed.length).toBe(1));
    stop.abort(reason);
    expect(await ended).toBe(reason);
  });

  it('when it is closed, waiting or not', async () => {
    const { ref, open } = await stalling('closed');
    const object = await store.open(ref);
    const chunks = object.chunks[Symbol.asyncIterator]();
    await chunks.next();
    const next = chunks.next();
    object.close();
    await expect(next).rejects.toThrow('the object was closed');
    (await store.open(ref)).close();
    await vi.waitFor(() => expect(open.size).toBe(0));
  });

  it('when its reader leaves', async () => {
    const { ref, open } = await stalling('left');
    const object = await store.open(ref);
    for await (const chunk of object.chunks) {
      expect(chunk.toString()).toBe('x');
      break;
    }
    await vi.waitFor(() => expect(open.size).toBe(0));
    object.close();
  });
});
