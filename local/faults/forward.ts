/** Hands a request on to the target and gives its answer back as a stream, with back-pressure both ways. It never changes a body. */
import { Agent, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Idle connections go before any known emulator closes them itself (5 s at the least): a reset here would be a fault that no rule asked for. */
const IDLE_MS = 1_000;

/** https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1: for one connection only. `expect` has been answered when the body is read. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'expect']);

export class Forwarder {
  readonly #target: URL;
  readonly #agent: Agent;

  constructor(target: URL) {
    this.#target = target;
    this.#agent = new (target.protocol === 'https:' ? TlsAgent : Agent)({ keepAlive: true, timeout: IDLE_MS });
  }

  /**
   * @param body the request's whole body; read no faster than the target takes it.
   * @param signal ends it on both sides, when the client has gone.
   * @returns the target's answer as soon as its headers are there.
   * @throws Node's own error when the target cannot be reached, or breaks off before it answers.
   */
  async send(req: IncomingMessage, body: AsyncIterable<Buffer>, signal: AbortSignal): Promise<IncomingMessage> {
    const upstream = this.#open(req, signal);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    upstream.once('response', resolve);
    upstream.on('error', reject);
    // A target may answer, and close, before it has read all: the answer counts then, and the rest of the body is nobody's concern.
    pipeline(Readable.from(body, { objectMode: false }), upstream).catch(reject);
    return promise;
  }

  /** Closes the connections to the target. */
  stop(): void {
    this.#agent.destroy();
  }

  #open(req: IncomingMessage, signal: AbortSignal): ClientRequest {
    const start = this.#target.protocol === 'https:' ? httpsRequest : httpRequest;
    return start({
      protocol: this.#target.protocol,
      hostname: this.#target.hostname.replace(/^\[|\]$/g, ''),
      port: this.#target.port,
      agent: this.#agent,
      method: req.method ?? 'GET',
      path: req.url ?? '/',
      headers: { ...endToEnd(req), ...chunking(req), host: hostFor(req.headers.host ?? '', this.#target) },
      signal,
    });
  }
}

/** All headers but those that belong to one connection; repeated ones stay repeated. */
export function endToEnd(message: IncomingMessage): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(message.headersDistinct).filter(([name]) => !HOP_BY_HOP.has(name) && name !== 'host'));
}

function chunking(req: IncomingMessage): OutgoingHttpHeaders {
  return req.headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };
}

/**
 * The Host that the target would have seen without us. Names that carry meaning stay (`bucket.s3.localhost...`), only the port becomes the target's;
 * bare addresses become the target's own.
 */
export function hostFor(asked: string, target: URL): string {
  const name = asked.replace(/:\d+$/, '');
  if (!name.includes('.') || /^[\d.]+$/.test(name) || name.startsWith('[')) return target.host;
  return target.port === '' ? name : `${name}:${target.port}`;
}
