/**
 * A proxy in front of any AWS-compatible endpoint that makes it fail as AWS fails, by rules. Without a rule it changes nothing. Not for AWS itself:
 * the signature covers the Host, and emulators alone do not check it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { readCredentialScope } from '../credential-scope.ts';
import { Accounts } from './accounts.ts';
import { answer } from './answer.ts';
import { Forwarder } from './forward.ts';
import { operationByForm, operationByHead } from './operation.ts';
import { type Peeked, peek, unread } from './peek.ts';
import type { FaultRule } from './rule.ts';
import { RuleBook, type SeenRequest } from './rule-book.ts';

export interface FaultsOptions {
  /** Such as `http://127.0.0.1:4566`. */
  readonly target: string;
  /** 0, the default: any free one. */
  readonly port?: number;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Of the rules' probabilities; the same seed strikes the same requests of a rule, counted as they match. 1 by default. */
  readonly seed?: number;
  readonly rules?: readonly FaultRule[];
}

export interface Faults {
  /** What clients take for AWS. */
  readonly endpoint: string;
  /** The rules in force, changed at any time; a request meets those in force when it arrives. */
  readonly rules: Pick<RuleBook, 'set' | 'add' | 'clear'>;
  /** How often each rule has struck, by its name, since the start. */
  hits(): Record<string, number>;
  /** How many requests have arrived, by `service:Action`, such as `logs:PutLogEvents`. */
  requests(): Record<string, number>;
  /** Breaks what is under way, hanging requests too. */
  stop(): Promise<void>;
}

/** As the front's: the SDK keeps idle sockets and would meet a reset on its next call after Node's own 5 s. */
const KEEP_ALIVE_MS = 120_000;

/** @throws Node's own error when the port is taken, TypeError when the target is no URL. */
export async function startFaults({ target, port = 0, host = '127.0.0.1', seed = 1, rules = [] }: FaultsOptions): Promise<Faults> {
  const proxy = new FaultProxy(new URL(target), seed);
  proxy.book.set(rules);
  const server = createServer((req, res) => {
    // A body that nobody wants must still be read, or the connection could not be used again.
    res.once('finish', () => req.resume());
    proxy.handle(req, res).catch((error: unknown) => giveUp(res, target, error));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    endpoint: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${(server.address() as AddressInfo).port}`,
    rules: proxy.book,
    hits: () => proxy.book.hits(),
    requests: () => Object.fromEntries(proxy.requests),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      proxy.forwarder.stop();
    },
  };
}

class FaultProxy {
  readonly book: RuleBook;
  readonly forwarder: Forwarder;
  readonly requests = new Map<string, number>();
  readonly #accounts = new Accounts();

  constructor(target: URL, seed: number) {
    this.book = new RuleBook(seed);
    this.forwarder = new Forwarder(target);
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const gone = new AbortController();
    res.once('close', () => {
      if (!res.writableFinished) gone.abort();
    });
    const { seen, body } = await this.#see(req);
    const counted = `${seen.service}:${seen.action}`;
    this.requests.set(counted, (this.requests.get(counted) ?? 0) + 1);
    const { delayMs, effect } = this.book.decide(seen);
    if (delayMs > 0) await wait(delayMs, undefined, { signal: gone.signal });
    const learn = seen.service === 'sts' ? (text: string) => this.#accounts.learn(text) : undefined;
    const forward = () => this.forwarder.send(req, body, gone.signal);
    await answer({ req, res, service: seen.service, gone: gone.signal, forward, watch: learn }, effect);
  }

  async #see(req: IncomingMessage): Promise<{ readonly seen: SeenRequest; readonly body: Peeked['body'] }> {
    const path = req.url ?? '/';
    const { service = 'unsigned', accessKeyId = '' } = readCredentialScope(req.headers, path) ?? {};
    const byHead = operationByHead(service, { method: req.method ?? 'GET', url: path, headers: req.headers });
    const isForm = byHead === undefined && service !== 'unsigned';
    const head = { service, action: byHead ?? 'unknown', account: this.#accounts.of(accessKeyId), accessKeyId, path, bodyStart: '' };
    const { start, body } = isForm || this.book.wantsBody(head) ? await peek(req) : unread(req);
    return { seen: { ...head, action: isForm ? operationByForm(start) : head.action, bodyStart: start }, body };
  }
}

/** A target that is not there is said so; everything else passes on as what it is, a broken connection. */
function giveUp(res: ServerResponse, target: string, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (res.headersSent || res.destroyed || (code !== 'ECONNREFUSED' && code !== 'ENOTFOUND')) {
    res.destroy();
    return;
  }
  const body = `The fault proxy cannot reach its target ${target} (${code}): start the target, or point --target at it.\n`;
  res.writeHead(502, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }).end(body);
}
