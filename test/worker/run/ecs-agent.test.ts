/** The call for protection over real HTTP: what is asked, and what each form of answer means. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentAt } from '../../../worker/run/ecs-agent.ts';
import { EcsAgent, type Behaviour } from '../../support/ecs-agent.ts';

const LONG_MS = 600_000;
const never = new AbortController().signal;

let agent: EcsAgent;
beforeEach(async () => {
  agent = await EcsAgent.start();
});
afterEach(() => agent.stop());

test('asks for so many minutes, and lets go, each confirmed by the agent', async () => {
  const ask = agentAt(agent.uri, LONG_MS);
  expect(await ask(10, never)).toEqual({ ok: true });
  expect(agent.protected).toBe(true);
  expect(await ask(undefined, never)).toEqual({ ok: true });
  expect(agent.protected).toBe(false);
  expect(agent.calls).toEqual([{ ProtectionEnabled: true, ExpiresInMinutes: 10 }, { ProtectionEnabled: false }]);
});

test.each<[Behaviour, { reason: string; detail?: unknown; forGood: boolean }]>([
  [{ failure: 'TASK_NOT_VALID' }, { reason: 'TASK_NOT_VALID', forGood: true }],
  [{ failure: 'DEPLOYMENT_BLOCKED' }, { reason: 'DEPLOYMENT_BLOCKED', forGood: false }],
  [
    { error: 'ThrottlingException', status: 400 },
    { reason: 'ThrottlingException', detail: 'as the test wants it', forGood: false },
  ],
  [
    { error: 'AccessDeniedException', status: 400 },
    { reason: 'AccessDeniedException', forGood: false },
  ],
  [
    { error: 'RequestCanceled', status: 504 },
    { reason: 'RequestCanceled', forGood: false },
  ],
  ['throttle', { reason: 'http-429', detail: expect.stringContaining('maximum request limit'), forGood: false }],
])('%j is a failure with its reason, also where the status is 200', async (behaviour, expected) => {
  agent.behaviour = behaviour;
  expect(await agentAt(agent.uri, LONG_MS)(10, never)).toMatchObject({ ok: false, ...expected });
});

test.each(['{"protection":{"ProtectionEnabled":false}}', '{"protection":null}', '[]', '', '{"failure":{}}', '{"error":{"Code":1}}'])(
  'the answer %j is no success',
  async (body) => {
    agent.behaviour = { body };
    const reason = body.includes('failure') ? 'failure' : 'http-200';
    expect(await agentAt(agent.uri, LONG_MS)(10, never)).toMatchObject({ ok: false, reason, forGood: false });
  },
);

test('of an answer without end only its beginning is taken, and the connection is closed', async () => {
  agent.behaviour = 'flood';
  expect(await agentAt(agent.uri, LONG_MS)(10, never)).toMatchObject({ ok: false, reason: 'http-200', forGood: false });
  await vi.waitFor(() => expect(agent.underWay).toBe(0));
});

test('a way elsewhere is not followed', async () => {
  agent.behaviour = 'redirect';
  expect(await agentAt(agent.uri, LONG_MS)(10, never)).toMatchObject({ ok: false, forGood: false });
  expect(agent.calls).toHaveLength(1);
});

test('an agent that hangs costs the time-out and no more, and one that is not there an answer', async () => {
  agent.behaviour = 'hang';
  expect(await agentAt(agent.uri, 50)(10, never)).toMatchObject({ ok: false, reason: 'TimeoutError', forGood: false });
  const gone = agent.uri;
  agent.stop();
  expect(await agentAt(gone, LONG_MS)(10, never)).toMatchObject({
    ok: false,
    reason: 'ECONNREFUSED',
    detail: expect.stringContaining('127.0.0.1'),
  });
  expect(await agentAt('no URL', LONG_MS)(10, never)).toMatchObject({ ok: false, forGood: false });
});

test('a call is ended by its signal', async () => {
  agent.behaviour = 'hang';
  const stop = new AbortController();
  const answer = agentAt(agent.uri, LONG_MS)(10, stop.signal);
  stop.abort();
  expect(await answer).toMatchObject({ ok: false, reason: 'AbortError' });
});
