/** The pure parts of the double hop: names, accounts, and what each refusal means. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountOf, centralRoleInput, sessionName, tenantRoleInput } from '../../../worker/locate/assume-role.ts';
import type { Route } from '../../../worker/locate/locate.ts';
import { centralRoleFault, tenantRoleFault } from '../../../worker/locate/sts-faults.ts';

const CENTRAL = 'arn:aws:iam::000000000000:role/central';
const route: Route = {
  source: { tenant: 'acme', cluster: 'prod-1', application: 'web', pod: 'web-0' },
  type: 'cloudwatch',
  roleArn: 'arn:aws:iam::111111111111:role/r',
  account: '111111111111',
  externalId: 'external-acme',
  region: 'us-east-1',
  group: 'g',
  stream: 's',
  environment: 'production',
  format: 'message',
  late: 'quarantine',
  createGroup: false,
};

const sdkError = (name: string, httpStatusCode?: number, message = name) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

test('hop 1 passes the three tags, all transitive; hop 2 passes none, but the ExternalId', () => {
  expect(centralRoleInput(CENTRAL, route, 3600)).toMatchObject({
    RoleArn: CENTRAL,
    DurationSeconds: 3600,
    Tags: [
      { Key: 'tenant_id', Value: 'acme' },
      { Key: 'cluster_id', Value: 'prod-1' },
      { Key: 'environment', Value: 'production' },
    ],
    TransitiveTagKeys: ['tenant_id', 'cluster_id', 'environment'],
  });
  const hop2 = tenantRoleInput(route, 900);
  expect(hop2).toEqual({
    RoleArn: route.roleArn,
    RoleSessionName: 'logferry-acme-prod-1',
    ExternalId: 'external-acme',
    DurationSeconds: 900,
  });
});

const longName = (end: string) => sessionName({ tenant: 't'.repeat(100), cluster: `c${end}` });

test('any tenant and cluster give a session name that STS takes, and long ones stay apart', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/);
  fc.assert(
    fc.property(segment, segment, (tenant, cluster) => {
      expect(sessionName({ tenant, cluster })).toMatch(/^[\w+=,.@-]{2,64}$/);
    }),
  );
  expect(longName('1')).not.toBe(longName('2'));
});

test.each([
  ['arn:aws:sts::111111111111:assumed-role/r/s', '111111111111'],
  ['arn:aws-us-gov:sts::111111111111:assumed-role/r/s', '111111111111'],
  ['arn:aws:iam::111111111111:role/r', ''],
  ['', ''],
])('the account of %s', (arn, account) => {
  expect(accountOf(arn)).toBe(account);
});

describe('what a refusal means', () => {
  test.each([
    ['AccessDenied', 403, 'central-denied', 'tenant-denied'],
    ['RegionDisabledException', 403, 'central-denied', 'tenant-denied'],
    ['ValidationError', 400, 'central-denied', 'tenant-denied'],
    ['ExpiredTokenException', 400, 'central-denied', 'dependency-down'],
    ['InvalidClientTokenId', 403, 'central-denied', 'dependency-down'],
    ['Throttling', 400, 'dependency-down', 'dependency-down'],
    ['InternalFailure', 500, 'dependency-down', 'dependency-down'],
    ['ServiceUnavailable', 503, 'dependency-down', 'dependency-down'],
    ['TimeoutError', undefined, 'dependency-down', 'dependency-down'],
  ])('%s (%s): %s at hop 1, %s at hop 2', (name, status, hop1, hop2) => {
    expect(centralRoleFault(sdkError(name, status), CENTRAL, route).code).toBe(hop1);
    expect(tenantRoleFault(sdkError(name, status), CENTRAL, route).code).toBe(hop2);
  });

  test.each([
    ['ValidationError', "Value 'a|b' at 'tags.3.member.value' failed to satisfy constraint"],
    ['PackedPolicyTooLargeException', 'Packed policy consumes 120% of allotted space'],
  ])('a tag that STS does not take is the fault of the row: %s', (name, message) => {
    const fault = centralRoleFault(sdkError(name, 400, message), CENTRAL, { ...route, environment: 'a|b' });
    expect([fault.code, fault.message]).toEqual(['bad-row', expect.stringContaining('environment "a|b"')]);
  });

  test("credentials that the worker itself does not have are not looked for in the central role's trust policy", () => {
    const { code, message } = centralRoleFault(sdkError('CredentialsProviderError'), CENTRAL, route);
    expect([code, message]).toEqual(['central-denied', expect.stringContaining("the worker's own credentials are missing")]);
  });

  test('a denial of hop 2 says what to look at', () => {
    const { message } = tenantRoleFault(sdkError('AccessDenied', 403), CENTRAL, route);
    for (const word of [route.roleArn, CENTRAL, 'external_id', 'sts:TagSession', 'aws:PrincipalTag/tenant_id acme'])
      expect(message).toContain(word);
  });

  test('an ExternalId that AWS repeats is not repeated by us, nor kept in the cause', () => {
    const fault = tenantRoleFault(sdkError('ValidationError', 400, "Value 'external-acme' at 'externalId'"), CENTRAL, route);
    expect(fault.message).toContain("Value '[external_id]'");
    expect(fault.cause).toBeUndefined();
  });
});
