/** AWS, with somebody in between, who may answer in its place, or lose its answers. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * Is told each operation.
 * @returns the answer in AWS's place; `lost` to do what was asked, and lose the answer.
 */
export type Meet = (operation: string) => Promise<{ status: number; body: string } | 'lost' | undefined>;

/** @param closing is given what ends it. */
export async function standBetween(
  endpoint: string,
  meet: Meet,
  closing: (() => Promise<unknown>)[],
): Promise<{ AWS_ENDPOINT_URL: string }> {
  const { hostname, port } = new URL(endpoint);
  const pass = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await buffer(req);
    const said = await meet(operationOf(req, body));
    if (typeof said === 'object') return void res.writeHead(said.status).end(said.body);
    const onward = request({ hostname, port, method: req.method, path: req.url, headers: req.headers });
    onward.end(body);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    if (said !== 'lost') return void answer.pipe(res.writeHead(answer.statusCode ?? 500, answer.headers));
    await buffer(answer);
    res.destroy();
  };
  const server = createServer((req, res) => void pass(req, res).catch(() => res.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** By its target in the JSON protocols, by its action in the query protocol. */
function operationOf({ headers }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target'];
  return (typeof target === 'string' ? target.split('.')[1] : /(?:^|&)Action=(\w+)/.exec(body.toString('latin1'))?.[1]) ?? '';
}
