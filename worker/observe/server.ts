/** /metrics, /healthz and /readyz on all interfaces: what Prometheus scrapes and ECS asks. It reads, and never changes anything. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Health } from '../run/health.ts';

export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws when the port is taken: the error names METRICS_PORT. */
export async function startStatusServer(port: number, registry: Registry, health: Health): Promise<StatusServer> {
  const server = createServer((req, res) => {
    answer(req, res, registry, health).catch(() => res.writeHead(500).end());
  });
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new Error(`cannot listen on METRICS_PORT ${port}: ${cause.code ?? cause.message}; set another, or 0 for any free one`, { cause }),
      );
    });
    server.listen(port, resolve);
  });
}

async function answer(req: IncomingMessage, res: ServerResponse, registry: Registry, health: Health): Promise<void> {
  const send = (status: number, type: string, body: string) => void res.writeHead(status, { 'content-type': type }).end(body);
  const path = req.url?.split('?')[0];
  if (path === '/metrics') return send(200, registry.contentType, await registry.metrics());
  // That this answers at all is what it says: the event loop lives.
  if (path === '/healthz') return send(200, 'text/plain', 'ok\n');
  if (path !== '/readyz') return send(404, 'text/plain', 'try /metrics, /healthz or /readyz\n');
  const { reasons } = health;
  const ready = reasons.length === 0;
  return send(ready ? 200 : 503, 'application/json', `${JSON.stringify({ ready, reasons })}\n`);
}
