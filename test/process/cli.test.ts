/** The worker's command line: help, faults of the configuration, and what it says when it cannot start. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WorkerProcess } from '../../local/worker-process.ts';
import { SETTINGS } from '../../worker/settings.ts';

let workers: WorkerProcess[] = [];
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  workers = [];
});

function run(environment: Record<string, string>, ...args: string[]): WorkerProcess {
  const worker = new WorkerProcess({ environment, args });
  workers.push(worker);
  return worker;
}

const FITTING = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  SQS_QUEUE_URL: 'http://127.0.0.1:9/000000000000/q',
  TENANT_CONFIG_TABLE: 'tenants',
  CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: 'arn:aws:iam::000000000000:role/central',
  METRICS_PORT: '0',
};

it('--help names every setting and exits with 0', async () => {
  const worker = run({}, '--help');
  expect(await worker.exited()).toEqual({ code: 0, signal: null });
  for (const name of Object.keys(SETTINGS)) expect(worker.stderr).toContain(name);
});

it('reports all faults of the configuration at once and exits with 64', async () => {
  const worker = run({ AWS_REGION: 'nowhere', CONCURRENCY: 'many', DLQ_URL: 'dead' });
  expect(await worker.exited()).toEqual({ code: 64, signal: null });
  expect(worker.stderr).toMatchInlineSnapshot(`
    "logferry: the configuration has 6 faults:
      - AWS_REGION is "nowhere"; expected an AWS region such as us-east-1
      - DLQ_URL is "dead"; expected the URL of a queue
      - CONCURRENCY is "many"; expected a whole number from 1 to 1000
      - SQS_QUEUE_URL is not set; expected the URL of the queue, https://sqs.<region>.amazonaws.com/<account>/<name>
      - TENANT_CONFIG_TABLE is not set; expected the name or ARN of a DynamoDB table
      - CENTRAL_LOG_DISTRIBUTION_ROLE_ARN is not set; expected the ARN of a role, arn:aws:iam::<account>:role/<name>
    "
  `);
});

it('refuses an option that it does not know, with 64', async () => {
  const worker = run(FITTING, '--mod', 'sqs');
  expect(await worker.exited()).toEqual({ code: 64, signal: null });
  expect(worker.stderr).toContain('--mod');
  expect(worker.stderr).toContain('--help');
});

it('says which port is taken, and exits with 69', async () => {
  const server = createServer().listen(0);
  const { port } = server.address() as AddressInfo;
  const worker = run({ ...FITTING, DLQ: 'none', METRICS_PORT: String(port) });
  expect(await worker.exited()).toEqual({ code: 69, signal: null });
  expect(worker.stderr).toContain(`cannot listen on METRICS_PORT ${port}`);
  server.close();
});

it('waits for a queue that does not answer instead of crashing, and stops when told', async () => {
  const worker = run({ ...FITTING, CENTRAL_PAUSE_SECONDS: '1', CALL_TIMEOUT_SECONDS: '1' });
  const { port } = await worker.seen('worker:listen');
  await worker.seen('receive:error');
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toContain('ECONNREFUSED');
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
});

it('names the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const worker = run({ ...FITTING, DLQ: 'none' });
  expect((await worker.seen('worker:start')).version).toBe(version);
});
