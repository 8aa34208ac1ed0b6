/** A worker whose AWS is slow: a stop waits for no call that others share, and a message is held for as long as its answer takes. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Faults } from '../../local/faults/faults.ts';
import type { FaultRule } from '../../local/faults/rule.ts';
import { embeddedTarget, onEmbedded } from '../support/embedded.ts';
import { s3Event } from '../support/envelopes.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const local = onEmbedded([]);
let stage: Stage;
let faults: Faults;

beforeEach(async () => {
  stage = await Stage.open(embeddedTarget(local), { delivery: 'raw' });
  faults = await stage.faults();
});
afterEach(() => stage.close());

// Each call's own time-out is far beyond the test's: only an exit that does not wait for it is in time.
it.each<Pick<FaultRule, 'service' | 'action'>>([
  { service: 'dynamodb', action: 'Query' },
  { service: 'sts', action: 'AssumeRole' },
  { service: 's3', action: 'GetObject' },
  { service: 'logs', action: 'CreateLogStream' },
])('a second signal does not wait for $service:$action; the message is back at once', async ({ service = '', action = '' }) => {
  const tenant = await stage.tenant('acme');
  faults.rules.set([{ name: 'hang', service, action, effect: 'hang' }]);
  const first = stage.worker({ VISIBILITY_SECONDS: '600', CALL_TIMEOUT_SECONDS: '60', PUT_TIMEOUT_SECONDS: '60', LEASE_SECONDS: '90' });
  await first.ready();
  await stage.upload(keyOf('acme'), ndjson(['line']));
  await vi.waitFor(() => expect(faults.hits()['hang']).toBe(1), PATIENCE);
  first.child.kill('SIGTERM');
  await first.seen('worker:drain');
  first.child.kill('SIGTERM');
  expect(await first.exited()).toEqual({ code: 1, signal: null });
  expect(await stage.queueCounts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  faults.rules.clear();
  stage.worker();
  await stage.expectMessages(tenant, ['line']);
});

it('a message whose dead letters take longer than its visibility is not received again meanwhile', async () => {
  const bucket = stage.central.bucket;
  const { Records } = JSON.parse(s3Event({ bucket, key: 'bad' })) as { Records: { s3: object }[] };
  const keys = Array.from({ length: 25 }, (_, i) => `bad-${i}`);
  await stage.send(JSON.stringify({ Records: keys.map((key) => ({ ...Records[0], s3: { bucket: { name: bucket }, object: { key } } })) }));
  faults.rules.set([{ service: 'sqs', action: 'SendMessage', effect: { kind: 'delay', ms: 200 } }]);
  const worker = stage.worker({ VISIBILITY_SECONDS: '2' });
  await worker.seen('message:delete');
  expect(worker.of('message:admit').length).toBe(1);
  expect((await stage.queueCounts(stage.central.deadLetterUrl)).visible).toBe(keys.length);
  await stage.expectQueueEmpty();
});

it('a message that cannot even be asked for is a dead letter, not an outage that pauses the others', async () => {
  const tenant = await stage.tenant('acme');
  const object = { key: await stage.upload(keyOf('acme'), ndjson(['line'])), eTag: 'a\r\nx: y' };
  const worker = stage.worker();
  await worker.ready();
  await stage.expectMessages(tenant, ['line']);
  const s3 = { bucket: { name: stage.central.bucket } };
  const halves = ['acme/c/a/p/\ud800', 'acme/c/a/p/\udfff'];
  await stage.send(JSON.stringify({ Records: halves.map((key) => ({ s3: { ...s3, object: { key } } })) }));
  expect((await stage.deadLetter()).reason).toBe('bad-key');
  expect((await stage.deadLetter()).reason).toBe('bad-key');
  await stage.send(JSON.stringify({ Records: [{ s3: { ...s3, object } }] }));
  await worker.seen('object:skip', ({ reason }) => reason === 'delivered');
  await stage.expectQueueEmpty();
  expect(worker.of('worker:readiness').filter(({ ready }) => !ready).length).toBe(0);
});
