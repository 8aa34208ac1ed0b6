/** The double hop as the worker takes it: the central role, then the customer's, with session tags that go along and an ExternalId. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { assume, callSts, createRole, mayAssume, trustAccount } from './roles.ts';
import { CENTRAL_ACCOUNT, type Credentials, describeOn, type Target } from './target.ts';

const CUSTOMER = '111122223333';
const NAMED_TENANT = { StringEquals: { 'aws:PrincipalTag/tenant_id': 'acme' } };
const TAGS = { Tags: [{ Key: 'tenant_id', Value: 'acme' }], TransitiveTagKeys: ['tenant_id'] };

interface Hops {
  /** In the central account; may assume anything unless said otherwise. */
  readonly central: string;
  readonly customer: string;
}

/** @param trust more of the customer role's trust statement, such as a Condition. */
async function makeHops(aws: Target, trust: object = {}, may: readonly object[] = [mayAssume('*')]): Promise<Hops> {
  const central = await createRole(aws, { account: CENTRAL_ACCOUNT, trust: [trustAccount(CENTRAL_ACCOUNT)], may, maxSessionSeconds: 7200 });
  const customer = await createRole(aws, { account: CUSTOMER, trust: [trustAccount(CENTRAL_ACCOUNT, trust)], maxSessionSeconds: 7200 });
  return { central, customer };
}

const identity = (aws: Target, credentials: Credentials) => callSts(aws, credentials, (sts) => sts.send(new GetCallerIdentityCommand({})));
const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
const invalid = { name: 'ValidationError', $metadata: { httpStatusCode: 400 } };

export function stsContract(aws: () => Target): void {
  const keys = (): Credentials => aws().credentialsFor(CENTRAL_ACCOUNT);
  const firstHop = async ({ central }: Hops, more: object = {}): Promise<Credentials> =>
    (await assume(aws(), keys(), { RoleArn: central, ...more })).session;

  describeOn(aws, 'sts', [], () => {
    it('hops through the central role into the customer’s account', async () => {
      const hops = await makeHops(aws());
      const { session, AssumedRoleUser, Credentials } = await assume(aws(), await firstHop(hops), { RoleArn: hops.customer });
      const arn = `arn:aws:sts::${CUSTOMER}:assumed-role/${hops.customer.split('/').at(-1)}/worker`;
      expect(AssumedRoleUser).toMatchObject({ Arn: arn, AssumedRoleId: expect.stringMatching(/^AROA\w+:worker$/) as string });
      expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now());
      expect(await identity(aws(), session)).toMatchObject({ Account: CUSTOMER, Arn: arn });
    });

    it('gives each call a session of its own, for an hour unless asked otherwise', async () => {
      const { central } = await makeHops(aws());
      const asked = Date.now();
      const calls = [{}, {}, { DurationSeconds: 900 }].map((more) => assume(aws(), keys(), { RoleArn: central, ...more }));
      const [one, two, short] = await Promise.all(calls);
      expect(one!.session.accessKeyId).not.toBe(two!.session.accessKeyId);
      const lasts = (answer: typeof one): number => Math.round((answer!.Credentials!.Expiration!.getTime() - asked) / 60_000);
      expect([lasts(one), lasts(short)]).toEqual([60, 15]);
    });
  });

  describeOn(aws, 'sts trust', ['trust', 'accounts'], () => {
    it('lets transitive tags go along, so that the customer’s trust policy can ask for them', async () => {
      const hops = await makeHops(aws(), { Condition: NAMED_TENANT });
      const RoleArn = hops.customer;
      await expect(assume(aws(), await firstHop(hops, TAGS), { RoleArn })).resolves.toMatchObject({ AssumedRoleUser: {} });
      await expect(assume(aws(), await firstHop(hops), { RoleArn })).rejects.toMatchObject(denied);
      const other = { Tags: [{ Key: 'tenant_id', Value: 'evil' }], TransitiveTagKeys: ['tenant_id'] };
      await expect(assume(aws(), await firstHop(hops, other), { RoleArn })).rejects.toMatchObject(denied);
    });

    it('refuses an inherited transitive tag that is passed again, and takes others', async () => {
      const hops = await makeHops(aws());
      const session = await firstHop(hops, TAGS);
      const again = assume(aws(), session, { RoleArn: hops.customer, Tags: [{ Key: 'Tenant_ID', Value: 'other' }] });
      await expect(again).rejects.toMatchObject({ name: 'InvalidParameterValue', message: expect.stringContaining('conflicts') as string });
      const more = assume(aws(), session, { RoleArn: hops.customer, Tags: [{ Key: 'run', Value: '1' }] });
      await expect(more).resolves.toMatchObject({ AssumedRoleUser: {} });
    });

    it('sees as aws:RequestTag only what the call itself passes', async () => {
      const hops = await makeHops(aws(), { Condition: { StringEquals: { 'aws:RequestTag/tenant_id': 'acme' } } });
      await expect(assume(aws(), await firstHop(hops, TAGS), { RoleArn: hops.customer })).rejects.toMatchObject(denied);
      const passed = assume(aws(), await firstHop(hops), { RoleArn: hops.customer, Tags: TAGS.Tags });
      await expect(passed).resolves.toMatchObject({ AssumedRoleUser: {} });
    });

    it('lets a tag that is not transitive count for the next hop, and no further', async () => {
      const hops = await makeHops(aws(), { Condition: NAMED_TENANT });
      const trust = [trustAccount(CENTRAL_ACCOUNT, { Condition: NAMED_TENANT })];
      const middle = await createRole(aws(), { account: CENTRAL_ACCOUNT, trust, may: [mayAssume('*')] });
      const third = async (tags: object): Promise<unknown> => {
        const second = await assume(aws(), await firstHop(hops, tags), { RoleArn: middle });
        return assume(aws(), second.session, { RoleArn: hops.customer });
      };
      await expect(third({ Tags: TAGS.Tags })).rejects.toMatchObject(denied);
      await expect(third(TAGS)).resolves.toMatchObject({ AssumedRoleUser: {} });
    });

    it.each([
      ['wrong', 'not-it'],
      ['missing', undefined],
    ])('refuses a %s ExternalId in the same words as a role that does not exist', async (_, ExternalId) => {
      const hops = await makeHops(aws(), { Condition: { StringEquals: { 'sts:ExternalId': 'acme-7' } } });
      const session = await firstHop(hops);
      const words = async (RoleArn: string): Promise<string> => {
        const refused: unknown = await assume(aws(), session, { RoleArn, ExternalId }).catch((error: unknown) => error);
        expect(refused).toMatchObject(denied);
        return (refused as Error).message.replaceAll(RoleArn, '<role>');
      };
      expect(await words(hops.customer)).toBe(await words(`${hops.customer}-not`));
      await expect(assume(aws(), session, { RoleArn: hops.customer, ExternalId: 'acme-7' })).resolves.toMatchObject({
        AssumedRoleUser: {},
      });
    });

    it('names who may not do what to which role', async () => {
      const hops = await makeHops(aws(), { Principal: { AWS: 'arn:aws:iam::444455556666:root' } });
      await expect(assume(aws(), await firstHop(hops), { RoleArn: hops.customer })).rejects.toMatchObject({
        ...denied,
        message: `User: arn:aws:sts::${CENTRAL_ACCOUNT}:assumed-role/${hops.central.split('/').at(-1)}/worker is not authorized to perform: sts:AssumeRole on resource: ${hops.customer}`,
      });
    });

    it('needs the caller’s own policies to allow the second hop', async () => {
      const hops = await makeHops(aws(), {}, [mayAssume(`arn:aws:iam::${CUSTOMER}:role/another`)]);
      await expect(assume(aws(), await firstHop(hops), { RoleArn: hops.customer })).rejects.toMatchObject(denied);
    });

    it('needs sts:TagSession in the trust policy for a call that passes tags', async () => {
      const hops = await makeHops(aws(), { Action: 'sts:AssumeRole' });
      const session = await firstHop(hops);
      await expect(assume(aws(), session, { RoleArn: hops.customer })).resolves.toMatchObject({ AssumedRoleUser: {} });
      const tagged = assume(aws(), session, { RoleArn: hops.customer, Tags: TAGS.Tags });
      await expect(tagged).rejects.toMatchObject({ ...denied, message: expect.stringContaining('sts:TagSession') as string });
    });

    it('needs sts:TagSession in the trust policy also where tags are only inherited', async () => {
      const hops = await makeHops(aws(), { Action: 'sts:AssumeRole' });
      const inherited = assume(aws(), await firstHop(hops, TAGS), { RoleArn: hops.customer });
      await expect(inherited).rejects.toMatchObject({ ...denied, message: expect.stringContaining('sts:TagSession') as string });
    });

    it('lets an explicit deny win', async () => {
      const deny = { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${CUSTOMER}:role/*` };
      const hops = await makeHops(aws(), {}, [mayAssume('*'), deny]);
      await expect(assume(aws(), await firstHop(hops), { RoleArn: hops.customer })).rejects.toMatchObject(denied);
    });
  });

  describeOn(aws, 'sts limits', ['limits'], () => {
    it.each([899, 43_201])('refuses DurationSeconds %d', async (DurationSeconds) => {
      const { central } = await makeHops(aws());
      await expect(assume(aws(), keys(), { RoleArn: central, DurationSeconds })).rejects.toMatchObject(invalid);
    });

    it('refuses more than the role’s own maximum', async () => {
      const { central } = await makeHops(aws());
      await expect(assume(aws(), keys(), { RoleArn: central, DurationSeconds: 7200 })).resolves.toMatchObject({ AssumedRoleUser: {} });
      await expect(assume(aws(), keys(), { RoleArn: central, DurationSeconds: 7201 })).rejects.toMatchObject(invalid);
    });

    it('refuses more than an hour to a session, whatever the role allows', async () => {
      const hops = await makeHops(aws());
      const session = await firstHop(hops);
      const ask = (DurationSeconds: number) => assume(aws(), session, { RoleArn: hops.customer, DurationSeconds });
      await expect(ask(3601)).rejects.toMatchObject({ ...invalid, message: expect.stringContaining('1 hour') as string });
      await expect(ask(3600)).resolves.toMatchObject({ AssumedRoleUser: {} });
    });

    it.each([
      ['a session name of one character', { RoleSessionName: 'x' }],
      ['a session name with a space', { RoleSessionName: 'a b' }],
      ['an ExternalId with a space', { ExternalId: 'a b' }],
      ['a tag key of 129 characters', { Tags: [{ Key: 'k'.repeat(129), Value: 'v' }] }],
      ['a tag value of 257 characters', { Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] }],
      ['51 tags', { Tags: Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: 'v' })) }],
    ])('refuses %s', async (_, more) => {
      const { central } = await makeHops(aws());
      await expect(assume(aws(), keys(), { RoleArn: central, ...more })).rejects.toMatchObject(invalid);
    });
  });
}
