/** Manual mode: one body on standard input, the verdict on standard output, and an exit code that tells. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import { embeddedTarget, onEmbedded } from '../support/embedded.ts';
import { s3Event, testEvent } from '../support/envelopes.ts';
import { keyOf, ndjson, Stage } from '../support/stage.ts';

const local = onEmbedded([]);
let stage: Stage;
let tenant: TenantSide;

beforeAll(async () => {
  stage = await Stage.open(embeddedTarget(local), { delivery: 'none' });
  tenant = await stage.tenant('test-customer');
});
afterAll(() => stage.close());

/** @returns the exit code, and the one line of standard output. */
async function manual(body: string): Promise<{ code: number | null; verdict: unknown }> {
  const worker = stage.worker({ SQS_QUEUE_URL: '', S3_BUCKET_NAME: '' }, { args: ['--mode', 'manual'] });
  worker.child.stdin?.end(body);
  const { code } = await worker.exited();
  return { code, verdict: worker.lines.at(-1) };
}

/** From the original system's README, as it stands there but for the bucket. */
const SAMPLE = String.raw`{"Message": "{\"Records\": [{\"s3\": {\"bucket\": {\"name\": \"test-bucket\"}, \"object\": {\"key\": \"test-customer/test-cluster/test-app/test-pod/20240101-test.json.gz\"}}}]}"}`;

it('delivers what the original README’s sample line names, and exits with 0', async () => {
  await stage.upload('test-customer/test-cluster/test-app/test-pod/20240101-test.json.gz', ndjson(['from the sample']));
  expect(await manual(SAMPLE.replace('test-bucket', stage.central.bucket))).toEqual({ code: 0, verdict: { outcome: 'settled' } });
  expect(await stage.messages(tenant, 'test-cluster/test-app/test-pod')).toEqual(['from the sample']);
});

it('exits with 0 when there is nothing to deliver', async () => {
  expect(await manual(testEvent('any'))).toEqual({ code: 0, verdict: { outcome: 'settled' } });
});

it('exits with 1 when a later try may succeed', async () => {
  const key = keyOf('stranger');
  await stage.upload(key, ndjson(['x']));
  const { code, verdict } = await manual(s3Event({ bucket: stage.central.bucket, key }));
  expect(code).toBe(1);
  expect(verdict).toMatchObject({ outcome: 'not-delivered', reason: 'unknown-tenant' });
});

it.each(['no JSON', '', '{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"short"}}}]}'])(
  'exits with 2 for the hopeless %j',
  async (body) => {
    const { code, verdict } = await manual(body);
    expect(code).toBe(2);
    expect(verdict).toMatchObject({ outcome: 'hopeless', letters: [{ reason: expect.stringMatching(/^bad-(body|key)$/) as string }] });
  },
);
