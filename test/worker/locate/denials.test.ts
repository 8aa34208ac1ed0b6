/** What becomes of refusals on the way to a tenant's session: whose fault it is, how long it is remembered, and that nothing secret is said. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setTrust, trust, type TenantSide } from '../../../local/provision/tenant.ts';
import { logEvents, makeLogger } from '../../../worker/observe/log.ts';
import { keysOf, startCentralSide, type CentralSide } from './central-side.ts';
import { assumeCalls, failureOf, makeCustomer, MINUTE, recordedSessions, routeTo } from './sessions.ts';

let side: CentralSide;
beforeAll(async () => {
  side = await startCentralSide();
});
afterAll(() => side.stop());
beforeEach(() => side.faults.rules.clear());

const setExternalId = async ({ id, account }: TenantSide, externalId: string) =>
  await setTrust(side.central, keysOf(account), trust(side.central.roleArn, id, externalId));

describe('a tenant that refuses', () => {
  test('is asked once for all who wait, then not for a while, and again from hop 1 on when it may have mended its role', async () => {
    const acme = await makeCustomer(side, 'acme');
    await setExternalId(acme, 'another');
    const { sessions, lookups, hops } = recordedSessions(side);
    const ask = () => failureOf(sessions.session(routeTo(acme)));
    const failures = await Promise.all([ask(), ask(), ask()]);
    expect(failures.map((failure) => failure?.code)).toEqual(['tenant-denied', 'tenant-denied', 'tenant-denied']);
    side.aws.clock.advance(14_000);
    expect((await ask())?.code).toBe('tenant-denied');
    expect(hops()).toEqual([1, -2]);
    expect(lookups).toEqual(['miss', 'hit', 'hit', 'denied']);
    await setExternalId(acme, acme.externalId);
    side.aws.clock.advance(1_001);
    expect(await ask()).toBeUndefined();
    expect(hops()).toEqual([1, -2, 1, 2]);
  });

  test('does not touch another', async () => {
    const [broken, sound] = [await makeCustomer(side, 'broken'), await makeCustomer(side, 'sound')];
    await setExternalId(broken, 'another');
    const { sessions } = recordedSessions(side);
    const [failure, session] = await Promise.all([failureOf(sessions.session(routeTo(broken))), sessions.session(routeTo(sound))]);
    expect([failure?.code, session.tenant]).toEqual(['tenant-denied', 'sound']);
  });

  test('while its old session still serves goes on to the end of that', async () => {
    const acme = await makeCustomer(side, 'withdrawn');
    const { sessions, hops } = recordedSessions(side);
    const first = await sessions.session(routeTo(acme));
    await setExternalId(acme, 'another');
    side.aws.clock.advance(56 * MINUTE);
    expect(await sessions.session(routeTo(acme))).toBe(first);
    await expect.poll(hops).toEqual([1, 2, -2]);
    expect(await sessions.session(routeTo(acme))).toBe(first);
    side.aws.clock.advance(4 * MINUTE);
    expect((await failureOf(sessions.session(routeTo(acme))))?.code).toBe('tenant-denied');
  });
});

test("a session of another account than the row's is refused, though STS gave it", async () => {
  const acme = await makeCustomer(side, 'moved');
  const { sessions, hops } = recordedSessions(side);
  const failure = await failureOf(sessions.session(routeTo(acme, { account: '999999999999' })));
  expect([failure?.code, failure?.message]).toEqual(['tenant-denied', expect.stringContaining(`::${acme.account}:assumed-role/`)]);
  expect(hops()).toEqual([1, 2]);
});

test('a tag value that STS does not take is the fault of the row, and is remembered', async () => {
  const acme = await makeCustomer(side, 'tagged');
  const { sessions, hops } = recordedSessions(side);
  for (let i = 0; i < 2; i++) {
    const failure = await failureOf(sessions.session(routeTo(acme, { environment: 'a|b' })));
    expect([failure?.code, failure?.message]).toEqual(['bad-row', expect.stringContaining('environment "a|b"')]);
  }
  expect(hops()).toEqual([-1]);
});

describe('our own side', () => {
  test('a central role that refuses us is a central fault, and is asked again at once', async () => {
    const acme = await makeCustomer(side, 'innocent');
    const { sessions, hops } = recordedSessions(side, { centralRoleArn: 'arn:aws:iam::000000000000:role/not-there' });
    for (let i = 0; i < 2; i++) {
      const failure = await failureOf(sessions.session(routeTo(acme)));
      expect([failure?.code, failure?.message]).toEqual(['central-denied', expect.stringContaining('role/not-there')]);
    }
    expect(hops()).toEqual([-1, -1]);
  });

  test.each([
    ['throttles', 'throttle'],
    ['fails', 'error'],
    ['breaks off', 'reset'],
  ] as const)('STS that %s is nobody’s refusal, at either hop', async (_, effect) => {
    const acme = await makeCustomer(side, `unlucky-${effect}`);
    const { sessions, hops } = recordedSessions(side);
    const ask = () => failureOf(sessions.session(routeTo(acme)));
    side.faults.rules.set([{ service: 'sts', effect }]);
    expect((await ask())?.code).toBe('dependency-down');
    side.faults.rules.set([{ service: 'sts', accessKeyId: /^ASIA/, effect }]);
    expect((await ask())?.code).toBe('dependency-down');
    side.faults.rules.clear();
    expect(await ask()).toBeUndefined();
    expect(hops()).toEqual([-1, 1, -2, 2]);
  });

  test('a passing failure is tried again by the SDK, a refusal is not', async () => {
    const acme = await makeCustomer(side, 'retried');
    side.faults.rules.add({ service: 'sts', limit: 1, effect: 'error' });
    const before = assumeCalls(side);
    expect(await failureOf(recordedSessions(side).sessions.session(routeTo(acme)))).toBeUndefined();
    expect(assumeCalls(side) - before).toBe(3);
  });
});

test('no credential and no ExternalId is said: not in a message, not in an event, not in a log line', async () => {
  const acme = await makeCustomer(side, 'discreet');
  const log = new PassThrough();
  const { sessions, observer } = recordedSessions(side, { denialMs: 0 });
  logEvents(observer, makeLogger('trace', log));
  const logger = makeLogger('trace', log);
  const session = await sessions.session(routeTo(acme));
  const { secretAccessKey, sessionToken = '' } = await session.client.config.credentials();
  for (const route of [routeTo(acme, { externalId: 'wrong-one' }), routeTo(acme, { externalId: 'not a valid one' })]) {
    const failure = await failureOf(sessions.session(route));
    expect(failure?.code).toBe('tenant-denied');
    logger.error({ error: failure, err: failure, route }, failure?.message);
  }
  log.end();
  const said = await text(log);
  expect(said).toContain('discreet');
  for (const secret of [secretAccessKey, sessionToken, acme.externalId, 'wrong-one', 'not a valid one']) expect(said).not.toContain(secret);
});

test('with fewer sessions than tenants all are served, only dearer', async () => {
  const tenants = await Promise.all([1, 2, 3].map((i) => makeCustomer(side, `many-${i}`)));
  const { sessions } = recordedSessions(side, { max: 1 });
  for (let round = 0; round < 2; round++) {
    const served = await Promise.all(tenants.map((tenant) => sessions.session(routeTo(tenant))));
    expect(served.map(({ tenant }) => tenant)).toEqual(tenants.map(({ id }) => id));
  }
});
