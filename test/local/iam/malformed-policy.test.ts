/** What the evaluator does not understand it refuses when the policy is put, naming the place: it is never a condition that holds. */
import { expect, it } from 'vitest';
import { type PolicyKind, parsePolicy } from '../../../local/iam/policy.ts';

const trust = (more: object): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', ...more }],
});
const permissions = (more: object): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more }],
});
const when = (Condition: unknown): object => trust({ Condition });

it.each<[string, PolicyKind, string | object, RegExp]>([
  ['no JSON', 'trust', '{', /invalid Json/],
  ['a list', 'trust', [], /expected an object/],
  ['no statement', 'trust', { Version: '2012-10-17' }, /^Statement: /],
  ['an empty list of statements', 'trust', { Statement: [] }, /^Statement: /],
  ['another version', 'trust', { Version: '2020-01-01', Statement: [] }, /^Version: /],
  ['another effect', 'trust', trust({ Effect: 'allow' }), /^Statement\[0\]\.Effect: /],
  ['a trust policy with a resource', 'trust', trust({ Resource: '*' }), /prohibited field Resource/],
  ['a trust policy without a principal', 'trust', trust({ Principal: undefined }), /Missing required field Principal/],
  ['a permission policy with a principal', 'permissions', permissions({ Principal: '*' }), /prohibited field Principal/],
  ['a permission policy without a resource', 'permissions', permissions({ Resource: undefined }), /Missing required field Resource/],
  ['a resource that is no ARN', 'permissions', permissions({ Resource: 'bucket' }), /must be in ARN format/],
  ['NotAction', 'permissions', permissions({ NotAction: 's3:*' }), /NotAction is not supported/],
  ['NotPrincipal', 'trust', trust({ NotPrincipal: { AWS: '*' } }), /NotPrincipal is not supported/],
  ['an unknown field', 'trust', trust({ Conditions: {} }), /unknown field "Conditions"/],
  ['no action', 'trust', trust({ Action: undefined }), /^Statement\[0\]\.Action: /],
  ['an action without a service', 'trust', trust({ Action: 'AssumeRole' }), /is no action/],
  ['another service’s action in a trust policy', 'trust', trust({ Action: 's3:GetObject' }), /may only specify STS/],
  ['a principal that is no ARN', 'trust', trust({ Principal: { AWS: 'somebody' } }), /Invalid principal in policy: "AWS":"somebody"/],
  ['a role with a wildcard as principal', 'trust', trust({ Principal: { AWS: 'arn:aws:iam::111111111111:role/*' } }), /Invalid principal/],
  ['a federated principal', 'trust', trust({ Principal: { Federated: 'x' } }), /"Federated" are not known/],
  ['nobody as principal', 'trust', trust({ Principal: {} }), /names nobody/],
  [
    'StringEqualsIfExists',
    'trust',
    when({ StringEqualsIfExists: { 'sts:ExternalId': 'a' } }),
    /operator "StringEqualsIfExists" is not known/,
  ],
  ['Bool', 'trust', when({ Bool: { 'sts:ExternalId': 'a' } }), /operator "Bool" is not known/],
  ['any of a set of a negation', 'trust', when({ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' } }), /is not known/],
  ['a set of another negation', 'trust', when({ 'ForAllValues:StringNotLike': { 'aws:TagKeys': 'a' } }), /is not known/],
  ['an unknown key', 'trust', when({ StringEquals: { 'aws:SourceIp': '10.0.0.1' } }), /Condition\.StringEquals\.aws:SourceIp: .*not known/],
  ['a set of values without a quantifier', 'trust', when({ StringEquals: { 'aws:TagKeys': 'a' } }), /put ForAllValues: or ForAnyValue:/],
  ['Null of neither true nor false', 'trust', when({ Null: { 'sts:ExternalId': 'yes' } }), /expected "true" or "false"/],
  ['a condition without values', 'trust', when({ StringEquals: { 'sts:ExternalId': [] } }), /at least one value/],
  ['an unknown variable', 'trust', when({ StringEquals: { 'sts:ExternalId': '${aws:username}' } }), /\$\{aws:username\} is not known/],
])('refuses %s', (_, kind, source, problem) => {
  expect(() => parsePolicy(source, kind)).toThrow(
    expect.objectContaining({ name: 'MalformedPolicy', message: expect.stringMatching(problem) as string }) as Error,
  );
});
