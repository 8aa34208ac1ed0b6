/** `tenant verify` where hop 1 or hop 2 is refused: each cause by its name, and mended by the statement that is printed. */
import { IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { policy } from '../../local/provision/central.ts';
import { trust } from '../../local/provision/tenant.ts';
import { withOperator } from './operator.ts';
import { ALL_GREEN, makeCustomer, red, verify, type Made } from './verifying.ts';

const operator = withOperator();
const central = () => operator().central;
/** Another role that there is. */
const stranger = () => central().probeRoleArn;

/** As `aws iam get-role` prints it. */
function roleDocument({ tenant }: Made, trustPolicy: string | object): string {
  const AssumeRolePolicyDocument = typeof trustPolicy === 'string' ? trustPolicy : (JSON.parse(JSON.stringify(trustPolicy)) as object);
  return JSON.stringify({ Role: { Arn: tenant.roleArn, RoleName: 'CustomerLogDistribution', AssumeRolePolicyDocument } });
}

/** The right trust, with one condition more or other. */
function trustWith(
  wanted: { key?: string; value?: unknown },
  id = 'external-acme',
): { Statement: { Condition?: { StringEquals: Record<string, unknown> } }[] } {
  const document = JSON.parse(trust(central().roleArn, 'acme', id)) as ReturnType<typeof trustWith>;
  if (wanted.key !== undefined) document.Statement[0]!.Condition!.StringEquals[wanted.key] = wanted.value;
  return document;
}

describe('without a word of the customer', () => {
  test('role missing: the probe tells it from a trust that refuses', async () => {
    const { tenant } = await makeCustomer(operator());
    await operator().put({
      ...(await operator().row('acme')),
      log_distribution_role_arn: tenant.roleArn.replace(/\/.*/, '/CustomerLogDistributionOld'),
    });
    const { code, check } = await verify(operator());
    expect(check('hop 2')).toMatchObject(red(['role-missing'], /there is no role arn:aws:iam::\d+:role\/CustomerLogDistributionOld/));
    expect(check('hop 2').fix).toMatchObject({ side: 'customer', command: 'logferry tenant template acme --format terraform' });
    expect(check('group')).toMatchObject({ outcome: 'skipped', reason: 'needs hop 2' });
    expect(code).toBe(1);
  });

  test('role there and refusing: what is left is told, with the trust that mends all of it; the probe denies all again', async () => {
    const customer = await makeCustomer(operator());
    await customer.setTrust(JSON.parse(trust(stranger(), 'acme', 'external-acme')) as object);
    const { check } = await verify(operator(), ['--reveal']);
    expect(check('hop 2')).toMatchObject({ outcome: 'red', reason: expect.stringContaining('the role exists') as string });
    expect(check('hop 2').causes).not.toContain('role-missing');
    const probe = operator().local.identities.getRole(central().probeRoleArn);
    expect(JSON.parse(probe!.trust.source)).toMatchObject({ Statement: [{ Effect: 'Deny', Principal: { AWS: '*' } }] });
    expect(check('hop 2').fix!.command).toBe('aws iam get-role --role-name CustomerLogDistribution');
    await customer.setTrust(check('hop 2').fix!.document!);
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });

  test('no probe: that it could not be told is said', async () => {
    const customer = await makeCustomer(operator());
    await customer.setTrust(JSON.parse(trust(stranger(), 'acme', 'external-acme')) as object);
    const { check } = await verify(operator(), ['--probe-role', 'arn:aws:iam::000000000000:role/no-such-probe']);
    expect(check('hop 2').causes).toContain('role-missing');
    expect(check('hop 2').reason).toMatch(/not told: the probe role no-such-probe could not be asked/);
  });

  test.each([
    ['the next one', [], { next_external_id: 'the-other-one' }],
    ['one that is tried', ['--try-external-id', 'wrong-one', 'the-other-one'], {}],
  ])('ExternalId differs: theirs is %s, and neither is printed', async (_, args, more) => {
    const customer = await makeCustomer(operator());
    await operator().put({ ...(await operator().row('acme')), ...more });
    await customer.setTrust(JSON.parse(trust(central().roleArn, 'acme', 'the-other-one')) as object);
    const { check, stdout } = await verify(operator(), args);
    expect(check('hop 2')).toMatchObject(red(['external-id'], /another ExternalId than the row has.*begins with [0-9a-f]{8}\)$/));
    expect(stdout).not.toMatch(/the-other-one|external-acme/);
    const revealed = await verify(operator(), [...args, '--reveal']);
    await customer.setTrust(revealed.check('hop 2').fix!.document!);
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });

  test.each([
    ['cluster', 'tag-cluster_id', 'cluster_id', 'prod-1', '--try-cluster', '--cluster'],
    ['environment', 'tag-environment', 'environment', 'staging', '--try-environment', '--environment'],
  ] as const)('tag condition differs: another %s, found by a try', async (_, cause, tag, value, option, right) => {
    const customer = await makeCustomer(operator());
    await customer.setTrust(trustWith({ key: `aws:PrincipalTag/${tag}`, value }));
    expect((await verify(operator(), [option, 'none', value])).check('hop 2')).toMatchObject(
      red([cause], new RegExp(`it lets in .* ${value}`)),
    );
    expect((await verify(operator(), [right, value])).outcomes).toEqual(ALL_GREEN);
  });

  test('sts:TagSession missing: AWS names it, and the statement ends it', async () => {
    const customer = await makeCustomer(operator());
    const [assume] = trustWith({}).Statement;
    await customer.setTrust({ Version: '2012-10-17', Statement: [assume] });
    const { check } = await verify(operator());
    expect(check('hop 2')).toMatchObject(red(['tag-session'], /sts:TagSession/));
    await customer.setTrust({ Version: '2012-10-17', Statement: [assume, check('hop 2').fix!.statement] });
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });
});

describe('with their role, as they sent it', () => {
  test.each([
    [
      'trust lacks the central role',
      () => JSON.parse(trust(stranger(), 'acme', 'external-acme')) as object,
      ['trust-principal', 'tag-session'],
      /it trusts .*-probe, not .*-central/,
    ],
    ['ExternalId differs', () => JSON.parse(trust(central().roleArn, 'acme', 'other')) as object, ['external-id'], /another ExternalId/],
    [
      'tenant differs',
      () => JSON.parse(trust(central().roleArn, 'acme-corp', 'external-acme')) as object,
      ['tag-tenant_id'],
      /asks for the tag tenant_id acme-corp; the worker sends acme/,
    ],
    [
      'cluster differs',
      () => trustWith({ key: 'aws:PrincipalTag/cluster_id', value: ['a', 'b'] }),
      ['tag-cluster_id'],
      /cluster_id a or b; the worker sends logferry-verify/,
    ],
    [
      'environment differs',
      () => trustWith({ key: 'aws:PrincipalTag/environment', value: 'dev' }),
      ['tag-environment'],
      /environment dev; the worker sends production/,
    ],
    [
      'RequestTag in place of PrincipalTag',
      () => trustWith({ key: 'aws:RequestTag/tenant_id', value: 'acme' }),
      ['tag-tenant_id'],
      /it must be aws:PrincipalTag\/tenant_id/,
    ],
    [
      'ExternalId and environment',
      () => trustWith({ key: 'aws:PrincipalTag/environment', value: 'dev' }, 'other'),
      ['external-id', 'tag-environment'],
      /another ExternalId.*environment dev/,
    ],
    [
      'another condition',
      () => trustWith({ key: 'aws:PrincipalAccount', value: '999999999999' }),
      ['other-condition'],
      /aws:principalaccount \(999999999999\)/,
    ],
  ] as const)('%s', async (_, wrong, causes, reason) => {
    const customer = await makeCustomer(operator());
    await customer.setTrust(wrong());
    const args = ['--role-document', '-', '--reveal'];
    const { check } = await verify(operator(), args, { input: roleDocument(customer, wrong()) });
    expect(check('hop 2')).toMatchObject(red(causes, reason));
    const right = check('hop 2').fix!.document!;
    await customer.setTrust(right);
    expect((await verify(operator(), args, { input: roleDocument(customer, encodeURIComponent(JSON.stringify(right))) })).outcomes).toEqual(
      ALL_GREEN,
    );
  });

  test('sts:TagSession missing is a warning while AWS lets us in, and goes with the statement', async () => {
    const customer = await makeCustomer(operator());
    const assume = (JSON.parse(trust(central().roleArn, 'acme', 'external-acme')) as { Statement: object[] }).Statement[0]!;
    const { check, code } = await verify(operator(), ['--role-document', '-'], {
      input: roleDocument(customer, { Version: '2012-10-17', Statement: [assume] }),
    });
    expect(check('hop 2')).toMatchObject({ outcome: 'warning', causes: ['tag-session'] });
    expect(code).toBe(0);
    const right = { Version: '2012-10-17', Statement: [assume, check('hop 2').fix!.statement!] };
    expect((await verify(operator(), ['--role-document', '-'], { input: roleDocument(customer, right) })).outcomes).toEqual(ALL_GREEN);
  });

  test('a deleted role’s id stands where the central role stood', async () => {
    const customer = await makeCustomer(operator());
    await customer.setTrust(JSON.parse(trust(stranger(), 'acme', 'external-acme')) as object);
    const sent = trust('AROAJQABLZS4A3QDU576Q', 'acme', 'external-acme');
    const { check } = await verify(operator(), ['--role-document', '-'], { input: sent });
    expect(check('hop 2')).toMatchObject(
      red(['trust-principal', 'tag-session'], /it names AROAJQABLZS4A3QDU576Q: a role that was deleted/),
    );
  });
});

describe('our own side', () => {
  test('the central role does not trust the operator: `operators` and the statement are named', async () => {
    await makeCustomer(operator());
    const iam = new IAMClient({ endpoint: central().cloud.endpoint, region: 'us-east-1', credentials: central().cloud.keys });
    const RoleName = central().roleArn.split('/')[1]!;
    const worker = policy({ Principal: { AWS: '999999999999' }, Action: ['sts:AssumeRole', 'sts:TagSession'] });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: worker }));
    const { check } = await verify(operator());
    expect(check('hop 1')).toMatchObject(red(['operator-not-trusted'], /our own side/));
    expect(check('hop 1').fix!.does).toContain('`operators`');
    const mended = JSON.stringify({ Version: '2012-10-17', Statement: [check('hop 1').fix!.statement] });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: mended }));
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });

  test('the central role may not take a role of that name', async () => {
    await makeCustomer(operator(), { roleName: 'MyOwnName' });
    const { check } = await verify(operator());
    expect(check('hop 2')).toMatchObject(red(['central-policy'], /our own side: the identity-based policy of the central role/));
    const iam = new IAMClient({ endpoint: central().cloud.endpoint, region: 'us-east-1', credentials: central().cloud.keys });
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [check('hop 2').fix!.statement] });
    await iam.send(new PutRolePolicyCommand({ RoleName: central().roleArn.split('/')[1]!, PolicyName: 'more', PolicyDocument }));
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });
});

test('a role that asks for no ExternalId is a warning, and the statement ends it', async () => {
  const customer = await makeCustomer(operator());
  const open = trustWith({});
  delete open.Statement[0]!.Condition!.StringEquals['sts:ExternalId'];
  await customer.setTrust(open);
  const { check, code } = await verify(operator(), ['--reveal']);
  expect(check('hop 2')).toMatchObject({ outcome: 'warning', causes: ['no-external-id'] });
  expect(code).toBe(0);
  await customer.setTrust({ Version: '2012-10-17', Statement: [check('hop 2').fix!.statement, open.Statement[1]] });
  expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
});
