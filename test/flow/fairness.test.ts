/** One tenant's flood before another's drop, and what many tenants cost. On our own emulator, which can tell what was asked of it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import { embeddedTarget, onEmbedded } from '../support/embedded.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const local = onEmbedded([]);
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open(embeddedTarget(local), { delivery: 'raw' });
});
afterEach(() => stage.close());

/** Uploads with so many at once, in the order of the list. */
async function uploadAll(keys: readonly string[]): Promise<void> {
  const left = [...keys];
  const next = async (): Promise<void> => {
    for (let key = left.shift(); key !== undefined; key = left.shift()) await stage.upload(key, ndjson([key]));
  };
  await Promise.all(Array.from({ length: 8 }, next));
}

it('a drop behind a flood of 1,000 is delivered as soon as it is received', { timeout: 120_000 }, async () => {
  const [flood, drop] = await Promise.all([stage.tenant('flood'), stage.tenant('drop')]);
  const [slots, lane, share] = [4, 2, 10];
  await uploadAll(Array.from({ length: 1000 }, (_, i) => keyOf('flood', `${i}.json.gz`)));
  await stage.upload(keyOf('drop'), ndjson(['at last']));
  const limits = { CONCURRENCY: slots, TENANT_CONCURRENCY: lane, TENANT_SHARE: share, ADMISSION_OBJECTS: 20, VISIBILITY_SECONDS: 120 };
  const worker = stage.worker(Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value)])));
  await stage.expectMessages(drop, ['at last'], { ...PATIENCE, timeout: 60_000 });
  const done = await worker.seen('object:done', ({ tenant }) => tenant === 'drop');
  const start = worker.lines.findIndex(
    (line) => line.event === 'object:start' && (line as unknown as { tenant: string }).tenant === 'drop',
  );
  // Between the receive of its message and its delivery: `message:admit` names no tenant, but the one before its start is its own.
  const admitted = worker.lines.findLastIndex((line, i) => i < start && line.event === 'message:admit');
  const between = worker.lines.slice(admitted, worker.lines.indexOf(done));
  const overtaken = between.filter((line) => line.event === 'object:done').length;
  expect(overtaken).toBeLessThanOrEqual(slots + lane);
  const returns = worker.of('message:return').filter(({ reason }) => reason === 'surplus');
  const before = returns.filter(({ time }) => time <= done.time);
  expect(before.length).toBeLessThanOrEqual(1000);
  expect(before.length).toBeGreaterThan(0);
  await vi.waitFor(async () => expect((await stage.messages(flood)).length).toBe(1000), { timeout: 90_000, interval: 500 });
  await stage.expectQueueEmpty({ ...PATIENCE, timeout: 60_000 });
  expect(new Set(await stage.messages(flood)).size).toBe(1000);
});

it('500 objects of 50 tenants cost 100 AssumeRole calls, and one look at each tenant’s rows', { timeout: 120_000 }, async () => {
  const tenants: TenantSide[] = [];
  for (let i = 0; i < 50; i++) tenants.push(await stage.tenant(`tenant-${i}`));
  await uploadAll(Array.from({ length: 500 }, (_, i) => keyOf(`tenant-${i % 50}`, `${i}.json.gz`)));
  const worker = stage.worker();
  await vi.waitFor(() => expect(worker.of('object:done').length).toBe(500), { timeout: 60_000, interval: 200 });
  for (const tenant of tenants) expect((await stage.messages(tenant)).length).toBe(10);
  expect(worker.of('credentials:assume').length).toBe(100);
  const port = (await worker.seen('worker:listen')).port;
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toMatch(/logferry_assume_role_total\{hop="1",ok="true"\} 50\n/);
  expect(metrics).toMatch(/logferry_assume_role_total\{hop="2",ok="true"\} 50\n/);
  expect(metrics).not.toContain('tenant-1');
});

it('batches are filled to 1,048,576 bytes or 10,000 events', { timeout: 60_000 }, async () => {
  const tenant = await stage.tenant('bulk');
  const short = Array.from({ length: 25_000 }, (_, i) => `short ${i}`);
  const long = Array.from({ length: 3000 }, (_, i) => `${i} `.padEnd(1000, 'x'));
  await stage.upload(keyOf('bulk', 'short', 'short-0'), ndjson(short));
  // On a busy machine a window of lines may take longer than its wait.
  const worker = stage.worker({ WINDOW_LINGER_MS: '60000' });
  await stage.expectMessages(tenant, short);
  await stage.upload(keyOf('bulk', 'long', 'long-0'), ndjson(long));
  await stage.expectMessages(tenant, [...short, ...long]);
  const puts = local()
    .logs.puts.log.filter(({ account, error }) => account === tenant.account && error === undefined)
    .toSorted((a, b) => b.events - a.events);
  const eventsOf = (pod: string) => puts.filter(({ stream }) => stream.includes(pod)).map(({ events }) => events);
  expect(eventsOf('short')).toEqual([10_000, 10_000, 5000]);
  // 1,022 events of 1,000 + 26 bytes are 1,048,572: one more would not fit.
  expect(eventsOf('long')).toEqual([1022, 1022, 956]);
  // An object is done once the ledger says so, which is after its lines are there.
  await stage.expectQueueEmpty();
  expect(worker.of('object:done').map(({ batches }) => batches)).toEqual([3, 3]);
});

it('a hundred throttled tenants leave the slots to the healthy one', { timeout: 60_000 }, async () => {
  const faults = await stage.faults();
  const slow = await Promise.all(Array.from({ length: 12 }, (_, i) => stage.tenant(`slow-${i}`)));
  const healthy = await stage.tenant('healthy');
  faults.rules.set(slow.map(({ account }) => ({ service: 'logs', action: 'PutLogEvents', account, effect: 'throttle' as const })));
  const worker = stage.worker({
    CONCURRENCY: '4',
    TENANT_CONCURRENCY: '2',
    SLOT_PATIENCE_MS: '100',
    BACKOFF_BASE_MS: '200',
    BACKOFF_MAX_MS: '2000',
  });
  await worker.ready();
  await uploadAll(slow.flatMap(({ id }) => [keyOf(id), keyOf(id)]));
  await vi.waitFor(() => expect(new Set(worker.of('batch:retry').map(({ tenant }) => tenant)).size).toBe(12), PATIENCE);
  const keys = Array.from({ length: 20 }, (_, i) => keyOf('healthy', `${i}`));
  await uploadAll(keys);
  await stage.expectMessages(healthy, keys);
  expect(worker.of('object:done').every(({ tenant }) => tenant === 'healthy')).toBe(true);
  faults.rules.clear();
  for (const tenant of slow) await vi.waitFor(async () => expect((await stage.messages(tenant)).length).toBe(2), PATIENCE);
});

it('throttled tenants that fill every place give them up to the healthy one', { timeout: 90_000 }, async () => {
  const faults = await stage.faults();
  const slow = await Promise.all(Array.from({ length: 4 }, (_, i) => stage.tenant(`full-${i}`)));
  const healthy = await stage.tenant('late-comer');
  faults.rules.set(slow.map(({ account }) => ({ service: 'logs', action: 'PutLogEvents', account, effect: 'throttle' as const })));
  await uploadAll(slow.flatMap(({ id }) => Array.from({ length: 6 }, (_, i) => keyOf(id, `${i}`))));
  const limits = { ADMISSION_OBJECTS: '8', TENANT_SHARE: '2', TENANT_CONCURRENCY: '2', STALL_SECONDS: '1', VISIBILITY_SECONDS: '60' };
  const worker = stage.worker(limits);
  await vi.waitFor(() => expect(new Set(worker.of('batch:retry').map(({ tenant }) => tenant)).size).toBe(4), PATIENCE);
  await uploadAll([keyOf('late-comer', 'at-last')]);
  await stage.expectMessages(healthy, [keyOf('late-comer', 'at-last')], { ...PATIENCE, timeout: 40_000 });
  expect(worker.of('object:fail').some(({ code }) => code === 'evicted')).toBe(true);
  faults.rules.clear();
  for (const tenant of slow) {
    await vi.waitFor(async () => expect(new Set(await stage.messages(tenant)).size).toBe(6), { timeout: 60_000, interval: 250 });
  }
});
