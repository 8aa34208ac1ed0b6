/** Lambda mode as a process that speaks the Runtime API, and the handler for Lambda's own Node runtime. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { embeddedTarget, onEmbedded } from '../support/embedded.ts';
import { s3Event } from '../support/envelopes.ts';
import { LambdaRuntime, sqsEvent } from '../support/lambda-runtime.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const local = onEmbedded([]);
let stage: Stage;
let tenant: TenantSide;
let runtime: LambdaRuntime;

beforeEach(async () => {
  stage = await Stage.open(embeddedTarget(local), { delivery: 'none' });
  tenant = await stage.tenant('acme');
  runtime = await LambdaRuntime.start();
});
afterEach(async () => {
  await stage.close();
  runtime.stop();
});

function start(environment: Record<string, string> = {}): WorkerProcess {
  return stage.worker({
    EXECUTION_MODE: 'lambda',
    AWS_LAMBDA_RUNTIME_API: runtime.address,
    SQS_QUEUE_URL: '',
    DLQ_URL: stage.central.deadLetterUrl,
    ...environment,
  });
}

async function messageFor(tenantId: string, line: string): Promise<string> {
  return s3Event({ bucket: stage.central.bucket, key: await stage.upload(keyOf(tenantId), ndjson([line])) });
}

it('reports just what is not settled as failed', async () => {
  const worker = start();
  const bodies = [await messageFor('acme', 'one'), await messageFor('stranger', 'x'), 'no JSON', await messageFor('acme', 'two')];
  expect(await runtime.invoke(sqsEvent(bodies))).toEqual({
    kind: 'response',
    body: { batchItemFailures: [{ itemIdentifier: 'message-1' }] },
  });
  await stage.expectMessages(tenant, ['one', 'two']);
  expect(await stage.deadLetter()).toMatchObject({ reason: 'bad-body', body: 'no JSON' });
  expect(await runtime.invoke(sqsEvent([await messageFor('acme', 'three')]))).toEqual({
    kind: 'response',
    body: { batchItemFailures: [] },
  });
  await stage.expectMessages(tenant, ['one', 'two', 'three']);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
});

it('without a dead-letter queue of its own, leaves hopeless messages to the mapping’s', async () => {
  start({ DLQ_URL: '' });
  expect(await runtime.invoke(sqsEvent(['no JSON']))).toEqual({
    kind: 'response',
    body: { batchItemFailures: [{ itemIdentifier: 'message-0' }] },
  });
});

it('without a dead-letter queue of its own, never calls settled what was delivered only in part', async () => {
  start({ DLQ_URL: '', QUARANTINE_BUCKET: '' });
  const old = `${JSON.stringify({ message: 'from 1999', timestamp: '1999-01-01T00:00:00Z' })}\n`;
  const body = s3Event({ bucket: stage.central.bucket, key: await stage.upload(keyOf('acme'), old) });
  expect(await runtime.invoke(sqsEvent([body]))).toEqual({
    kind: 'response',
    body: { batchItemFailures: [{ itemIdentifier: 'message-0' }] },
  });
});

it('ends its work 20 s before its limit and reports it as failed', async () => {
  const faults = await stage.faults();
  faults.rules.set([{ service: 'logs', action: 'PutLogEvents', effect: 'hang' }]);
  start();
  const bodies = [await messageFor('acme', 'too slow')];
  const answer = await runtime.invoke(sqsEvent(bodies), 20_000 + 2000);
  expect(answer).toEqual({ kind: 'response', body: { batchItemFailures: [{ itemIdentifier: 'message-0' }] } });
  faults.rules.clear();
  expect(await runtime.invoke(sqsEvent(bodies))).toEqual({ kind: 'response', body: { batchItemFailures: [] } });
  await stage.expectMessages(tenant, ['too slow']);
});

it('answers an event that is not of SQS with an error, and goes on', async () => {
  start();
  expect(await runtime.invoke({ hello: 'world' })).toMatchObject({
    kind: 'error',
    body: { errorMessage: expect.stringMatching(/Records/) as string },
  });
  expect(await runtime.invoke(sqsEvent([]))).toEqual({ kind: 'response', body: { batchItemFailures: [] } });
});

it('ends with 0 on SIGTERM while it waits', async () => {
  const worker = start();
  await vi.waitFor(() => expect(runtime.isIdle).toBe(true), PATIENCE);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
});

it('exports a handler for Lambda’s own runtime', async () => {
  const { accessKeyId, secretAccessKey } = stage.central.cloud.keys;
  const environment = {
    ...stage.central.environment,
    // With one, the stranger's object would be parked.
    LEDGER_TABLE: '',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    LOG_LEVEL: 'silent',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const { handler } = await import('../../worker/lambda.ts');
  const event = sqsEvent([await messageFor('acme', 'by the handler'), await messageFor('stranger', 'x')]);
  const answer = await handler(event as Parameters<typeof handler>[0], { getRemainingTimeInMillis: () => 60_000 });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
  await stage.expectMessages(tenant, ['by the handler']);
  vi.unstubAllEnvs();
});
