/** The image's own steps on clean folders, and what they make in all three modes: read-only, as another user, told by environment variables. */
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkerProcess } from '../../../local/worker-process.ts';
import { embeddedTarget, onEmbedded } from '../../support/embedded.ts';
import { s3Event } from '../../support/envelopes.ts';
import { LambdaRuntime, sqsEvent } from '../../support/lambda-runtime.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../../support/stage.ts';
import { buildImage, type Image } from './build.ts';
import { processOne, runContained, tiniHere, whyNoContainer } from './container.ts';

const START = join(import.meta.dirname, 'start.ts');
const reason = whyNoContainer();

describe.skipIf(reason !== undefined)(`the image, built step by step${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const local = onEmbedded([]);
  let folder: string;
  let file: string;
  let image: Image;
  let stage: Stage;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'logferry-image-'));
    image = await buildImage(folder);
    file = join(folder, 'image.json');
    writeFileSync(file, JSON.stringify(image));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    stage = await Stage.open(embeddedTarget(local));
  });
  afterEach(() => stage.close());

  const app = (...path: string[]) => join(image.root, image.cwd, ...path);

  /** `docker exec`, without the entry point. */
  async function inside(command: readonly string[], settings: Record<string, string> = {}): Promise<{ code: number; out: string }> {
    const { root, cwd, env, user } = image;
    const child = runContained(command, { root, cwd, env: { ...env, ...settings }, user, readOnly: true });
    const printed = Promise.all([text(child.stdout!), text(child.stderr!)]);
    const [code] = (await once(child, 'close')) as [number];
    return { code, out: (await printed).join('') };
  }

  it('leaves nothing of the build out but the distribution’s packages', () => {
    expect(image.skipped).toEqual([expect.stringMatching(/^apk add --no-cache 'tini=/) as string]);
  });

  it('holds the worker, its dependencies and its version, and nothing of the build or the tests', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(app('package.json'), 'utf8')) as Record<string, object>;
    const isThere = (name: string) => existsSync(app('node_modules', name, 'package.json'));
    expect(Object.keys(dependencies!).filter((name) => !isThere(name))).toEqual([]);
    expect(Object.keys(devDependencies!).filter(isThere)).toEqual([]);
    expect(globSync(['*', 'dist/*'], { cwd: app() }).toSorted()).toEqual(['dist', 'dist/worker', 'node_modules', 'package.json']);
    expect(globSync('node_modules/**/*.{d.ts,d.mts,d.cts,map}', { cwd: app() })).toEqual([]);
  });

  it('has less than 40 MB of code, beside Node', () => {
    const files = globSync('**', { cwd: app(), withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    expect(bytes).toBeLessThan(40_000_000);
  });

  it('runs as nobody’s number, without capabilities, and can write nowhere', async () => {
    const script = `
      const fs = require('node:fs');
      const write = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; } };
      const caps = /CapEff:\\s*(\\S+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      console.log(JSON.stringify([process.getuid(), process.getgid(), process.cwd(), caps, write('/app/x'), write('/tmp/x'), write('/x')]));`;
    const { out } = await inside(['node', '-e', script]);
    expect(JSON.parse(out)).toEqual([10001, 10001, '/app', '0000000000000000', 'EROFS', 'EROFS', 'EROFS']);
  });

  it('answers --help', async () => {
    const help = new WorkerProcess({ environment: {}, main: START, args: [file, '--help'] });
    expect(await help.exited()).toEqual({ code: 0, signal: null });
    expect(help.stderr).toContain('SQS_QUEUE_URL');
  });

  it('in sqs mode delivers, says that it is healthy, and stops on SIGTERM with 0', async () => {
    const port = await freePort();
    const asked = () => inside(image.healthcheck, { METRICS_PORT: port });
    expect(await asked()).toMatchObject({ code: 1, out: expect.stringContaining(`METRICS_PORT ${port}`) as string });
    const tenant = await stage.tenant('acme');
    const worker = stage.worker({ METRICS_PORT: port }, { main: START, args: [file] });
    await worker.ready();
    expect(worker.of('worker:start')).toMatchObject([{ mode: 'sqs', version: image.labels['org.opencontainers.image.version'] }]);
    await stage.upload(keyOf('acme'), ndjson(['one', 'two']));
    await stage.expectMessages(tenant, ['one', 'two']);
    await stage.expectQueueEmpty();
    expect(await asked()).toEqual({ code: 0, out: '' });
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    expect(worker.of('worker:stop')).toMatchObject([{ code: 0, forced: false }]);
    expect(worker.stderr).toBe('');
    expect((await asked()).code).toBe(1);
  });

  it('in lambda mode answers the Runtime API, and is not called sick for not listening', async () => {
    const tenant = await stage.tenant('acme');
    const runtime = await LambdaRuntime.start();
    const settings = {
      EXECUTION_MODE: 'lambda',
      AWS_LAMBDA_RUNTIME_API: runtime.address,
      SQS_QUEUE_URL: '',
      DLQ_URL: stage.central.deadLetterUrl,
    };
    const worker = stage.worker(settings, { main: START, args: [file] });
    const body = s3Event({ bucket: stage.central.bucket, key: await stage.upload(keyOf('acme'), ndjson(['by lambda'])) });
    expect(await runtime.invoke(sqsEvent([body]))).toEqual({ kind: 'response', body: { batchItemFailures: [] } });
    await stage.expectMessages(tenant, ['by lambda']);
    expect(await inside(image.healthcheck, { EXECUTION_MODE: 'lambda' })).toEqual({ code: 0, out: '' });
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    runtime.stop();
  });

  it('in manual mode reads one message and tells the verdict', async () => {
    const tenant = await stage.tenant('acme');
    const body = s3Event({ bucket: stage.central.bucket, key: await stage.upload(keyOf('acme'), ndjson(['by hand'])) });
    const worker = stage.worker({ EXECUTION_MODE: 'manual', SQS_QUEUE_URL: '' }, { main: START, args: [file] });
    worker.child.stdin?.end(body);
    expect(await worker.exited()).toEqual({ code: 0, signal: null });
    expect(worker.lines.at(-1)).toEqual({ outcome: 'settled' });
    await stage.expectMessages(tenant, ['by hand']);
  });

  it('ends with 64 and all faults when nothing is set', async () => {
    const worker = new WorkerProcess({ environment: {}, main: START, args: [file] });
    expect(await worker.exited()).toEqual({ code: 64, signal: null });
    expect(worker.stderr).toContain('SQS_QUEUE_URL is not set');
  });

  it.skipIf(tiniHere() === undefined)('has tini as process 1, which hands signals on (skipped where this machine has none)', async () => {
    const { root, cwd, env, user, entrypoint } = image;
    const command = [
      ...entrypoint.slice(0, -1),
      '-e',
      'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1e3); console.log("up")',
    ];
    const child = runContained(command, { root, cwd, env, user, readOnly: true });
    await once(child.stdout!, 'data');
    const first = processOne(child)!;
    expect(readFileSync(`/proc/${first}/comm`, 'utf8').trim()).toBe('tini');
    process.kill(first, 'SIGTERM');
    expect(await once(child, 'close')).toEqual([7, null]);
  });

  it('leaves nothing mounted behind', async () => {
    await vi.waitFor(() => expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain('logferry-image-'), PATIENCE);
  });
});

async function freePort(): Promise<string> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}
