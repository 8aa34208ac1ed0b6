/** What verify makes of AWS's words and of trust policies, asked without AWS. */
import { describe, expect, it, test } from 'vitest';
import { denialOf } from '../../cli/verify/denial.ts';
import { differencesOf } from '../../cli/verify/trust-diagnosis.ts';
import { candidates } from '../../cli/verify/regions.ts';
import { assumeStatement, keyStatement, operatorOf, tagSessionStatement, trustDocument, type Side } from '../../cli/verify/statements.ts';
import type { Route } from '../../worker/locate/locate.ts';

const denied = (message: string): Error => Object.assign(new Error(message), { name: 'AccessDenied' });
const SUBJECT = 'User: arn:aws:sts::111111111111:assumed-role/central/x is not authorized to perform: ';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
test.each([
  ['sts:AssumeRole on resource: arn:aws:iam::2:role/a', { action: 'sts:AssumeRole', resource: 'arn:aws:iam::2:role/a', isExplicit: false }],
  [
    'logs:PutLogEvents on resource: arn:aws:logs:x because no identity-based policy allows the logs:PutLogEvents action',
    { policy: 'identity-based policy', isExplicit: false },
  ],
  ['sts:AssumeRole because no role trust policy allows the sts:AssumeRole action', { policy: 'role trust policy', isExplicit: false }],
  ['sts:AssumeRole with an explicit deny in the role trust policy', { policy: 'role trust policy', isExplicit: true }],
  [
    'logs:PutLogEvents on resource: arn:x with an explicit deny in a service control policy',
    { resource: 'arn:x', policy: 'service control policy', isExplicit: true },
  ],
  [
    'logs:PutLogEvents on resource: arn:x because no permissions boundary allows the logs:PutLogEvents action',
    { policy: 'permissions boundary', isExplicit: false },
  ],
])('AWS denies: %s', (said, told) => {
  expect(denialOf(denied(SUBJECT + said))).toMatchObject(told);
});

describe('a trust policy', () => {
  const route = {
    source: { tenant: 'acme', cluster: 'prod-1', application: 'a', pod: 'p' },
    roleArn: 'arn:aws:iam::222222222222:role/CustomerLogDistribution',
    account: '222222222222',
    externalId: 'agreed',
    environment: 'production',
  } as Route;
  const side: Side = { route, centralRoleArn: 'arn:aws:iam::111111111111:role/central', reveal: true };
  const causes = (...Statement: object[]) => differencesOf({ Version: '2012-10-17', Statement }, side).map(({ cause }) => cause);
  const oidc = { Effect: 'Allow', Principal: { Federated: 'arn:aws:iam::2:oidc-provider/x' }, Action: 'sts:AssumeRoleWithWebIdentity' };

  it('lets us in as it is printed', () => {
    expect(differencesOf(trustDocument(side), side)).toEqual([]);
  });

  it('is judged by the statements that are known, whoever else it trusts', () => {
    expect(causes(oidc, assumeStatement(side), tagSessionStatement(side))).toEqual([]);
    expect(causes(oidc, assumeStatement(side))).toEqual(['tag-session', 'other-condition']);
  });

  it('is never taken for a yes where a Deny is not understood', () => {
    const odd = {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRole',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
    };
    expect(causes(odd, assumeStatement(side), tagSessionStatement(side))).toEqual(['other-condition']);
  });

  it.each(['aws-us-gov', 'aws-cn'])('of the partition %s is judged like any other', (partition) => {
    const there = (arn: string): string => arn.replace('arn:aws:', `arn:${partition}:`);
    const theirs: Side = {
      ...side,
      route: { ...route, roleArn: there(route.roleArn) },
      centralRoleArn: there(side.centralRoleArn),
    };
    expect(differencesOf(trustDocument(theirs), theirs)).toEqual([]);
    const session = there(`arn:aws:sts::111111111111:assumed-role/central/logferry-acme-prod-1`);
    const statements = [assumeStatement(theirs), tagSessionStatement(theirs)].map((one) => ({ ...one, Principal: { AWS: session } }));
    expect(differencesOf({ Version: '2012-10-17', Statement: statements }, theirs)).toEqual([]);
    expect(differencesOf(trustDocument(side), theirs)).toMatchObject([{ cause: 'trust-principal' }, { cause: 'tag-session' }]);
  });

  it('with a condition that is not known here is not said to trust somebody else', () => {
    const org = { ...assumeStatement(side), Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } };
    const found = differencesOf({ Version: '2012-10-17', Statement: [tagSessionStatement(side), org] }, side);
    expect(found.map(({ cause }) => cause)).toEqual(['other-condition', 'other-condition']);
    expect(found[1]?.says).toMatch(/Statement\[1\].*aws:PrincipalOrgID" is not known to this command/);
  });

  it.each([null, 1, 'x', [], {}])('with %j for a statement is told to be odd', (odd) => {
    expect(causes(odd as object, tagSessionStatement(side))).toEqual(['other-condition', 'other-condition']);
  });

  it('may ask for a tag that every object has, and is told to', () => {
    const odd = { ...assumeStatement(side), Condition: { StringEquals: { 'aws:PrincipalTag/constructor': 'x' } } };
    expect(causes(odd, tagSessionStatement(side))).toEqual(['other-condition']);
  });

  it('that denies is told so', () => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' };
    expect(causes(deny, assumeStatement(side), tagSessionStatement(side))).toEqual(['explicit-deny']);
  });
});

test.each([
  ['arn:aws:sts::111111111111:assumed-role/Ops/me', 'arn:aws:iam::111111111111:role/Ops'],
  ['arn:aws:iam::111111111111:user/me', 'arn:aws:iam::111111111111:user/me'],
  [
    'arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_LogOperator_0123456789abcdef/me@example.com',
    'arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_LogOperator_*',
  ],
])('%s is named among the operators as %s', (arn, operator) => {
  expect(operatorOf(arn)).toBe(operator);
});

/** CDK's region-info has the same: the principal of CloudWatch Logs is of its region and its partition. */
test.each([
  ['eu-west-1', 'aws', 'logs.eu-west-1.amazonaws.com'],
  ['us-gov-west-1', 'aws-us-gov', 'logs.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'logs.cn-north-1.amazonaws.com.cn'],
])('a key in %s lets in CloudWatch Logs as it is named there', (region, partition, Service) => {
  const route = { region, account: '222222222222', group: '/g', roleArn: `arn:${partition}:iam::222222222222:role/r` } as Route;
  expect(keyStatement(route)).toMatchObject({
    Principal: { Service },
    Condition: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:222222222222:log-group:/g` } },
  });
});

test('a group is looked for in the regions of its own partition, likely ones first', () => {
  expect(candidates('us-gov-west-1', ['us-east-1', 'us-gov-west-1'])).toEqual(['us-gov-east-1']);
  expect(candidates('cn-north-1', ['cn-northwest-1'])).toEqual(['cn-northwest-1']);
  expect(candidates('us-east-1', ['me-south-1', 'us-gov-west-1']).slice(0, 2)).toEqual(['me-south-1', 'us-east-2']);
});
