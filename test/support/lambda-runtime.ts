/** A stand-in for the Lambda Runtime API: hands out invocations one by one and keeps what was answered. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface Answer {
  readonly kind: 'response' | 'error';
  readonly body: unknown;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly deadlineMs: number;
  readonly answered: (answer: Answer) => void;
}

export class LambdaRuntime {
  readonly #server: Server;
  readonly #waiting: ServerResponse[] = [];
  readonly #queued: Invocation[] = [];
  readonly #open = new Map<string, Invocation>();

  private constructor() {
    this.#server = createServer((req, res) => void this.#handle(req, res));
  }

  static async start(): Promise<LambdaRuntime> {
    const runtime = new LambdaRuntime();
    runtime.#server.listen(0, '127.0.0.1');
    await once(runtime.#server, 'listening');
    return runtime;
  }

  /** As AWS_LAMBDA_RUNTIME_API wants it: host and port. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Whether the function waits for work. */
  get isIdle(): boolean {
    return this.#waiting.length > 0;
  }

  /** @param limitMs how long the function may take. */
  async invoke(event: unknown, limitMs = 60_000): Promise<Answer> {
    return await new Promise((answered) => {
      this.#queued.push({ id: `request-${Math.random()}`, event, deadlineMs: Date.now() + limitMs, answered });
      this.#handOut();
    });
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [id = '', kind] = (req.url ?? '').split('/').slice(-2);
    if (kind === 'next') {
      this.#waiting.push(res);
      res.once('close', () => this.#forget(res));
      return this.#handOut();
    }
    const invocation = this.#open.get(id);
    if (!invocation || (kind !== 'response' && kind !== 'error')) return void res.writeHead(404).end();
    this.#open.delete(id);
    invocation.answered({ kind, body: await json(req) });
    res.writeHead(202).end();
  }

  #handOut(): void {
    while (this.#waiting.length > 0 && this.#queued.length > 0) {
      const res = this.#waiting.shift();
      const invocation = this.#queued.shift();
      if (!res || !invocation) return;
      this.#open.set(invocation.id, invocation);
      res.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': invocation.id,
        'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
      });
      res.end(JSON.stringify(invocation.event));
    }
  }

  #forget(res: ServerResponse): void {
    const at = this.#waiting.indexOf(res);
    if (at !== -1) this.#waiting.splice(at, 1);
  }
}

/** As the event source mapping hands messages on. */
export function sqsEvent(bodies: readonly string[]): { Records: unknown[] } {
  return {
    Records: bodies.map((body, i) => ({
      messageId: `message-${i}`,
      receiptHandle: `handle-${i}`,
      body,
      attributes: { ApproximateReceiveCount: '1' },
      eventSource: 'aws:sqs',
      awsRegion: 'us-east-1',
    })),
  };
}
