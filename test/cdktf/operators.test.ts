/** Who may verify tenants, and what they gain by it: trust and policies as synthesized, asked of the local STS. */
import { describe, expect, test } from 'vitest';
import { checkEnvironments, EnvironmentsError } from '../../cdktf/config.ts';
import { assumeRole as stsAssumeRole } from '../../local/iam/assume-role.ts';
import { Identities } from '../../local/iam/identities.ts';
import type { Caller } from '../../local/service.ts';
import { centralRoleInput } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';
import { callerOf, formOf, policies } from './ask.ts';
import { coreElsewhere } from './elsewhere.ts';
import { grantsOf, list, statementsOf } from './policies.ts';
import { ACCOUNT, resource, synthesize } from './synthesized.ts';

const of = (name: string): string => `arn:aws:iam::${ACCOUNT}:${name}`;
const SSO = 'role/aws-reserved/sso.amazonaws.com';
const [CENTRAL, PROBE] = [of('role/logferry-test-central'), of('role/logferry-test-probe')];
const { core, queue } = synthesize({ operators: [of('role/people/on-call'), of('user/ada'), of(`${SSO}*/AWSReservedSSO_Logs_*`)] }, [
  'core',
  'queue',
]);
const operatorPolicy = String(resource(queue, 'aws_iam_policy')['policy']);
const as = { source: { tenant: 'acme', cluster: 'logferry-verify' }, environment: 'production' } as Route;
const asTheWorker = centralRoleInput(CENTRAL, as, 900);

const made = (name: string) => resource(core, 'aws_iam_role', (one) => one['name'] === name);
const trustOf = (name: string) => String(made(name)['assume_role_policy']);

/** @param stack whose trust policies hold. */
function world(stack = core) {
  const identities = new Identities({ now: () => 0 });
  const trusting = (name: string) => String(resource(stack, 'aws_iam_role', (one) => one['name'] === name)['assume_role_policy']);
  identities.putRole({ arn: CENTRAL, trust: trusting('logferry-test-central') });
  identities.putRole({ arn: PROBE, trust: trusting('logferry-test-probe'), policies: policies(...grantsOf(stack, 'logferry-test-probe')) });
  const none = { tags: {}, transitiveTagKeys: [], durationSeconds: 900 };
  /** With the permissions given; by default what operators are given. */
  const session = (arn: string, may = understood(operatorPolicy)): Caller => {
    const role = identities.putRole({ arn, trust: trustOf('logferry-test-central'), policies: may });
    return callerOf(identities, { role, sessionName: 'ada', ...none });
  };
  const assume = (caller: Caller, more: object = {}): Caller => {
    const issued = stsAssumeRole(identities, caller, formOf({ ...asTheWorker, ...more })).session;
    return identities.resolve(issued.accessKeyId, issued.sessionToken, 'eu-central-1') as Caller;
  };
  return { identities, session, assume };
}

/** Without the statements on keys, whose ARNs are Terraform's to fill in. */
function understood(policy: string): string[] {
  return policies(...statementsOf(policy).filter(({ Resource }) => !list(Resource).some((one) => one.startsWith('${'))));
}

describe('an operator', () => {
  test.each([
    ['a role, with its path', 'role/people/on-call'],
    ['a role of IAM Identity Center, whatever its suffix and region', `${SSO}/eu-west-1/AWSReservedSSO_Logs_0123456789abcdef`],
    ['one of a Center in us-east-1, which has no region in its path', `${SSO}/AWSReservedSSO_Logs_fedcba9876543210`],
  ])('that is %s takes on the central role as the worker does, with the operators’ policy and no more', (_, name) => {
    const { session, assume } = world();
    expect(assume(session(of(name))).tags).toEqual({ tenant_id: 'acme', cluster_id: 'logferry-verify', environment: 'production' });
  });

  test('may be a user', () => {
    const user = { accessKeyId: 'AKIA', account: ACCOUNT, region: 'eu-central-1', tags: {}, transitiveTagKeys: [] };
    const { assume } = world();
    expect(assume({ ...user, arn: of('user/ada') }).tags).toMatchObject({ tenant_id: 'acme' });
    expect(() => assume({ ...user, arn: of('user/eve') })).toThrow(/not authorized to perform: sts:AssumeRole/);
  });

  test.each([
    ['a role of the same name and another path', 'role/on-call'],
    ['another permission set', `${SSO}/eu-west-1/AWSReservedSSO_ReadOnly_0123456789abcdef`],
  ])('is not %s, though it has the operators’ policy', (_, name) => {
    const { session, assume } = world();
    expect(() => assume(session(of(name)))).toThrow(/not authorized to perform: sts:AssumeRole/);
  });

  test('is nobody by default: the operators’ policy alone opens nothing', () => {
    const { session, assume } = world(synthesize({}, ['core']).core);
    expect(() => assume(session(of('role/people/on-call')))).toThrow(/not authorized to perform: sts:AssumeRole/);
  });

  test.each<[string, object]>([
    ['without tags', { Tags: [], TransitiveTagKeys: [] }],
    ['with tags that do not go on down the chain', { TransitiveTagKeys: [] }],
    ['under a name in CloudTrail that is not Logferry’s', { RoleSessionName: 'ada' }],
  ])('is refused %s, whatever else it may', (_, wrong) => {
    const { session, assume } = world();
    const caller = session(of('role/people/on-call'), policies({ Effect: 'Allow', Action: '*', Resource: '*' }));
    expect(() => assume(caller, wrong)).toThrow(/not authorized to perform: sts:/);
  });
});

describe('the probe role', () => {
  test('lets nobody in', () => {
    const { session, assume } = world();
    const anything = policies({ Effect: 'Allow', Action: '*', Resource: '*' });
    expect(statementsOf(trustOf('logferry-test-probe')).map(({ Effect }) => Effect)).toEqual(['Deny']);
    expect(() => assume(session(of('role/administrator'), anything), { RoleArn: PROBE })).toThrow(/not authorized/);
  });

  test('is denied everything, also to one who has written a trust policy that lets them in', () => {
    const { identities, session, assume } = world();
    const open = policies({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: ['sts:AssumeRole', 'sts:TagSession'] })[0]!;
    identities.putRole({ arn: PROBE, trust: open, policies: policies(...grantsOf(core, 'logferry-test-probe')) });
    const anything = policies({ Effect: 'Allow', Action: '*', Resource: '*' });
    const inside = assume(session(of('role/administrator'), anything), { RoleArn: PROBE });
    // An explicit deny, which no policy of a bucket or queue overrides; not the mere want of a permission.
    for (const action of ['s3:GetObject', 'sts:AssumeRole', 'iam:PutRolePolicy'])
      expect(identities.evaluateIdentity(inside, action, 'arn:aws:s3:::any')).toBe('explicit-deny');
  });

  test('may be asked by operators, who can change nothing else of it, nor anything of another role', () => {
    const { identities, session } = world();
    const operator = session(of('role/people/on-call'));
    const may = (action: string, on: string) => identities.evaluateIdentity(operator, `iam:${action}`, on);
    expect(may('UpdateAssumeRolePolicy', PROBE)).toBe('allow');
    for (const action of ['PutRolePolicy', 'DeleteRolePolicy', 'AttachRolePolicy', 'UpdateRole', 'DeleteRole', 'PassRole'])
      expect(may(action, PROBE)).toBe('implicit-deny');
    expect(may('UpdateAssumeRolePolicy', CENTRAL)).toBe('implicit-deny');
  });

  test('keeps the trust policy that verify has written when core is deployed meanwhile', () => {
    expect(made('logferry-test-probe')['lifecycle']).toEqual({ ignore_changes: ['assume_role_policy'] });
  });

  test('is not asked where core was made elsewhere and has none', () => {
    const { queue: other } = synthesize({ existing: { core: coreElsewhere(ACCOUNT, 'eu-central-1') } }, ['queue']);
    expect(String(resource(other, 'aws_iam_policy')['policy'])).not.toContain('UpdateAssumeRolePolicy');
  });
});

/** Message of what is wrong with these operators; empty when nothing is. */
function faultsOf(...operators: string[]): string {
  try {
    checkEnvironments('logferry', { test: { account: ACCOUNT, region: 'eu-central-1', operators } });
  } catch (error) {
    if (error instanceof EnvironmentsError) return error.message;
    throw error;
  }
  return '';
}

describe('the environment', () => {
  test.each([
    ['a session', `arn:aws:sts::${ACCOUNT}:assumed-role/on-call/ada`],
    ['an account', ACCOUNT],
    ['a whole account', of('root')],
    ['every role', of('role/*')],
    ['every role below a path', of(`${SSO}/*`)],
    ['a variable of policies', of('user/${aws:username}')],
  ])('is refused with %s as an operator', (_, operator) => {
    expect(faultsOf(operator)).toMatch(/environments\.test\.operators\.0: the ARN of an IAM role or user/);
  });

  test.each([
    ['another account', 'arn:aws:iam::444455556666:role/on-call'],
    ['another partition', `arn:aws-cn:iam::${ACCOUNT}:role/on-call`],
  ])('is refused with one of %s, naming it', (_, operator) => {
    expect(faultsOf(of('role/on-call'), operator)).toContain(`environments.test.operators: ${operator} is not of this account`);
  });

  test('is refused with more operators than a trust policy holds, saying what to do', () => {
    const operators = Array.from({ length: 20 }, (_, at) => of(`role/people/on-call-${at}`));
    expect(() => synthesize({ operators }, ['core'])).toThrow(/operators: the central role's trust policy has \d+ characters.*name fewer/s);
    expect(() => synthesize({ operators: operators.slice(0, 4) }, ['core'])).not.toThrow();
  });
});
