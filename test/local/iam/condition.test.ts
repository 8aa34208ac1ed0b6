/** Conditions: each operator on values that are there, that differ, and that are missing. */
import { describe, expect, it } from 'vitest';
import { evaluate, parsePolicy } from '../../../local/iam/policy.ts';

type Context = Readonly<Record<string, string | readonly string[]>>;

function holds(Condition: object, context: Context, Version = '2012-10-17'): boolean {
  const policy = parsePolicy({ Version, Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition } }, 'permissions');
  const question = { asker: { account: '1', arn: 'a' }, action: 'a:B', resource: 'r', context: new Map(Object.entries(context)) };
  return evaluate([policy], question) === 'allow';
}

const ID = 'sts:externalid';
const ARN = 'aws:principalarn';
const ROLE = 'arn:aws:iam::111111111111:role/logferry/central';

describe('one value', () => {
  it.each<[string, object, Context, boolean]>([
    ['equal', { StringEquals: { [ID]: 'a' } }, { [ID]: 'a' }, true],
    ['unequal', { StringEquals: { [ID]: 'a' } }, { [ID]: 'b' }, false],
    ['of another case', { StringEquals: { [ID]: 'a' } }, { [ID]: 'A' }, false],
    ['missing', { StringEquals: { [ID]: 'a' } }, {}, false],
    ['one of several', { StringEquals: { [ID]: ['a', 'b'] } }, { [ID]: 'b' }, true],
    ['a wildcard that StringEquals takes by the letter', { StringEquals: { [ID]: '*' } }, { [ID]: 'b' }, false],
    ['StringNotEquals, equal', { StringNotEquals: { [ID]: 'a' } }, { [ID]: 'a' }, false],
    ['StringNotEquals, equal to one of several', { StringNotEquals: { [ID]: ['b', 'a'] } }, { [ID]: 'a' }, false],
    ['StringNotEquals, unequal', { StringNotEquals: { [ID]: 'a' } }, { [ID]: 'b' }, true],
    ['StringNotEquals, missing', { StringNotEquals: { [ID]: 'a' } }, {}, true],
    ['StringLike with a star', { StringLike: { [ID]: 'ac*e' } }, { [ID]: 'ac:m\ne' }, true],
    ['StringLike with a question mark', { StringLike: { [ID]: 'a?' } }, { [ID]: 'abc' }, false],
    ['StringLike takes a dot by the letter', { StringLike: { [ID]: 'a.c' } }, { [ID]: 'abc' }, false],
    ['StringNotLike', { StringNotLike: { [ID]: 'a*' } }, { [ID]: 'abc' }, false],
    ['ArnLike', { ArnLike: { [ARN]: 'arn:aws:iam::111111111111:role/*' } }, { [ARN]: ROLE }, true],
    ['ArnEquals is ArnLike', { ArnEquals: { [ARN]: 'arn:aws:iam::*:role/logferry/*' } }, { [ARN]: ROLE }, true],
    ['ArnLike: a star stays within its part', { ArnLike: { [ARN]: 'arn:aws:iam:*:role/logferry/central' } }, { [ARN]: ROLE }, false],
    ['ArnNotLike', { ArnNotLike: { [ARN]: 'arn:aws:iam::111111111111:role/*' } }, { [ARN]: ROLE }, false],
    ['Null true, missing', { Null: { [ID]: 'true' } }, {}, true],
    ['Null true, there', { Null: { [ID]: true } }, { [ID]: 'a' }, false],
    ['Null false, there', { Null: { [ID]: 'false' } }, { [ID]: 'a' }, true],
    ['Null false, missing', { Null: { [ID]: 'false' } }, {}, false],
    ['names of any case', { stringequals: { 'STS:ExternalID': 'a' } }, { [ID]: 'a' }, true],
    ['two keys, one not', { StringEquals: { [ID]: 'a', 'aws:PrincipalAccount': '1' } }, { [ID]: 'a', 'aws:principalaccount': '2' }, false],
    ['two operators, both', { StringEquals: { [ID]: 'a' }, Null: { 'aws:RequestTag/x': 'true' } }, { [ID]: 'a' }, true],
  ])('%s', (_, condition, context, answer) => {
    expect(holds(condition, context)).toBe(answer);
  });
});

describe('several values', () => {
  const KEYS = 'aws:tagkeys';
  it.each<[string, object, Context, boolean]>([
    ['all of them allowed', { 'ForAllValues:StringEquals': { [KEYS]: ['a', 'b'] } }, { [KEYS]: ['b', 'a'] }, true],
    ['one too many', { 'ForAllValues:StringEquals': { [KEYS]: ['a'] } }, { [KEYS]: ['a', 'b'] }, false],
    ['ForAllValues holds for none', { 'ForAllValues:StringEquals': { [KEYS]: ['a'] } }, {}, true],
    ['any of them', { 'ForAnyValue:StringLike': { [KEYS]: 'ten*' } }, { [KEYS]: ['run', 'tenant_id'] }, true],
    ['none of them', { 'ForAnyValue:StringLike': { [KEYS]: 'ten*' } }, { [KEYS]: ['run'] }, false],
    ['ForAnyValue does not hold for none', { 'ForAnyValue:StringEquals': { [KEYS]: ['a'] } }, {}, false],
    ['none of them is it', { 'ForAllValues:StringNotEquals': { [KEYS]: 'a' } }, { [KEYS]: ['b', 'c'] }, true],
    ['one of them is it', { 'ForAllValues:StringNotEquals': { [KEYS]: 'a' } }, { [KEYS]: ['b', 'a'] }, false],
    ['of none, none is it', { 'ForAllValues:StringNotEquals': { [KEYS]: 'a' } }, {}, true],
    ['a single value counts as one of a set', { 'ForAnyValue:StringEquals': { [ID]: ['a'] } }, { [ID]: 'a' }, true],
  ])('%s', (_, condition, context, answer) => {
    expect(holds(condition, context)).toBe(answer);
  });
});

const like = (value: string): object => ({ StringLike: { 'aws:RequestTag/t': value } });

describe('variables', () => {
  const equal = { StringEquals: { 'aws:RequestTag/t': '${aws:PrincipalTag/t}' } };

  it('compares two facts of the request', () => {
    expect(holds(equal, { 'aws:requesttag/t': 'x', 'aws:principaltag/t': 'x' })).toBe(true);
    expect(holds(equal, { 'aws:requesttag/t': 'x', 'aws:principaltag/t': 'y' })).toBe(false);
    expect(holds(equal, { 'aws:requesttag/t': 'x' })).toBe(false);
  });

  it('never reads a value as a pattern', () => {
    expect(holds(like('${aws:PrincipalTag/t}-*'), { 'aws:requesttag/t': 'other-1', 'aws:principaltag/t': '*' })).toBe(false);
  });

  it('knows defaults and escapes', () => {
    expect(holds(like("${aws:PrincipalTag/t, 'none'}"), { 'aws:requesttag/t': 'none' })).toBe(true);
    expect(holds(like('a${*}'), { 'aws:requesttag/t': 'a*' })).toBe(true);
    expect(holds(like('a${*}'), { 'aws:requesttag/t': 'ab' })).toBe(false);
  });

  it('are plain text in a policy of the old version', () => {
    expect(holds(equal, { 'aws:requesttag/t': 'x', 'aws:principaltag/t': 'x' }, '2008-10-17')).toBe(false);
    expect(holds(equal, { 'aws:requesttag/t': '${aws:PrincipalTag/t}' }, '2008-10-17')).toBe(true);
  });
});
