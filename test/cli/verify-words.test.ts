/** What verify makes of AWS's words and of trust policies, asked without AWS. */
import { describe, expect, it, test } from 'vitest';
import { denialOf } from '../../cli/verify/denial.ts';
import { differencesOf } from '../../cli/verify/trust-diagnosis.ts';
import { assumeStatement, operatorOf, tagSessionStatement, trustDocument, type Side } from '../../cli/verify/statements.ts';
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
