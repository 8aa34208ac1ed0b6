/** Whom the role of the CloudFormation template lets in, by our STS; test/ends asks the same of a stack that was made. */
import { expect, it } from 'vitest';
import { resolve, type Values } from './cloudformation/resolve.ts';
import { readTemplate } from './cloudformation/template.ts';
import { tryTrust, type Agreed, type Outcomes } from './trust.ts';

const AGREED: Agreed = {
  centralRoleArn: 'arn:aws:iam::111111111111:role/central',
  tenant: 'acme-corp',
  externalId: 'agreed-with-acme',
  cluster: 'prod-1',
};
const PLACE = { account: '222222222222', region: 'eu-west-1', stack: 'logferry' };
const DENIED = 'AccessDenied';
const ONLY_OURS: Outcomes = {
  'right tenant': 'in',
  'wrong tenant': DENIED,
  'tenant in other case': DENIED,
  'wrong ExternalId': DENIED,
  'no ExternalId': DENIED,
  'no tags': DENIED,
  'other cluster': 'in',
  'other role of the same account': DENIED,
};

async function outcomes(more: Values): Promise<Outcomes> {
  const { centralRoleArn: CentralLogDistributionRoleArn, tenant: TenantId, externalId: ExternalId } = AGREED;
  const made = resolve(readTemplate(), { CentralLogDistributionRoleArn, TenantId, ExternalId, ...more }, PLACE);
  const trust = made.resources['LogDistributionRole']?.Properties['AssumeRolePolicyDocument'] as object;
  return await tryTrust({ arn: made.outputs['RoleArn'] ?? '', trust }, AGREED);
}

it('lets in the central role with this tenant’s tag and ExternalId, and nobody else', async () => {
  expect(await outcomes({})).toEqual(ONLY_OURS);
});

it('lets in the named clusters only', async () => {
  expect(await outcomes({ ClusterIds: 'prod-1,prod-2' })).toEqual({ ...ONLY_OURS, 'other cluster': DENIED });
  expect(await outcomes({ ClusterIds: 'prod-2' })).toMatchObject({ 'right tenant': DENIED });
});

it('lets in both ExternalIds while one is changed for the other', async () => {
  const changing = { ExternalId: 'the-next-one', PreviousExternalId: AGREED.externalId };
  expect(await outcomes(changing)).toEqual(ONLY_OURS);
  expect(await outcomes({ ...changing, PreviousExternalId: '' })).toMatchObject({ 'right tenant': DENIED });
});
