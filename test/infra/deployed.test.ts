/**
 * What users will apply, applied: the separate stacks in their order, each reading the states of those before, by the real AWS provider against an emulated AWS;
 * then the worker runs in it as the task definition says, and all of it is destroyed again. Budgets are never applied: moto hangs on them.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { StackKind } from '../../cdktf/config.ts';
import type { TenantSide } from '../../local/provision/tenant.ts';
import { envelopeOf } from '../../worker/receive/envelope.ts';
import { freePort } from '../witness/running.ts';
import { Unavailable } from '../witness/witness.ts';
import { Deployment } from './deployment.ts';
import { startMoto, type Moto } from './emulator/moto.ts';
import { whatIsThere } from './emulator/there.ts';
import { Inside } from './inside.ts';

/** In the order in which each needs those before; those of one line do not need each other. */
const STACKS: readonly (readonly StackKind[])[] = [['core'], ['queue'], ['worker', 'lambda']];
const APPLY_MS = 10 * 60_000;
/** Of a customer who runs them; not in the account where their logs go. */
const AGENTS = { account: '444444444444', externalId: 'agreed-with-initech' };
const PATIENCE = { timeout: 30_000, interval: 100 };
/** What the worker cannot have done its work without; or the judge has not seen it. */
const WORKS_BY = [
  'sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility sqs:SendMessage s3:GetObjectVersion dynamodb:Query dynamodb:UpdateItem',
  'kms:Decrypt kms:GenerateDataKey sts:AssumeRole sts:TagSession ecs:UpdateTaskProtection',
].flatMap((line) => line.split(' '));
const HEALTH_CHECK = join(import.meta.dirname, '..', '..', 'worker', 'healthcheck.ts');

let folder = '';
let moto: Moto;
let deployment: Deployment;
let inside: Inside | undefined;
let before: readonly string[] = [];
let writers: { readonly platform: string; readonly customer: string };
/** Why the tests that are left cannot run. */
let hindrance: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-applied-'));
  try {
    moto = await startMoto();
    deployment = await Deployment.prepare(folder, moto.endpoint, {
      stacks: STACKS.flat(),
      // Nobody polls for the function here, so that both can stand on one queue.
      allowWorkerAndLambda: true,
      // The default may be another worker's on this machine; what is applied is what the run gets.
      worker: { settings: { METRICS_PORT: String(await freePort()) } },
      agents: { customers: [{ customerId: 'initech', principals: [AGENTS.account], externalId: AGENTS.externalId }] },
    });
    before = await whatIsThere(moto.endpoint);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
  }
}, APPLY_MS);

afterAll(async () => {
  await inside?.close();
  await moto?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
  // What follows stands on this one.
  context.onTestFailed(() => {
    hindrance = `"${context.task.name}" failed`;
    for (const line of inside?.worker.lines.slice(-20) ?? []) tell(JSON.stringify(line));
  });
});

test('each stack applies on the states of those before it', { timeout: APPLY_MS }, async () => {
  await each(STACKS, async (kind) => {
    const { seconds } = await deployment.apply(kind);
    const resources = await deployment.resources(kind);
    tell(`apply ${kind}: ${resources.length} resources, ${minutes(seconds)}`);
    expect(resources).not.toEqual([]);
  });
  const { writer_role_arn: platform, customer_writer_role_arns: customers } = await deployment.outputs('core');
  writers = { platform: platform as string, customer: (customers as Record<string, string>)['initech'] ?? '' };
});

test('a second plan of each stack changes nothing', { timeout: APPLY_MS }, async () => {
  await each(STACKS, async (kind) => {
    const { code, output, seconds } = await deployment.plan(kind);
    tell(`plan ${kind}: ${minutes(seconds)}`);
    expect(code === 0 ? '' : `${kind}: ${changes(output)}`).toBe('');
  });
});

test('the worker is healthy with exactly the environment and the role of the task definition', async () => {
  inside = await Inside.start(moto.endpoint);
  expect(await inside.worker.ready()).toBe(Number(inside.applied.environment['METRICS_PORT']));
  // The image has it compiled, under /app.
  const [cmd, node, script = ''] = inside.applied.healthCommand;
  expect([cmd, node, basename(script, '.js')]).toEqual(['CMD', 'node', basename(HEALTH_CHECK, '.ts')]);
  await promisify(execFile)(process.execPath, [HEALTH_CHECK], { env: { ...inside.applied.environment } });
});

test("logs put into the bucket arrive in each customer's own account and region, and nowhere else", async () => {
  const acme = await inside!.tenant('acme-corp', '222222222222', 'us-east-1');
  const initech = await inside!.tenant('initech', '333333333333', 'eu-west-1');
  const s3 = await inside!.writer(writers.platform);
  const [ours, theirs] = [lines('acme'), lines('initech')];
  await put(s3, 'acme-corp', gzipped(ours));
  await put(s3, 'initech', gzipped(theirs));
  s3.destroy();
  await vi.waitFor(async () => expect(await messages(acme)).toEqual(ours), PATIENCE);
  await vi.waitFor(async () => expect(await messages(initech)).toEqual(theirs), PATIENCE);
});

test('what cannot be delivered goes to the dead-letter queue, is parked in the ledger, or goes back to the queue', async () => {
  const s3 = await inside!.writer(writers.platform);
  await put(s3, 'acme-corp', Buffer.concat([gzipped(lines('cut')).subarray(0, 60), Buffer.alloc(60, 255)]));
  await put(s3, 'nobody-knows-them', gzipped(lines('unknown')));
  s3.destroy();
  await inside!.worker.seen('message:dead-letter', ({ reason }) => reason === 'corrupt-object');
  await inside!.worker.seen('object:park', ({ tenant, reason }) => tenant === 'nobody-knows-them' && reason === 'unknown-tenant');
  await vi.waitFor(async () => expect(await waiting(inside!.central.deadLetterUrl)).toBe(1), PATIENCE);
  const { bucket, queueUrl, clients } = inside!.central;
  const key = 'acme-corp/cluster-1/payments/api-7/missing.json.gz';
  await clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: envelopeOf({ bucket, key }) }));
  await inside!.worker.seen('object:fail', ({ code }) => code === 'object-missing');
});

test("the schedule's own message makes the worker sweep, and is acknowledged", async () => {
  await inside!.sweep();
  expect(await inside!.worker.seen('sweep:done')).toMatchObject({ ailing: 1 });
  await vi.waitFor(async () => expect(await waiting(inside!.central.queueUrl)).toBe(1), PATIENCE);
});

test('it holds protection against scale-in while it works, and a stop is clean', async () => {
  expect(inside!.worker.of('protection:change').map((line) => line.protected)).toContain(true);
  expect(await inside!.worker.stop()).toEqual({ code: 0, signal: null });
  expect(inside!.worker.of('protection:change').at(-1)?.protected).toBe(false);
  // The unknown tenant's object waits in the ledger, the missing one's message is hidden until its delay is over.
  expect(await waiting(inside!.central.queueUrl)).toBe(1);
});

test('every call of the run is allowed by the policies as applied, and the keys of what is encrypted too', async () => {
  const { denied, allowed } = await inside!.judge();
  tell(`calls of the run, by permission:\n${allowed.map((one) => `  ${one}`).join('\n')}`);
  expect(denied).toEqual([]);
  const used = new Set(allowed.map((one) => one.split(' ').slice(0, 2).join(' ')));
  const task = inside!.applied.taskRoleArn.split('/').at(-1);
  for (const action of WORKS_BY) expect(used).toContain(`${task} ${action}`);
});

test("a customer's own agents can write their own prefix, and would be refused another's", async () => {
  const s3 = await inside!.writer(writers.customer, AGENTS);
  await put(s3, 'initech', gzipped(lines('own')));
  expect((await inside!.judge()).denied).toEqual([]);
  await put(s3, 'acme-corp', gzipped(lines('foreign')));
  s3.destroy();
  expect((await inside!.judge()).denied).toEqual([expect.stringMatching(/ s3:PutObject on .*\/acme-corp\//)]);
});

test('destroying them in reverse leaves nothing', { timeout: APPLY_MS }, async () => {
  await each(STACKS.toReversed(), async (kind) => {
    const { seconds } = await deployment.destroy(kind);
    tell(`destroy ${kind}: ${minutes(seconds)}`);
    expect(await deployment.resources(kind)).toEqual([]);
  });
  expect(await whatIsThere(moto.endpoint)).toEqual(before);
});

/** One line of them after the other. */
async function each(order: readonly (readonly StackKind[])[], step: (kind: StackKind) => Promise<void>): Promise<void> {
  for (const line of order) await Promise.all(line.map(step));
}

function lines(of: string): string[] {
  return Array.from({ length: 20 }, (_, at) => `${of} line ${String(at).padStart(2, '0')}`);
}

/** As Vector writes them. */
function gzipped(messages: readonly string[]): Buffer {
  const timestamp = new Date().toISOString();
  return gzipSync(messages.map((message) => `${JSON.stringify({ timestamp, message })}\n`).join(''));
}

async function put(s3: S3Client, tenant: string, Body: Buffer): Promise<void> {
  const Key = `${tenant}/cluster-1/payments/api-7/20260101000000-${randomUUID()}.json.gz`;
  await s3.send(new PutObjectCommand({ Bucket: inside!.central.bucket, Key, Body }));
}

async function messages({ logs, group }: TenantSide): Promise<string[]> {
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: group }));
  return events.map(({ message = '' }) => message);
}

/** Of a queue: visible and hidden. */
async function waiting(QueueUrl: string): Promise<number> {
  const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await inside!.central.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] }),
  );
  return counts.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

/** For whoever watches: the steps take minutes. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`;
}

/** Of a plan: without what was only read. */
function changes(output: string): string {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/: (Refreshing|Reading|Read complete)/.test(line))
    .join('\n');
}
