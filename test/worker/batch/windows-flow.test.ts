/** How windows come: when a line has waited long enough, what a break or a fault leaves, and what a close ends. */
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Window } from '../../../worker/batch/window.ts';
import type { WindowReader } from '../../../worker/batch/windows.ts';
import { LogferryError } from '../../../worker/errors.ts';
import { everyBytes, stored } from '../decode/chunked.ts';
import { messagesOf, readAll, readerOf } from './reading.ts';

const LINGER = 5000;

/** An object that comes when the test says so. */
class Pipe implements AsyncIterable<Buffer> {
  readonly #chunks: Buffer[] = [];
  #wake: () => void = () => undefined;
  #over = false;
  #error: Error | undefined;
  asked = 0;
  closed = 0;

  send(text: string): void {
    this.#chunks.push(Buffer.from(text));
    this.#wake();
  }

  end(): void {
    this.#over = true;
    this.#wake();
  }

  close(): void {
    this.closed++;
    this.#error = new Error('the object was closed');
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      this.asked++;
      while (this.#chunks.length === 0 && !this.#over && !this.#error)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      if (this.#error) throw this.#error;
      const chunk = this.#chunks.shift();
      if (!chunk) return;
      yield chunk;
    }
  }
}

/** The next window's messages, or `waiting` while it is not full; the promise goes on. */
function ask(reader: WindowReader): { seen: () => Promise<string[] | 'waiting' | 'end'>; done: Promise<Window | undefined> } {
  const done = reader.next();
  const seen = async () => {
    await turn();
    return await Promise.race([
      done.then((window) => (window ? messagesOf([window]) : ('end' as const))),
      turn().then(() => 'waiting' as const),
    ]);
  };
  return { seen, done };
}

describe('a line waits for its window to fill', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('no longer than WINDOW_LINGER_MS, and nothing of what comes later is lost', async () => {
    const pipe = new Pipe();
    const reader = readerOf(pipe, { lingerMs: LINGER });
    pipe.send('a\nb\nbeg');
    const first = ask(reader);
    expect(await first.seen()).toBe('waiting');
    await vi.advanceTimersByTimeAsync(LINGER - 1);
    expect(await first.seen()).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1);
    expect(await first.seen()).toEqual(['a', 'b']);
    const second = ask(reader);
    await vi.advanceTimersByTimeAsync(10 * LINGER);
    expect(await second.seen(), 'there is no line yet that could wait').toBe('waiting');
    pipe.send('un\nc');
    pipe.end();
    expect(await second.seen()).toEqual(['begun', 'c']);
    expect(await ask(reader).seen()).toBe('end');
  });

  it('counted from the first line of its own window, not while the windows before are being put', async () => {
    const pipe = new Pipe();
    const reader = readerOf(pipe, { lingerMs: LINGER });
    const large = 'x'.repeat(700_000);
    pipe.send(`${large}1\n${large}2\n`);
    expect(await ask(reader).seen()).toEqual([`${large}1`]);
    await vi.advanceTimersByTimeAsync(3 * LINGER);
    const second = ask(reader);
    await vi.advanceTimersByTimeAsync(LINGER - 1);
    expect(await second.seen()).toBe('waiting');
    pipe.send('small\n');
    pipe.end();
    expect(await second.seen()).toEqual([`${large}2`, 'small']);
  });

  it('an object that comes steadily fills its windows however long that takes before', async () => {
    const pipe = new Pipe();
    const reader = readerOf(pipe, { lingerMs: LINGER });
    pipe.send('a\n');
    const first = ask(reader);
    for (const line of 'bcd') {
      await vi.advanceTimersByTimeAsync(LINGER / 4);
      expect(await first.seen()).toBe('waiting');
      pipe.send(`${line}\n`);
    }
    await vi.advanceTimersByTimeAsync(LINGER / 4);
    expect(await first.seen()).toEqual(['a', 'b', 'c', 'd']);
    await reader.close();
  });
});

it('nothing is read ahead of the window that is asked for', async () => {
  const pipe = new Pipe();
  const reader = readerOf(pipe);
  for (let i = 0; i < 50; i++) pipe.send(`${'x'.repeat(99_999)}\n`);
  await turn();
  expect(pipe.asked).toBe(0);
  const window = await reader.next();
  expect(window?.times.length).toBe(10);
  expect(pipe.asked, 'the chunk that the last line did not fit from').toBeLessThanOrEqual(12);
  await turn();
  expect(pipe.asked).toBeLessThanOrEqual(12);
  await reader.close();
});

const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i}`);
const object = lines.join('\n') + '\n';

describe('a broken object', () => {
  it('is told after every whole line before the break, and again whoever asks', async () => {
    const broken = gzipSync(object + 'half a li').subarray(0, -12);
    const { windows, error } = await readAll(everyBytes(broken, 1000));
    expect(error).toMatchObject({ code: 'corrupt-object' });
    const messages = messagesOf(windows);
    expect(messages).toEqual(lines.slice(0, messages.length));
    expect(messages.length, 'all but what the last twelve bytes of gzip held').toBeGreaterThan(29_900);
    expect(windows.at(-1)?.endOffset).toBe(Buffer.byteLength(messages.join('\n')) + 1);
    expect(windows.at(-1)?.endsAtLineBorder).toBe(true);
  });

  it('delivers no line that did not end, also where the break comes before its shape is known', async () => {
    for (const text of ['half', '[1,2,3', 'one\nhalf', '{"Records":[{"a":1},{"b":']) {
      const { windows, error } = await readAll([gzipSync(text).subarray(0, -8)]);
      expect(error).toMatchObject({ code: 'corrupt-object' });
      expect(messagesOf(windows)).toEqual(
        { 'one\nhalf': ['one'], '[1,2,3': ['1', '2'], '{"Records":[{"a":1},{"b":': ['{"a":1}'] }[text] ?? [],
      );
    }
  });

  it('a bomb likewise, at the same line however it comes', async () => {
    const bytes = Buffer.from(object);
    for (const chunks of [[bytes], everyBytes(bytes, 999), [gzipSync(bytes)]]) {
      const { windows, error } = await readAll(chunks, { maxObjectRawBytes: 100_000 });
      expect(error).toMatchObject({ code: 'bomb' });
      expect(messagesOf(windows)).toEqual(object.slice(0, 100_000).split('\n').slice(0, -1));
    }
  });

  it('throws the same again', async () => {
    const reader = readerOf([gzipSync('a\nb').subarray(0, -4)]);
    expect(messagesOf([(await reader.next())!])).toEqual(['a']);
    await expect(reader.next()).rejects.toMatchObject({ code: 'corrupt-object' });
    await expect(reader.next()).rejects.toMatchObject({ code: 'corrupt-object' });
  });
});

it('any other fault is thrown at once, and no line comes after it: the message returns whole', async () => {
  const down = new LogferryError('dependency-down', 'S3 does not answer');
  const reader = readerOf({
    async *[Symbol.asyncIterator]() {
      yield Buffer.from('whole\nha');
      await Promise.reject(down);
    },
  });
  await expect(reader.next()).rejects.toBe(down);
  await expect(reader.next()).rejects.toBe(down);
});

describe('close', () => {
  it('ends a read that is under way', async () => {
    const pipe = new Pipe();
    const reader = readerOf(pipe);
    const next = reader.next();
    await turn();
    await reader.close();
    await expect(next).rejects.toThrow('the object was closed');
    expect(pipe.closed).toBe(1);
  });

  it('also one that nobody waits for any more', async () => {
    const pipe = new Pipe();
    const reader = readerOf(pipe, { lingerMs: 1 });
    pipe.send('a\n');
    expect(messagesOf([(await reader.next())!])).toEqual(['a']);
    await reader.close();
    expect(pipe.closed).toBe(1);
  });

  it('before the first window, between two, and after the last', async () => {
    for (const windows of [0, 1, 3]) {
      const chunks = everyBytes(gzipSync(object), 5000);
      const reader = readerOf(stored(chunks));
      for (let i = 0; i < windows; i++) expect((await reader.next())?.times.length).toBe(10_000);
      await expect(reader.close()).resolves.toBeUndefined();
      await expect(reader.close(), 'twice does no harm').resolves.toBeUndefined();
    }
  });
});
