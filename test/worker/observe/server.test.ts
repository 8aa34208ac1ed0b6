/** /metrics, /healthz and /readyz as Prometheus and ECS ask for them. */
import { Gauge, Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Observer } from '../../../worker/observe/events.ts';
import { startStatusServer, type StatusServer } from '../../../worker/observe/server.ts';
import { Health } from '../../../worker/run/health.ts';

let server: StatusServer;
let registry: Registry;
let health: Health;
beforeEach(async () => {
  registry = new Registry();
  health = new Health({ observer: new Observer(), pauseMs: 1_000 });
  server = await startStatusServer(0, registry, health);
});
afterEach(() => server.close());

const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);

async function readiness(): Promise<[number, unknown]> {
  const response = await get('/readyz');
  return [response.status, await response.json()];
}

test('/metrics is what Prometheus reads', async () => {
  new Gauge({ name: 'answer', help: 'The answer.', registers: [registry] }).set(42);
  const response = await get('/metrics?from=prometheus');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await response.text()).toContain('answer 42');
});

test('/healthz says that the process lives, whether or not work can be taken', async () => {
  health.fault('sqs', 'down');
  const response = await get('/healthz');
  expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
});

test('/readyz says whether work can be taken, and why not', async () => {
  expect(await readiness()).toEqual([503, { ready: false, reasons: ['starting'] }]);
  health.started();
  expect(await readiness()).toEqual([200, { ready: true, reasons: [] }]);
  health.fault('central-denied', 'AccessDenied: the table refuses us');
  expect(await readiness()).toEqual([503, { ready: false, reasons: ['central-denied: AccessDenied: the table refuses us'] }]);
  health.clear('central-denied');
  health.draining();
  expect(await readiness()).toEqual([503, { ready: false, reasons: ['stopping'] }]);
});

test('any other path says what there is', async () => {
  const response = await get('/');
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('/readyz');
});

test('a metric that cannot be read is a 500, and the server goes on', async () => {
  const broken = new Gauge({
    name: 'broken',
    help: 'Fails.',
    registers: [registry],
    collect: () => {
      throw new Error('cannot be read');
    },
  });
  expect((await get('/metrics')).status).toBe(500);
  registry.removeSingleMetric('broken');
  expect(broken).toBeDefined();
  expect((await get('/metrics')).status).toBe(200);
});

test('a port that is taken is said with the setting that chose it', async () => {
  const second = startStatusServer(server.port, registry, health);
  await expect(second).rejects.toThrow(`cannot listen on METRICS_PORT ${server.port}: EADDRINUSE`);
});

test('it closes at once, although a client waits for an answer', async () => {
  const slow = new Registry();
  const asked = Promise.withResolvers<void>();
  const gauge = new Gauge({
    name: 'slow',
    help: 'Never ends.',
    registers: [],
    collect: async () => {
      asked.resolve();
      await new Promise(() => undefined);
    },
  });
  slow.registerMetric(gauge);
  const other = await startStatusServer(0, slow, health);
  const url = `http://127.0.0.1:${other.port}/metrics`;
  const answer = fetch(url).catch(() => 'cut');
  await asked.promise;
  await other.close();
  expect(await answer).toBe('cut');
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});
