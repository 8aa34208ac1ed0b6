/** What becomes of one request under a verdict. Each way ends the client's connection or its answer, and never both. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { endToEnd } from './forward.ts';
import { failure, onTheWire, type Refusal, throttling } from './refusals.ts';
import type { CutEffect } from './rule.ts';
import type { Verdict } from './rule-book.ts';

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly service: string;
  /** Set when the client has gone. */
  readonly gone: AbortSignal;
  /** Lets the target have the request. @returns its answer, headers read. */
  readonly forward: () => Promise<IncomingMessage>;
  /** Told the body of an answer that is small by protocol and passes whole; undefined for all others. */
  readonly watch: ((body: string) => void) | undefined;
}

/** @throws when the target cannot be reached or either side breaks off. */
export async function answer(exchange: Exchange, effect: Verdict['effect']): Promise<void> {
  const { req, service, forward } = exchange;
  switch (effect?.kind) {
    case undefined:
      return passOn(exchange, await forward());
    case 'throttle':
      return refuse(exchange, throttling(service));
    case 'error':
      return refuse(exchange, failure(service));
    case 'refuse':
      return refuse(exchange, effect);
    case 'error-after':
      await drain(await forward());
      return refuse(exchange, failure(service));
    case 'reset':
      return reset(req);
    case 'reset-after':
      await drain(await forward());
      return reset(req);
    case 'cut':
      return cut(exchange, await forward(), effect);
    case 'hang':
      req.resume();
      return;
  }
}

async function passOn({ res, watch }: Exchange, answered: IncomingMessage): Promise<void> {
  if (watch === undefined) {
    writeHead(res, answered);
    await pipeline(answered, res);
    return;
  }
  const body = await buffer(answered);
  watch(body.toString('utf8'));
  writeHead(res, answered);
  res.end(body);
}

function writeHead(res: ServerResponse, answered: IncomingMessage): void {
  // The target's own Date passes, or stays out.
  res.sendDate = false;
  res.writeHead(answered.statusCode ?? 502, answered.statusMessage, endToEnd(answered));
}

function refuse({ req, res, service }: Exchange, refusal: Refusal): void {
  const { status, headers, body } = onTheWire(service, req.headers['x-amz-target'] !== undefined, refusal);
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  // HEAD: Node leaves the body out itself.
  res.end(body);
}

async function drain(answered: IncomingMessage): Promise<void> {
  await finished(answered.resume());
}

function reset(req: IncomingMessage): void {
  req.socket.resetAndDestroy();
}

async function cut({ req, res, gone }: Exchange, answered: IncomingMessage, where: CutEffect): Promise<void> {
  const announced = answered.headers['content-length'];
  if (announced === '0' || req.method === 'HEAD') {
    answered.destroy();
    res.destroy();
    return;
  }
  writeHead(res, answered);
  let left: number | undefined;
  for await (const chunk of answered as AsyncIterable<Buffer>) {
    left ??= passable(where, announced === undefined ? chunk.length : Number(announced));
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (!res.write(part)) await once(res, 'drain', { signal: gone });
    if (left === 0) break;
  }
  // Ends in order: a reset would throw away at the receiver what is still on its way.
  res.socket?.destroySoon();
}

/** How many bytes of so many go through: never all. */
function passable(where: CutEffect, total: number): number {
  return Math.min('afterBytes' in where ? where.afterBytes : Math.floor(total * where.fraction), total - 1);
}
