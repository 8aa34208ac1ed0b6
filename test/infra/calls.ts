/**
 * A proxy between the worker and the emulator that notes every call of AWS: which operation, on what, with whose key, and how it was answered. It changes
 * nothing, and keeps no secret: of credentials it notes the access key only.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { readCredentialScope } from '../../local/credential-scope.ts';
import { endToEnd, Forwarder } from '../../local/faults/forward.ts';
import { operationByForm, operationByHead } from '../../local/faults/operation.ts';

export interface Call {
  /** The signing name, such as `sqs`; `unsigned` for a request without a signature. */
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** Path and query. */
  readonly url: string;
  /** The parameters: AWS JSON or a form as an object of texts; empty for S3, whose address says all. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** Of AssumeRole: whose key the answer hands out. */
  readonly assumed?: { readonly accessKeyId: string; readonly roleArn: string };
}

export interface Recorder {
  readonly endpoint: string;
  /** Those that have been answered, in that order. */
  readonly calls: readonly Call[];
  stop(): Promise<void>;
}

/** @param target the emulator's endpoint. */
export async function startRecorder(target: string): Promise<Recorder> {
  const calls: Call[] = [];
  const forwarder = new Forwarder(new URL(target));
  const server = createServer((req, res) => {
    // The client has gone, or the emulator: to both the connection says it.
    pass(req, res, forwarder, calls).catch(() => res.destroy());
  });
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      forwarder.stop();
    },
  };
}

async function pass(req: IncomingMessage, res: ServerResponse, forwarder: Forwarder, calls: Call[]): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const scope = readCredentialScope(req.headers, req.url ?? '/');
  const { service = 'unsigned', region = '', accessKeyId = '' } = scope ?? {};
  // Bodies are small but S3's, and the test's own objects are too.
  const body = await buffer(req);
  const answered = await forwarder.send(req, whole(body), gone.signal);
  const head = { method: req.method ?? 'GET', url: req.url ?? '/', headers: req.headers };
  const text = service === 's3' ? '' : body.toString();
  const operation = operationByHead(service, head) ?? operationByForm(text);
  const call = { service, operation, region, accessKeyId, url: head.url, input: inputOf(text), status: answered.statusCode ?? 0 };
  res.sendDate = false;
  if (service !== 'sts') {
    calls.push(call);
    res.writeHead(call.status, endToEnd(answered));
    await pipeline(answered, res);
    return;
  }
  const answer = await buffer(answered);
  calls.push({ ...call, ...assumedIn(answer.toString(), call.input) });
  res.writeHead(call.status, endToEnd(answered)).end(answer);
}

async function* whole(body: Buffer): AsyncGenerator<Buffer> {
  if (body.length > 0) yield body;
}

function inputOf(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  if (text.startsWith('{')) return JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(new URLSearchParams(text));
}

function assumedIn(answer: string, input: Call['input']): Pick<Call, 'assumed'> {
  const accessKeyId = /<AccessKeyId>(\w+)<\/AccessKeyId>/.exec(answer)?.[1];
  const roleArn = input['RoleArn'];
  return accessKeyId !== undefined && typeof roleArn === 'string' ? { assumed: { accessKeyId, roleArn } } : {};
}
