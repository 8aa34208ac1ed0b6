/** Memory does not grow with an object's size or a line's length: the peak of a real worker process, as the kernel counted it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { embeddedTarget, onEmbedded } from '../support/embedded.ts';
import { keyOf, Stage } from '../support/stage.ts';

const MiB = 1024 * 1024;
const PEAK_LIMIT_BYTES = 200 * MiB;
/** What V8 chooses by itself in a container of 1 GiB. On a whole machine it lets garbage lie until the machine's memory calls for it. */
const YOUNG_GENERATION = '--max-semi-space-size=4';
/** As in the image: Node's own stripping of types would hold 25 MiB besides. */
const ROOT = join(import.meta.dirname, '..', '..');
const BUILT = join(ROOT, 'dist', 'worker', 'main.js');

/** A gigabyte of events would be kept otherwise. */
const local = onEmbedded([], { logsSink: true });
let stage: Stage;
let tenant: TenantSide;
let worker: WorkerProcess;

beforeAll(() => {
  execFileSync(process.execPath, [join('node_modules', '.bin', 'tsc'), '-p', 'tsconfig.build.json'], { cwd: ROOT });
});
beforeEach(async (context) => {
  if (platform() !== 'linux') context.skip('the peak of a process is read from /proc, which Linux alone has');
  stage = await Stage.open(embeddedTarget(local));
  tenant = await stage.tenant('huge');
});
afterEach(() => stage.close());

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  worker = stage.worker({ LOG_LEVEL: 'info', VISIBILITY_SECONDS: '60', ...environment }, { main: BUILT, nodeArgs: [YOUNG_GENERATION] });
  await worker.ready();
}

/** VmHWM: the most that was ever resident. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function peakBytes(): number {
  const status = readFileSync(`/proc/${worker.child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Members of one gzip stream: so many times the block, compressed once. */
async function uploadRepeated(block: Buffer, times: number): Promise<void> {
  const member = gzipSync(block, { level: 1 });
  await stage.upload(keyOf('huge'), Buffer.concat(Array.from({ length: times }, () => member)));
}

function tally(): { events: number; bytes: number } {
  const { events, bytes } = local().logs.tally(tenant.account, tenant.region, tenant.group);
  return { events, bytes };
}

function record(i: number): string {
  const message = `${i} `.padEnd(1200, 'lorem ipsum ');
  return JSON.stringify({
    kubernetes: { namespace: 'shop', node: 'ip-10-0-0-1' },
    message,
    timestamp: new Date(Date.now() - 60_000).toISOString(),
  });
}

it('an object of 2 GiB', { timeout: 400_000 }, async () => {
  await start();
  const lines = Array.from({ length: 12_000 }, (_, i) => `${record(i)}\n`);
  const block = Buffer.from(lines.join(''));
  const times = Math.ceil((2048 * MiB) / block.length);
  await uploadRepeated(block, times);
  const done = await worker.seen('object:done');
  expect(done).toMatchObject({ read: times * lines.length, accepted: times * lines.length, rawBytes: times * block.length });
  expect(done.rawBytes).toBeGreaterThanOrEqual(2048 * MiB);
  expect(tally()).toEqual({ events: times * lines.length, bytes: times * lines.length * (1200 + 26) });
  expect(peakBytes()).toBeLessThan(PEAK_LIMIT_BYTES);
});

const LONG = Buffer.alloc(4 * MiB, 'a line without end ');

it('a line of 100 MiB, which goes into quarantine in parts', { timeout: 120_000 }, async () => {
  await start();
  await uploadRepeated(LONG, 25);
  const done = await worker.seen('object:done');
  expect(done).toMatchObject({ read: 1, accepted: 0, quarantined: 1, events: 0, rawBytes: 25 * LONG.length });
  const records = (await stage.quarantined('huge')).flatMap((object) => object.records);
  expect(records.map(({ raw = '' }) => raw).join('') === LONG.toString().repeat(25)).toBe(true);
  expect(peakBytes()).toBeLessThan(PEAK_LIMIT_BYTES);
});

it('a line of 100 MiB without a quarantine, which goes to the tenant in parts', { timeout: 120_000 }, async () => {
  await start({ QUARANTINE_BUCKET: '' });
  await uploadRepeated(LONG, 25);
  const done = await worker.seen('object:done');
  expect(done).toMatchObject({ read: 1, accepted: 1, rawBytes: 25 * LONG.length });
  expect(done.events).toBeGreaterThanOrEqual(100);
  expect(peakBytes()).toBeLessThan(PEAK_LIMIT_BYTES);
});
