/** Rules that hold for every policy of every stack, whatever it is for. */
import { describe, expect, test } from 'vitest';
import { STACKS } from '../../cdktf/config.ts';
import { WILDCARDS } from '../../cdktf/wildcards.ts';
import { list, policiesOf, type Found, type PolicyStatement } from './policies.ts';
import { ACCOUNT, synthesize } from './synthesized.ts';

const agents = { customers: [{ customerId: 'acme-corp', principals: ['444455556666'] }] };
const stacks = synthesize(
  { agents, allowWorkerAndLambda: true, budget: { monthlyUsd: 5, emails: ['ops@example.org'] }, network: { interfaceEndpoints: true } },
  STACKS,
);
const all = STACKS.flatMap((kind) => policiesOf(stacks[kind]));
/** An endpoint's policy grants nothing: it narrows what the roles of those who come through it may do. */
const ofEndpoints = (policy: Found) => policy.type === 'aws_vpc_endpoint' || policy.type === 'aws_vpc_endpoint_policy';
const ofKeys = (policy: Found) => policy.type === 'aws_kms_key' || policy.type === 'aws_kms_key_policy';

/** Each statement that allows, with its place in the failure's text. */
function allowing(policies: readonly Found[]): { place: string; statement: PolicyStatement }[] {
  return policies.flatMap(({ place, statements }) =>
    statements.filter(({ Effect }) => Effect === 'Allow').map((statement) => ({ place: `${place} ${statement.Sid}`, statement })),
  );
}

/** Its role can be handed to functions of its own account only, and nowhere does AWS say that Lambda tells the account. */
function isRoleOfFunction({ statement }: { readonly statement: PolicyStatement }): boolean {
  return statement.Action === 'sts:AssumeRole' && JSON.stringify(statement.Principal) === '{"Service":"lambda.amazonaws.com"}';
}

function bound({ statement }: { readonly statement: PolicyStatement }): boolean {
  return /aws:SourceAccount|aws:SourceArn|kms:EncryptionContext/i.test(JSON.stringify(statement.Condition ?? {}));
}

test('there are policies to walk in each stack', () => {
  for (const kind of STACKS) expect(policiesOf(stacks[kind]).length).toBeGreaterThan(0);
});

test('every statement says what for', () => {
  const nameless = all.filter(({ statements }) => statements.some(({ Sid }) => !/^\w+$/.test(Sid ?? '')));
  expect(nameless.map(({ place }) => place)).toEqual([]);
});

test('no statement allows what it does not name: neither all actions nor all but some', () => {
  const vague = allowing(all.filter((policy) => !ofKeys(policy))).filter(
    ({ statement }) =>
      'NotAction' in statement ||
      'NotResource' in statement ||
      'NotPrincipal' in statement ||
      list(statement.Action).some((action) => /^\*|:\*$/.test(action)),
  );
  expect(vague.map(({ place }) => place)).toEqual([]);
});

test('no statement but those with a written reason is for every resource', () => {
  const everything = allowing(all.filter((policy) => !ofKeys(policy))).filter(({ statement }) => list(statement.Resource).includes('*'));
  const unexplained = everything.filter(({ statement }) => !((statement.Sid ?? '') in WILDCARDS));
  expect(unexplained.map(({ place }) => place)).toEqual([]);
  // And no reason outlives its statement.
  expect(Object.keys(WILDCARDS).filter((sid) => !everything.some(({ statement }) => statement.Sid === sid))).toEqual([]);
});

test('a service of AWS is let in only on behalf of this account, or of one resource', () => {
  const byService = allowing(all).filter(({ statement }) => Object.hasOwn(Object(statement.Principal ?? {}) as object, 'Service'));
  expect(byService.length).toBeGreaterThan(5);
  expect(byService.filter((one) => !bound(one) && !isRoleOfFunction(one)).map(({ place }) => place)).toEqual([]);
});

test('nobody unnamed is let in', () => {
  const open = allowing(all.filter((policy) => !ofEndpoints(policy))).filter(
    ({ statement }) => /"\*"/.test(JSON.stringify(statement.Principal ?? {})) && statement.Condition === undefined,
  );
  expect(open.map(({ place }) => place)).toEqual([]);
});

describe('roles', () => {
  const roles = STACKS.flatMap((kind) => Object.values(stacks[kind].resource?.['aws_iam_role'] ?? {}));

  test('no role has a policy that AWS manages and widens', () => {
    const attached = STACKS.flatMap((kind) => Object.values(stacks[kind].resource?.['aws_iam_role_policy_attachment'] ?? {}));
    expect(attached.filter((one) => String(one['policy_arn']).includes(':aws:policy/'))).toEqual([]);
    expect(roles.filter((role) => (role['managed_policy_arns'] as unknown[] | undefined)?.length)).toEqual([]);
  });

  test('whoever is trusted is a service, this account, or a principal that the environment names', () => {
    const trusted = roles.flatMap((role) => {
      const { Statement } = JSON.parse(String(role['assume_role_policy'])) as {
        Statement: { Effect: string; Principal: Record<string, string | string[]> }[];
      };
      return Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Principal }) => Object.values(Principal).flatMap(list));
    });
    const unknown = trusted.filter((who) => !who.endsWith('.amazonaws.com') && !who.includes(ACCOUNT) && !who.includes('444455556666'));
    expect(trusted.length).toBeGreaterThan(roles.length - 1);
    expect(unknown).toEqual([]);
  });
});
