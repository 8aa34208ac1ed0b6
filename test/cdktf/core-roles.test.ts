/** The roles that core hands to others. Trust policies are not only read but asked, of the local STS, with the very calls that the worker makes. */
import { describe, expect, test } from 'vitest';
import { Identities } from '../../local/iam/identities.ts';
import { assumeRole as stsAssumeRole } from '../../local/iam/assume-role.ts';
import type { Caller } from '../../local/service.ts';
import { trust as customerTrust } from '../../local/provision/tenant.ts';
import { centralRoleInput, tenantRoleInput } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';
import { callerOf, formOf, policies } from './ask.ts';
import { grantsOf, statementsOf } from './policies.ts';
import { ACCOUNT, resource, synthesize } from './synthesized.ts';

const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.example.org/id/ABC`;
const CUSTOMER = '444455556666';
const { core } = synthesize(
  {
    agents: {
      principals: [CUSTOMER, `arn:aws:iam::${ACCOUNT}:role/vector`, PROVIDER],
      customers: [
        { customerId: 'acme', principals: [CUSTOMER], externalId: 'shared-with-acme' },
        {
          customerId: 'globex.eu',
          principals: [`arn:aws:iam::${CUSTOMER}:oidc-provider/oidc.globex.eu`],
          serviceAccounts: ['logs:vector'],
        },
      ],
    },
  },
  ['core'],
);

function role(name: string) {
  const made = resource(core, 'aws_iam_role', (one) => one['name'] === name);
  return { made, trust: String(made['assume_role_policy']), statements: statementsOf(String(made['assume_role_policy'])) };
}

describe('the central role', () => {
  const CENTRAL = `arn:aws:iam::${ACCOUNT}:role/logferry-test-central`;
  const { made, trust } = role('logferry-test-central');
  const route = {
    source: { tenant: 'acme', cluster: 'prod-1' },
    environment: 'production',
    roleArn: `arn:aws:iam::${CUSTOMER}:role/CustomerLogDistribution-eu`,
    externalId: 'external-acme',
  } as Route;
  const whatWorkerSends = centralRoleInput(CENTRAL, route, 3600);
  const [tenantTag, clusterTag, environmentTag] = whatWorkerSends.Tags;

  /** A world with the central role as synthesized, a customer's role, and roles of this account that may do anything by their own policies. */
  function world() {
    const identities = new Identities({ now: () => 0 });
    const everything = policies({ Effect: 'Allow', Action: '*', Resource: '*' });
    const grants = policies(...grantsOf(core, 'logferry-test-central'));
    identities.putRole({ arn: CENTRAL, trust, policies: grants, maxSessionDuration: Number(made['max_session_duration']) });
    identities.putRole({ arn: route.roleArn, trust: customerTrust(CENTRAL, 'acme', 'external-acme') });
    identities.putRole({ arn: `arn:aws:iam::${CUSTOMER}:role/Administrator`, trust: customerTrust(CENTRAL, 'acme', 'external-acme') });
    const as = (name: string): Caller => {
      const caller = identities.putRole({ arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, trust, policies: everything });
      const none = { tags: {}, transitiveTagKeys: [], durationSeconds: 3600 };
      return callerOf(identities, { role: caller, sessionName: 'task', ...none });
    };
    const assume = (caller: Caller, input: object): Caller => {
      const { session } = stsAssumeRole(identities, caller, formOf(input));
      return identities.resolve(session.accessKeyId, session.sessionToken, 'eu-central-1') as Caller;
    };
    return { as, assume };
  }

  test.each(['logferry-test-worker', 'logferry-test-lambda'])(
    'is taken on by %s as the worker asks for it, and leads into the customer’s account',
    (name) => {
      const { as, assume } = world();
      const central = assume(as(name), whatWorkerSends);
      expect(central.tags).toEqual({ tenant_id: 'acme', cluster_id: 'prod-1', environment: 'production' });
      expect(assume(central, tenantRoleInput(route, 3600)).account).toBe(CUSTOMER);
    },
  );

  test('is refused to any other role of this account, whatever its own policies say', () => {
    const { as, assume } = world();
    expect(() => assume(as('somebody'), whatWorkerSends)).toThrow(/not authorized to perform: sts:AssumeRole/);
  });

  test('is refused to roles of the same names in other accounts', () => {
    const { as, assume } = world();
    const worker = as('logferry-test-worker');
    const foreign = { ...worker, account: CUSTOMER, roleArn: worker.roleArn!.replace(ACCOUNT, CUSTOMER) };
    expect(() => assume(foreign, whatWorkerSends)).toThrow(/not authorized/);
  });

  test.each<[string, object]>([
    ['no tags at all', { Tags: [], TransitiveTagKeys: [] }],
    ['no tenant', { Tags: [clusterTag, environmentTag], TransitiveTagKeys: ['cluster_id', 'environment'] }],
    ['no cluster', { Tags: [tenantTag, environmentTag], TransitiveTagKeys: ['tenant_id', 'environment'] }],
    ['no environment', { Tags: [tenantTag, clusterTag], TransitiveTagKeys: ['tenant_id', 'cluster_id'] }],
    ['an empty tenant', { Tags: [{ Key: 'tenant_id', Value: '' }, clusterTag, environmentTag] }],
    ['a tag more', { Tags: [...whatWorkerSends.Tags, { Key: 'admin', Value: 'yes' }] }],
    ['no tag that goes on down the chain', { TransitiveTagKeys: [] }],
    ['a tenant that does not go on down the chain', { TransitiveTagKeys: ['cluster_id', 'environment'] }],
    ['a cluster that does not go on', { TransitiveTagKeys: ['tenant_id', 'environment'] }],
    ['an environment that does not go on', { TransitiveTagKeys: ['tenant_id', 'cluster_id'] }],
  ])('is refused with %s', (_, wrong) => {
    const { as, assume } = world();
    expect(() => assume(as('logferry-test-worker'), { ...whatWorkerSends, ...wrong })).toThrow(/not authorized to perform: sts:/);
  });

  test("takes on customers' roles of the agreed name and no other, also where another one trusts it", () => {
    const { as, assume } = world();
    const central = assume(as('logferry-test-worker'), whatWorkerSends);
    const other = { ...tenantRoleInput(route, 3600), RoleArn: `arn:aws:iam::${CUSTOMER}:role/Administrator` };
    expect(() => assume(central, other)).toThrow(/not authorized to perform: sts:AssumeRole/);
  });

  test('may do nothing but that, for an hour at most', () => {
    expect(grantsOf(core, 'logferry-test-central')).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Resource: 'arn:aws:iam::*:role/CustomerLogDistribution*',
      }),
    ]);
    expect(made['max_session_duration']).toBe(3600);
  });

  test('follows the name that the environment agrees with its customers, in its partition', () => {
    const { core: gov } = synthesize({ region: 'us-gov-west-1', customerRoleName: 'Logs' }, ['core']);
    expect(grantsOf(gov, 'logferry-test-central').map(({ Resource }) => Resource)).toEqual(['arn:aws-us-gov:iam::*:role/Logs']);
  });

  test('has a trust policy within the quota of 2,048 characters with the longest names', () => {
    const { core: longest } = synthesize({ region: 'us-gov-west-1' }, ['core']);
    const text = String(resource(longest, 'aws_iam_role', ({ name }) => name === 'logferry-test-central')['assume_role_policy']);
    // Each of the names is in it four times: project and environment may have 12 and 16 characters.
    const more = 4 * (12 + 16 - 'logferry'.length - 'test'.length);
    expect(text.length + more).toBeLessThanOrEqual(2048);
  });
});

describe('writer roles', () => {
  const bucket = expect.stringMatching(/^\$\{aws_s3_bucket\.log-bucket_\w+\.arn\}\/\*\/\*\/\*\/\*\/\*$/) as string;

  test("the platform's may put objects four folders deep and seal them, and nothing else: neither read, nor list, nor delete", () => {
    expect(grantsOf(core, 'logferry-test-writer').map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: bucket },
      { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: expect.stringMatching(/aws_kms_key\.data-key_/) as string },
    ]);
  });

  test('the key serves them through S3 only', () => {
    for (const name of ['logferry-test-writer', 'logferry-test-writer-acme'])
      expect(grantsOf(core, name).find(({ Action }) => Action === 'kms:GenerateDataKey')?.Condition).toEqual({
        StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
      });
  });

  test('that of a customer is bound to what is theirs', () => {
    const [put] = grantsOf(core, 'logferry-test-writer-acme');
    expect(put).toMatchObject({ Action: 's3:PutObject', Resource: expect.stringMatching(/\.arn\}\/acme\/\*\/\*\/\*\/\*$/) as string });
  });

  test('that of a customer is taken on with the external id that was agreed, where one was', () => {
    expect(role('logferry-test-writer-acme').statements).toEqual([
      expect.objectContaining({
        Principal: { AWS: [`arn:aws:iam::${CUSTOMER}:root`] },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'shared-with-acme' } },
      }),
    ]);
  });

  test('accounts and roles assume; pods come with a token, and only those of the service account that is named', () => {
    const [assume, pods, ...more] = role('logferry-test-writer').statements;
    expect(more).toEqual([]);
    expect(assume).toMatchObject({
      Principal: { AWS: [`arn:aws:iam::${CUSTOMER}:root`, `arn:aws:iam::${ACCOUNT}:role/vector`] },
      Action: 'sts:AssumeRole',
    });
    expect(pods).toMatchObject({
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'oidc.example.org/id/ABC:aud': ['sts.amazonaws.com', 'openshift'],
          'oidc.example.org/id/ABC:sub': ['system:serviceaccount:logging:vector-logs'],
        },
      },
    });
    expect(role('logferry-test-writer-globex.eu').statements).toEqual([
      expect.objectContaining({
        Condition: expect.objectContaining({
          StringEquals: expect.objectContaining({ 'oidc.globex.eu:sub': ['system:serviceaccount:logs:vector'] }) as object,
        }) as object,
      }),
    ]);
  });

  test("where no principal is named, the account's own policies decide who writes", () => {
    const { core: plain } = synthesize({}, ['core']);
    const writer = resource(plain, 'aws_iam_role', ({ name }) => name === 'logferry-test-writer');
    expect(statementsOf(String(writer['assume_role_policy']))).toMatchObject([{ Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:root`] } }]);
    expect(plain.output).not.toHaveProperty('customer_writer_role_arns');
  });

  test('two customers whose long ids begin alike get a role each, of a name that IAM takes', () => {
    const ids = ['1', '2'].map((end) => `${'c'.repeat(39)}${end}`);
    const customers = ids.map((customerId) => ({ customerId, principals: [CUSTOMER] }));
    const { core: long } = synthesize({ agents: { customers } }, ['core'], 'logferry-eu1');
    const names = Object.values(long.resource!['aws_iam_role']!).map(({ name }) => String(name));
    expect(new Set(names.filter((name) => name.includes('-writer'))).size).toBe(3);
    expect(names.filter((name) => name.length > 64)).toEqual([]);
  });
});
