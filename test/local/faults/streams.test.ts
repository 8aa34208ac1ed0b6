/** Large bodies through the proxy: at the pace of the slower side, in memory that does not grow with them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { startFaults } from '../../../local/faults/faults.ts';
import { signature, startTarget } from './target.ts';

const MIB = 1024 * 1024;
const SIZE = 100 * MIB;
/** Both kernels' socket buffers on both connections, and Node's; far below the body. */
const IN_BETWEEN_BYTES = 30 * MIB;
/** Of a Node process with this proxy in it, with what the collector has not yet taken. */
const FLAT_KIB = 216 * 1024;

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** 100 MiB; `produced` tells how much of it has been taken so far. */
function body(): { readonly stream: Readable; readonly sha256: () => string; produced: number } {
  const hash = createHash('sha256');
  const made = { produced: 0, sha256: () => hash.digest('hex'), stream: Readable.from(chunks(), { objectMode: false }) };
  function* chunks(): Generator<Buffer> {
    for (let n = 0; n < SIZE / MIB; n++) {
      const chunk = Buffer.alloc(MIB, n);
      hash.update(chunk);
      made.produced += MIB;
      yield chunk;
    }
  }
  return made;
}

async function sha256Of(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

/** Waits until a figure stands still. @returns it. */
async function settled(figure: () => number): Promise<number> {
  for (let last = -1, still = 0; ;) {
    still = figure() === last ? still + 1 : 0;
    if (still === 5) return last;
    last = figure();
    await wait(40);
  }
}

it('takes an upload no faster than the target does', async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<IncomingMessage>();
  const target = await startTarget((req, res) => {
    arrive(req);
    req.once('end', () => res.end('ok'));
  });
  const faults = await startFaults({ target: target.endpoint });
  stops.push(
    () => target.stop(),
    () => faults.stop(),
  );
  const upload = body();
  const req = request(faults.endpoint, { method: 'PUT', headers: { 'content-length': SIZE } });
  const answered = once(req, 'response');
  const sent = pipeline(upload.stream, req);
  const arriving = await arrived;
  expect(await settled(() => upload.produced)).toBeLessThan(IN_BETWEEN_BYTES);
  expect(await sha256Of(arriving)).toBe(upload.sha256());
  await Promise.all([sent, answered]);
});

it('takes an answer no faster than the client does, also behind a rule that reads the body’s start', async () => {
  const download = body();
  const target = await startTarget((req, res) => {
    req.resume();
    void pipeline(download.stream, res.writeHead(200, { 'content-length': SIZE }));
  });
  const faults = await startFaults({ target: target.endpoint, rules: [{ bodyIncludes: 'nothing', effect: 'error' }] });
  stops.push(
    () => target.stop(),
    () => faults.stop(),
  );
  const req = request(faults.endpoint).end();
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  expect(await settled(() => download.produced)).toBeLessThan(IN_BETWEEN_BYTES);
  expect(await sha256Of(res)).toBe(download.sha256());
});

it('gives the whole body on after a look at its start', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const target = await startTarget((req, res) => {
    void sha256Of(req).then((hash) => {
      resolve(hash);
      return res.end();
    });
  });
  const faults = await startFaults({ target: target.endpoint, rules: [{ bodyIncludes: 'nothing', effect: 'error' }] });
  stops.push(
    () => target.stop(),
    () => faults.stop(),
  );
  const upload = body();
  const req = request(faults.endpoint, { method: 'PUT', headers: { authorization: signature('s3') } });
  const answered = once(req, 'response');
  await pipeline(upload.stream, req);
  expect(await promise).toBe(upload.sha256());
  await answered;
});

async function startMain(
  args: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly lines: string[]; readonly endpoint: string }> {
  const child = spawn(process.execPath, ['local/faults/main.ts', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  stops.push(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const [first] = (await once(reader, 'line')) as [string];
  return { child, lines, endpoint: /http:\/\/[\d.:]+/.exec(first)?.[0] ?? first };
}

/** The most memory that a process had; 0 where the system does not tell. */
async function peakKibOf(pid: number | undefined): Promise<number> {
  if (process.platform !== 'linux') return 0;
  return Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

it('as a process of its own stays small, tells what it did at the end, and leaves with 0', async () => {
  const target = await startTarget((req, res) => {
    if (req.method === 'GET') void pipeline(body().stream, res);
    else req.resume().once('end', () => res.end());
  });
  stops.push(() => target.stop());
  const rule = '{"name":"gone","service":"s3","action":"DeleteObject","effect":"error"}';
  const { child, lines, endpoint } = await startMain(['--target', target.endpoint, '--rule', rule]);
  const headers = { authorization: signature('s3') };
  const put = request(`${endpoint}/b/k`, { method: 'PUT', headers });
  const answered = once(put, 'response');
  await pipeline(body().stream, put);
  const [answer] = (await answered) as [IncomingMessage];
  answer.resume();
  const [res] = (await once(request(`${endpoint}/b/k`, { headers }).end(), 'response')) as [IncomingMessage];
  await sha256Of(res);
  expect((await fetch(`${endpoint}/b/k`, { method: 'DELETE', headers })).status).toBe(500);
  expect(await peakKibOf(child.pid)).toBeLessThan(FLAT_KIB);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  const said = lines.join('\n');
  expect(said).toContain('Requests:\n  s3:PutObject: 1\n  s3:GetObject: 1\n  s3:DeleteObject: 1\nStrikes:\n  gone: 1');
});

it('as a process of its own refuses a rule that it does not know, and says what it takes', async () => {
  const child = spawn(process.execPath, ['local/faults/main.ts', '--rule', '{"effect":"trottle"}'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = Readable.from(child.stderr).reduce((text: string, chunk: Buffer) => text + chunk.toString(), '');
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(await said).toContain('effect: expected "throttle"');
});
