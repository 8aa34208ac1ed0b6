/** A plain HTTP server behind the fault proxy, which remembers what it saw; and the clients to ask through it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Target {
  readonly endpoint: string;
  /** `METHOD url` of each request whose whole body arrived. */
  readonly took: string[];
  stop(): Promise<void>;
}

/** @param listener in place of one that takes all and answers `ok`. */
export async function startTarget(listener?: RequestListener): Promise<Target> {
  const took: string[] = [];
  const takeAll: RequestListener = (req, res) => {
    void buffer(req).then((body) => {
      took.push(`${req.method} ${req.url} ${body.toString('utf8')}`.trim());
      return res.end('ok');
    });
  };
  const server = createServer(listener ?? takeAll);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    took,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export const signature = (service: string, accessKeyId = 'test'): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly service?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Node's code of what broke the body off; undefined when all of it came. */
  readonly broken: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

/** A signed request by hand, on a connection of its own. @throws Node's own error when no answer begins. */
export async function ask(endpoint: string, asked: Asked = {}): Promise<Answer> {
  const { method = 'GET', path = '/bucket/key', service = 's3', key = 'test', headers = {}, body } = asked;
  const req = request(`${endpoint}${path}`, { method, agent: false, headers: { authorization: signature(service, key), ...headers } });
  req.end(body);
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  let text = '';
  let broken: string | undefined;
  try {
    for await (const chunk of res.setEncoding('utf8')) text += chunk;
  } catch (error) {
    broken = (error as NodeJS.ErrnoException).code;
  }
  return { status: res.statusCode ?? 0, body: text, broken, headers: res.headers };
}
