/**
 * DynamoDB behind the front: dynalite, in memory, plus the calls on time to live that it lacks. Tables are one account's and one region's, whoever
 * calls. Requests go to it whole: it ends the process when a request breaks off in the middle.
 */
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import dynalite from 'dynalite';
import { readBody } from '../read-body.ts';
import type { LocalService, ServiceRequest } from '../service.ts';
import { TimeToLive } from './time-to-live.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function createDynamoDb(): Promise<LocalService & { stop(): Promise<void> }> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const engine = new Engine((server.address() as AddressInfo).port);
  const timeToLive = new TimeToLive();
  return {
    handle: async ({ req, res }) => send(res, await answer(engine, timeToLive, req.headers, await readBody(req))),
    stop: () => stop(server, engine),
  };
}

async function answer(engine: Engine, timeToLive: TimeToLive, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
  const operation = String(headers['x-amz-target'] ?? '').split('.')[1];
  if (operation === 'DeleteTable') timeToLive.forget(readTable(body).TableName);
  if (operation !== 'UpdateTimeToLive' && operation !== 'DescribeTimeToLive') return engine.send(headers, body);
  const { TableName, TimeToLiveSpecification } = readTable(body);
  const table = await engine.send(
    { ...headers, 'x-amz-target': 'DynamoDB_20120810.DescribeTable' },
    Buffer.from(JSON.stringify({ TableName })),
  );
  if (table.status !== 200) return table;
  const result = TimeToLiveSpecification ? timeToLive.update(TableName, TimeToLiveSpecification) : timeToLive.describe(TableName);
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Buffer.from(JSON.stringify(result)) };
}

function readTable(body: Buffer): { TableName: string; TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean } } {
  try {
    return JSON.parse(body.toString()) as ReturnType<typeof readTable>;
  } catch {
    // The engine refuses it as it refuses any broken request.
    return { TableName: '' };
  }
}

/** dynalite's own little server, on the loopback interface. */
class Engine {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async send(headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    const passed = { ...headers, host: '127.0.0.1', 'content-length': String(body.length), connection: 'keep-alive' };
    // A chunked body has been read whole: it has a length now, and must not have both.
    Reflect.deleteProperty(passed, 'transfer-encoding');
    Reflect.deleteProperty(passed, 'expect');
    const out = request({ host: '127.0.0.1', port: this.#port, method: 'POST', path: '/', headers: passed, agent: this.#agent });
    out.end(body);
    const [res] = (await once(out, 'response')) as [IncomingMessage];
    return { status: res.statusCode ?? 500, headers: res.headers, body: await readBody(res) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

function send(res: ServiceRequest['res'], { status, headers, body }: Answer): void {
  for (const name of ['content-type', 'x-amz-crc32', 'x-amzn-requestid']) {
    const value = headers[name];
    if (value !== undefined) res.setHeader(name, value);
  }
  res.writeHead(status, { 'content-length': body.length });
  res.end(body);
}

async function stop(server: Server, engine: Engine): Promise<void> {
  engine.close();
  await new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}
