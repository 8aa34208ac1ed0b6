/** The real worker beside an agent of ECS: protected while it has work, and none the worse for an agent that fails it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Faults } from '../../local/faults/faults.ts';
import type { TenantSide } from '../../local/provision/tenant.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { EcsAgent, type Behaviour } from '../support/ecs-agent.ts';
import { embeddedTarget, onEmbedded } from '../support/embedded.ts';
import { s3Event } from '../support/envelopes.ts';
import { keyOf, ndjson, Stage } from '../support/stage.ts';

const TAKE = { ProtectionEnabled: true, ExpiresInMinutes: 10 };
const LET_GO = { ProtectionEnabled: false };

const local = onEmbedded([]);
let stage: Stage;
let faults: Faults;
let tenant: TenantSide;
let agent: EcsAgent;

beforeEach(async () => {
  agent = await EcsAgent.start();
  stage = await Stage.open(embeddedTarget(local), { delivery: 'raw' });
  faults = await stage.faults();
  tenant = await stage.tenant('acme');
});
afterEach(async () => {
  await stage.close();
  agent.stop();
});

/** A worker on ECS, its waits short. */
function onEcs(environment: Record<string, string> = {}): WorkerProcess {
  return stage.worker({
    ECS_AGENT_URI: agent.uri,
    PROTECTION_QUIET_SECONDS: '1',
    PROTECTION_RETRY_SECONDS: '1',
    PROTECTION_RETRY_MAX_SECONDS: '2',
    ...environment,
  });
}

/** Makes work last: each put is answered so much later. */
const slowPuts = (ms: number) => faults.rules.set([{ service: 'logs', action: 'PutLogEvents', effect: { kind: 'delay', ms } }]);

async function gauges(port: number): Promise<{ protected: string | undefined; failing: string | undefined }> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const read = (name: string) => new RegExp(`^logferry_${name} (\\d)$`, 'm').exec(text)?.[1];
  return { protected: read('task_protected'), failing: read('task_protection_failing') };
}

it('holds protection from the first message until it has been quiet, and tells so', async () => {
  const worker = onEcs({ PROTECTION_QUIET_SECONDS: '2' });
  const port = await worker.ready();
  expect(agent.calls).toEqual([]);
  slowPuts(1000);
  await stage.upload(keyOf('acme'), ndjson(['line']));
  await worker.seen('protection:change', (line) => line.protected);
  expect(agent).toMatchObject({ protected: true, calls: [TAKE] });
  expect(await gauges(port)).toEqual({ protected: '1', failing: '0' });
  await stage.expectMessages(tenant, ['line']);
  expect((await worker.seen('protection:change', (line) => !line.protected)).reason).toBe('quiet');
  expect(agent).toMatchObject({ protected: false, calls: [TAKE, LET_GO], mostUnderWay: 1 });
  expect(await gauges(port)).toEqual({ protected: '0', failing: '0' });
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  expect(agent.calls).toEqual([TAKE, LET_GO]);
});

it.each<[string, Behaviour | 'gone', string]>([
  ['hangs', 'hang', 'TimeoutError'],
  ['is throttled', { error: 'ThrottlingException', status: 400 }, 'ThrottlingException'],
  ['is gone', 'gone', 'ECONNREFUSED'],
])('an agent that %s holds up no line, and is told of once, not at each try', async (_, behaviour, reason) => {
  const worker = onEcs({ CALL_TIMEOUT_SECONDS: '1' });
  if (behaviour === 'gone') agent.stop();
  else agent.behaviour = behaviour;
  const port = await worker.ready();
  slowPuts(2500);
  await stage.upload(keyOf('acme'), ndjson(['line']));
  await worker.seen('protection:fail');
  expect(await gauges(port)).toEqual({ protected: '0', failing: '1' });
  // The work lasts for several tries; of one that is gone nobody counts them.
  if (behaviour !== 'gone') await agent.called(3);
  await stage.expectMessages(tenant, ['line']);
  await stage.expectQueueEmpty();
  expect(worker.of('protection:fail')).toMatchObject([{ level: 'warn', action: 'take', reason, givenUp: false }]);
  expect(worker.of('worker:readiness').filter(({ ready }) => !ready)).toEqual([]);
  expect(agent.mostUnderWay).toBeLessThanOrEqual(1);
});

it('a task of no service is told of once and asks no more', async () => {
  agent.behaviour = { failure: 'TASK_NOT_VALID' };
  const worker = onEcs();
  await stage.upload(keyOf('acme'), ndjson(['one']));
  await stage.expectMessages(tenant, ['one']);
  await stage.upload(keyOf('acme'), ndjson(['two']));
  await stage.expectMessages(tenant, ['one', 'two']);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  expect(agent.calls).toEqual([TAKE]);
  expect(worker.of('protection:fail')).toMatchObject([{ reason: 'TASK_NOT_VALID', givenUp: true }]);
});

it('a stop lets go while it drains', async () => {
  const worker = onEcs();
  await worker.ready();
  slowPuts(1200);
  await stage.upload(keyOf('acme'), ndjson(['line']));
  await worker.seen('protection:change');
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  expect(agent).toMatchObject({ protected: false, calls: [TAKE, LET_GO] });
  expect(worker.of('protection:change').at(-1)?.reason).toBe('stop');
  expect(await stage.messages(tenant)).toEqual(['line']);
});

it('a stop waits for no answer of the agent', async () => {
  // Far beyond the test: only an exit that does not wait for it is in time.
  const worker = onEcs({ CALL_TIMEOUT_SECONDS: '110', SHUTDOWN_GRACE_SECONDS: '115' });
  await worker.ready();
  agent.behaviour = 'hang';
  slowPuts(1200);
  await stage.upload(keyOf('acme'), ndjson(['line']));
  await agent.called(1);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  expect(await stage.messages(tenant)).toEqual(['line']);
  expect(agent).toMatchObject({ calls: [TAKE, LET_GO], mostUnderWay: 1 });
  expect(worker.of('protection:fail')).toEqual([]);
});

it('the other modes ask for none', async () => {
  const key = await stage.upload(keyOf('acme'), ndjson(['line']));
  const worker = stage.worker({ ECS_AGENT_URI: agent.uri }, { args: ['--mode', 'manual'] });
  worker.child.stdin?.end(s3Event({ bucket: stage.central.bucket, key }));
  expect((await worker.exited()).code).toBe(0);
  await stage.expectMessages(tenant, ['line']);
  expect(agent.calls).toEqual([]);
});
