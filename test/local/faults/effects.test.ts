/** What each effect does to a request, seen by the client and by the target behind. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Faults, startFaults } from '../../../local/faults/faults.ts';
import type { FaultEffect } from '../../../local/faults/rule.ts';
import { ask, startTarget, type Target } from './target.ts';

let target: Target;
let faults: Faults;
beforeEach(async () => {
  target = await startTarget();
  faults = await startFaults({ target: target.endpoint });
});
afterEach(async () => {
  await faults.stop();
  await target.stop();
});

const strike = (effect: FaultEffect) => faults.rules.set([{ name: 'it', effect }]);

describe('without a rule', () => {
  it('passes request and answer as they are', async () => {
    const answer = await ask(faults.endpoint, { method: 'PUT', path: '/b/a%20b+c?x-id=PutObject', body: 'body' });
    expect(answer).toMatchObject({ status: 200, body: 'ok', broken: undefined });
    expect(target.took).toEqual(['PUT /b/a%20b+c?x-id=PutObject body']);
  });

  it('says so when the target is not there', async () => {
    await target.stop();
    const answer = await ask(faults.endpoint);
    expect(answer).toMatchObject({
      status: 502,
      body: expect.stringContaining(`cannot reach its target ${target.endpoint} (ECONNREFUSED)`),
    });
    target = await startTarget();
  });

  it('breaks the connection when the target breaks it', async () => {
    const breaking = await startTarget((req) => req.socket.resetAndDestroy());
    const front = await startFaults({ target: breaking.endpoint });
    await expect(ask(front.endpoint)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await front.stop();
    await breaking.stop();
  });

  it('leaves the target when the client leaves', async () => {
    const left = vi.fn<() => void>();
    const waiting = await startTarget((_, res) => res.once('close', left));
    const front = await startFaults({ target: waiting.endpoint });
    const gone = new AbortController();
    const answer = fetch(front.endpoint, { signal: gone.signal });
    await vi.waitFor(() => expect(front.requests()).toEqual({ 'unsigned:unknown': 1 }));
    gone.abort();
    await expect(answer).rejects.toThrow('aborted');
    await vi.waitFor(() => expect(left).toHaveBeenCalled());
    await front.stop();
    await waiting.stop();
  });
});

describe('faults before the target', () => {
  it.each<readonly [FaultEffect, number, string]>([
    ['throttle', 503, '<Code>SlowDown</Code>'],
    ['error', 500, '<Code>InternalError</Code>'],
    [
      { kind: 'refuse', code: 'AccessDenied', status: 403, message: 'no & no' },
      403,
      '<Code>AccessDenied</Code><Message>no &amp; no</Message>',
    ],
  ])('answers %j itself', async (effect, status, words) => {
    strike(effect);
    expect(await ask(faults.endpoint)).toMatchObject({ status, body: expect.stringContaining(words) });
    expect(target.took).toEqual([]);
    expect(faults.hits()).toEqual({ it: 1 });
  });

  it('resets the connection', async () => {
    strike('reset');
    await expect(ask(faults.endpoint, { method: 'PUT', body: 'x' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(target.took).toEqual([]);
  });

  it('hangs until the proxy stops', async () => {
    strike('hang');
    const answer = ask(faults.endpoint);
    const settled = vi.fn<(outcome: unknown) => void>();
    answer.then(settled, settled);
    // Another request goes all the way meanwhile, so the first had its time.
    await vi.waitFor(() => expect(faults.hits()).toEqual({ it: 1 }));
    faults.rules.clear();
    await ask(faults.endpoint);
    expect(settled).not.toHaveBeenCalled();
    expect(target.took).toHaveLength(1);
    await faults.stop();
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
    faults = await startFaults({ target: target.endpoint });
  });

  it('delays, and lets the rules behind strike too', async () => {
    faults.rules.set([
      { name: 'slow', effect: { kind: 'delay', ms: 120 } },
      { name: 'slower', effect: { kind: 'delay', ms: 80 } },
      { name: 'no', effect: 'throttle' },
      { name: 'never reached', effect: 'error' },
    ]);
    const before = performance.now();
    expect(await ask(faults.endpoint)).toMatchObject({ status: 503 });
    // A timer may fire a millisecond early by this clock, never more.
    expect(performance.now() - before).toBeGreaterThan(195);
    expect(faults.hits()).toEqual({ slow: 1, slower: 1, no: 1, 'never reached': 0 });
  });
});

describe('faults after the target took the request', () => {
  it('replaces its answer by a 500', async () => {
    strike('error-after');
    expect(await ask(faults.endpoint, { method: 'PUT', body: 'kept' })).toMatchObject({
      status: 500,
      body: expect.stringContaining('InternalError'),
    });
    expect(target.took).toEqual(['PUT /bucket/key kept']);
  });

  it('resets the connection in place of its answer', async () => {
    strike('reset-after');
    await expect(ask(faults.endpoint, { method: 'PUT', body: 'kept' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(target.took).toEqual(['PUT /bucket/key kept']);
  });
});

describe('cuts', () => {
  const TEN = '0123456789';
  const LENGTH = { 'content-length': '10' };
  it.each<readonly [string, FaultEffect, Record<string, string>, string]>([
    ['after so many bytes', { kind: 'cut', afterBytes: 4 }, LENGTH, '0123'],
    ['at a fraction of the announced length', { kind: 'cut', fraction: 0.75 }, LENGTH, '0123456'],
    ['before the first byte', { kind: 'cut', afterBytes: 0 }, LENGTH, ''],
    ['before the last byte at the latest', { kind: 'cut', afterBytes: 1000 }, LENGTH, '012345678'],
    ['a body of unknown length', { kind: 'cut', fraction: 0.5 }, {}, '01234'],
  ])('the answer %s', async (_, effect, headers, passed) => {
    const ten = await startTarget((_req, res) => res.writeHead(200, headers).end(TEN));
    const front = await startFaults({ target: ten.endpoint, rules: [{ effect }] });
    const answer = await ask(front.endpoint);
    expect(answer).toMatchObject({ status: 200, body: passed, broken: 'ECONNRESET' });
    await front.stop();
    await ten.stop();
  });

  it('an answer without a body before its headers', async () => {
    const empty = await startTarget((_, res) => res.writeHead(200, { 'content-length': 0 }).end());
    const front = await startFaults({ target: empty.endpoint, rules: [{ effect: { kind: 'cut', fraction: 1 } }] });
    await expect(ask(front.endpoint)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await front.stop();
    await empty.stop();
  });
});
