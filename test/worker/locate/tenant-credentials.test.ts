/** Tenants' sessions by the real rules of STS (local/iam): trust policies, ExternalIds, inherited tags; with faults from the proxy in front. */
import { CreateLogStreamCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TenantSide } from '../../../local/provision/tenant.ts';
import type { SessionOptions, TenantSession } from '../../../worker/locate/tenant-credentials.ts';
import { REGION, startCentralSide, type CentralSide } from './central-side.ts';
import { assumeCalls, failureOf, makeCustomer, MINUTE, recordedSessions, routeTo } from './sessions.ts';

let side: CentralSide;
beforeAll(async () => {
  side = await startCentralSide();
});
afterAll(() => side.stop());
beforeEach(() => side.faults.rules.clear());

const tenant = (id: string) => makeCustomer(side, id);
const sessionsWith = (over: Partial<SessionOptions> = {}) => recordedSessions(side, over);

let streams = 0;
const use = async ({ client }: TenantSession, { group }: TenantSide) =>
  await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: `s${streams++}` }));

test("a session writes into its own tenant's account, by two hops, and into no other's", async () => {
  const [acme, globex] = [await tenant('acme'), await tenant('globex')];
  const { sessions, hops } = sessionsWith();
  const session = await sessions.session(routeTo(acme));
  expect(session).toMatchObject({ tenant: 'acme', account: acme.account });
  await use(session, acme);
  expect(hops()).toEqual([1, 2]);
  const { logStreams } = await globex.logs.send(new DescribeLogStreamsCommand({ logGroupName: globex.group }));
  expect(logStreams).toEqual([]);
  const [hop1, hop2] = side.aws.sts.calls.log.slice(-2);
  expect(hop1).toMatchObject({
    roleArn: side.central.roleArn,
    tags: { tenant_id: 'acme', cluster_id: 'prod-1', environment: 'production' },
  });
  expect(hop2).toMatchObject({ roleArn: acme.roleArn, tags: {}, externalId: acme.externalId, sessionName: 'logferry-acme-prod-1' });
});

test('500 objects of 50 tenants at once cost 100 AssumeRole calls', async () => {
  const tenants = await Promise.all(Array.from({ length: 50 }, (_, i) => tenant(`crowd-${i}`)));
  const { sessions, lookups } = sessionsWith();
  const before = assumeCalls(side);
  const routes = Array.from({ length: 500 }, (_, i) => routeTo(tenants[i % 50]!));
  const all = await Promise.all(routes.map((route) => sessions.session(route)));
  expect(assumeCalls(side) - before).toBe(100);
  expect(all.map(({ tenant, account }) => [tenant, account])).toEqual(routes.map(({ source, account }) => [source.tenant, account]));
  expect(lookups.filter((outcome) => outcome === 'miss')).toHaveLength(50);
  expect(lookups.filter((outcome) => outcome === 'hit')).toHaveLength(450);
});

describe('a session is kept under everything it depends on', () => {
  test('tags: two clusters that share a role have sessions of their own', async () => {
    const acme = await tenant('tags');
    const { sessions, hops } = sessionsWith();
    const one = await sessions.session(routeTo(acme));
    const source = { ...routeTo(acme).source, cluster: 'prod-2' };
    const [cluster, environment] = [
      await sessions.session(routeTo(acme, { source })),
      await sessions.session(routeTo(acme, { environment: 'x' })),
    ];
    expect(new Set([one, cluster, environment]).size).toBe(3);
    expect(hops()).toEqual([1, 2, 1, 2, 1, 2]);
  });

  test("a role that another tenant's row names as well is refused to that tenant by its tag", async () => {
    const acme = await tenant('honest');
    const { sessions } = sessionsWith();
    await sessions.session(routeTo(acme));
    const intruder = { ...routeTo(acme).source, tenant: 'intruder' };
    expect((await failureOf(sessions.session(routeTo(acme, { source: intruder }))))?.code).toBe('tenant-denied');
  });

  test('region and ExternalId: the same hop 1 serves', async () => {
    const acme = await tenant('regions');
    const { sessions, hops } = sessionsWith();
    const home = await sessions.session(routeTo(acme));
    const away = await sessions.session(routeTo(acme, { region: 'eu-west-1' }));
    expect(await Promise.all([home, away].map(({ client }) => client.config.region()))).toEqual([REGION, 'eu-west-1']);
    expect((await failureOf(sessions.session(routeTo(acme, { externalId: 'other' }))))?.code).toBe('tenant-denied');
    expect(hops()).toEqual([1, 2, 2, -2]);
  });
});

describe('renewal', () => {
  test('comes early and in the background, while the old session serves', async () => {
    const acme = await tenant('renewed');
    const { sessions, hops } = sessionsWith();
    const first = await sessions.session(routeTo(acme));
    side.aws.clock.advance(54 * MINUTE);
    expect(await sessions.session(routeTo(acme))).toBe(first);
    expect(hops()).toEqual([1, 2]);
    side.aws.clock.advance(2 * MINUTE);
    side.faults.rules.add({ service: 'sts', effect: { kind: 'delay', ms: 50 } });
    expect(await Promise.all([1, 2, 3].map(() => sessions.session(routeTo(acme))))).toEqual([first, first, first]);
    await expect.poll(() => sessions.session(routeTo(acme)), { timeout: 5000 }).not.toBe(first);
    // Hop 1 was still good enough for one more call.
    expect(hops()).toEqual([1, 2, 2]);
    await use(await sessions.session(routeTo(acme)), acme);
  });

  test('is spread, so that sessions that began together do not end together', async () => {
    const acme = await tenant('spread');
    const { sessions, hops } = sessionsWith({ random: () => 0.999 });
    await sessions.session(routeTo(acme));
    side.aws.clock.advance(50 * MINUTE);
    await sessions.session(routeTo(acme));
    await expect.poll(hops).toEqual([1, 2, 2]);
  });

  test('that fails leaves the old session serving until its end, and is not tried for each object', async () => {
    const acme = await tenant('unlucky');
    const { sessions, hops } = sessionsWith();
    const first = await sessions.session(routeTo(acme));
    side.aws.clock.advance(56 * MINUTE);
    side.faults.rules.add({ name: 'sts-down', service: 'sts', effect: 'error' });
    expect(await sessions.session(routeTo(acme))).toBe(first);
    await expect.poll(() => side.faults.hits()['sts-down'], { timeout: 10_000 }).toBe(3);
    await expect.poll(hops).toEqual([1, 2, -2]);
    for (let i = 0; i < 3; i++) {
      expect(await sessions.session(routeTo(acme))).toBe(first);
      // A whole round trip: a renewal begun before it would have been counted by now.
      await use(first, acme);
    }
    expect(side.faults.hits()['sts-down']).toBe(3);
    side.aws.clock.advance(4 * MINUTE);
    expect((await failureOf(sessions.session(routeTo(acme))))?.code).toBe('dependency-down');
    side.faults.rules.clear();
    await use(await sessions.session(routeTo(acme)), acme);
  });

  test('a session that the account no longer takes is replaced at the next call', async () => {
    const acme = await tenant('revoked');
    const { sessions, hops } = sessionsWith();
    const first = await sessions.session(routeTo(acme));
    sessions.invalidate(first);
    sessions.invalidate(first);
    const [second, same] = await Promise.all([sessions.session(routeTo(acme)), sessions.session(routeTo(acme))]);
    expect(second).not.toBe(first);
    expect(same).toBe(second);
    sessions.invalidate(first);
    expect(await sessions.session(routeTo(acme)), 'an old one does not take the new one down').toBe(second);
    expect(hops()).toEqual([1, 2, 2]);
  });

  test('hop 1 that has ended on the way to hop 2 is renewed once', async () => {
    const acme = await tenant('late');
    const stopped = side.aws.clock.now();
    const { sessions, hops } = sessionsWith({ now: () => stopped });
    await sessions.session(routeTo(acme));
    side.aws.clock.advance(120 * MINUTE);
    await sessions.session(routeTo(acme, { region: 'eu-west-1' }));
    expect(hops()).toEqual([1, 2, -2, 1, 2]);
  });
});
