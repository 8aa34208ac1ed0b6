/** The evaluator: principals, actions, resources, and who wins where statements disagree. */
import { describe, expect, it } from 'vitest';
import { evaluate, parsePolicy } from '../../../local/iam/policy.ts';

const SESSION = {
  account: '111111111111',
  arn: 'arn:aws:sts::111111111111:assumed-role/central/worker',
  roleArn: 'arn:aws:iam::111111111111:role/logferry/central',
};
const TARGET = 'arn:aws:iam::222222222222:role/customer';

interface Asked {
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Record<string, string | readonly string[]>;
}

function trust(statements: object | readonly object[], { action = 'sts:AssumeRole', resource = TARGET, context = {} }: Asked = {}) {
  const policy = parsePolicy({ Version: '2012-10-17', Statement: statements }, 'trust');
  return evaluate([policy], { asker: SESSION, action, resource, context: new Map(Object.entries(context)) });
}

function permissions(
  statements: object | readonly object[],
  { action = 'logs:PutLogEvents', resource = TARGET, context = {} }: Asked = {},
) {
  const policy = parsePolicy({ Version: '2012-10-17', Statement: statements }, 'permissions');
  return evaluate([policy], { asker: SESSION, action, resource, context: new Map(Object.entries(context)) });
}

describe('Principal', () => {
  it.each<[string, unknown, string]>([
    ['everyone', '*', 'allow'],
    ['everyone, as AWS', { AWS: '*' }, 'allow'],
    ['the account by its root', { AWS: 'arn:aws:iam::111111111111:root' }, 'allow'],
    ['the account by its digits', { AWS: '111111111111' }, 'allow'],
    ['another account', { AWS: '333333333333' }, 'implicit-deny'],
    ['the role itself, with its path', { AWS: SESSION.roleArn }, 'allow-direct'],
    ['the role without its path', { AWS: 'arn:aws:iam::111111111111:role/central' }, 'implicit-deny'],
    ['the session itself', { AWS: SESSION.arn }, 'allow-direct'],
    ['another session of the role', { AWS: 'arn:aws:sts::111111111111:assumed-role/central/other' }, 'implicit-deny'],
    ['one of a list', { AWS: ['333333333333', '111111111111'] }, 'allow'],
    ['the account and the role: the role counts', { AWS: ['111111111111', SESSION.roleArn] }, 'allow-direct'],
    ['a service', { Service: 'ecs-tasks.amazonaws.com' }, 'implicit-deny'],
    ['a service or the account', { Service: 'ecs-tasks.amazonaws.com', AWS: '111111111111' }, 'allow'],
  ])('%s', (_, Principal, answer) => {
    expect(trust({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' })).toBe(answer);
  });
});

describe('Action', () => {
  it.each([
    ['logs:PutLogEvents', true],
    ['logs:putlogevents', true],
    ['LOGS:PutLogEvents', true],
    ['logs:Put*', true],
    ['logs:*', true],
    ['*', true],
    ['logs:PutLogEvent?', true],
    ['logs:PutLogEvents?', false],
    ['logs:Put', false],
    ['s3:*', false],
  ])('%s allows logs:PutLogEvents: %s', (Action, allowed) => {
    expect(permissions({ Effect: 'Allow', Action, Resource: '*' })).toBe(allowed ? 'allow' : 'implicit-deny');
  });

  it('may be one of a list', () => {
    expect(permissions({ Effect: 'Allow', Action: ['s3:GetObject', 'logs:PutLogEvents'], Resource: '*' })).toBe('allow');
  });
});

describe('Resource', () => {
  const stream = 'arn:aws:logs:us-east-1:111111111111:log-group:/ROSA/app:log-stream:a/b';
  it.each([
    [stream, true],
    ['*', true],
    ['arn:aws:logs:*:111111111111:log-group:/ROSA/app:*', true],
    ['arn:aws:logs:*:*:log-group:/ROSA/*', true],
    ['arn:aws:logs:us-east-?:111111111111:log-group:/ROSA/app:log-stream:a/b', true],
    ['arn:aws:logs:us-east-1:111111111111:log-group:/ROSA/app', false],
    ['arn:aws:logs:us-east-1:111111111111:log-group:/ROSA/a:*', false],
    ['arn:aws:logs:us-east-1:2*:log-group:/ROSA/app:*', false],
    ['arn:aws:logs:us-east-1:111111111111:log-group:/rosa/app:*', false],
    ['arn:aws:logs:us-east-1:111111111111:log-group:/ROSA/a.p:*', false],
  ])('%s covers a stream of /ROSA/app: %s', (Resource, covered) => {
    expect(permissions({ Effect: 'Allow', Action: '*', Resource }, { resource: stream })).toBe(covered ? 'allow' : 'implicit-deny');
  });

  it('takes variables from the request, and nothing where the request lacks them', () => {
    const statement = { Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::logs/${aws:PrincipalTag/tenant_id}/*' };
    const ask = (key: string, tag?: string) =>
      permissions(statement, {
        resource: `arn:aws:s3:::logs/${key}`,
        context: tag === undefined ? {} : { 'aws:principaltag/tenant_id': tag },
      });
    expect(ask('acme/1', 'acme')).toBe('allow');
    expect(ask('other/1', 'acme')).toBe('implicit-deny');
    expect(ask('other/1', '*')).toBe('implicit-deny');
    expect(ask('acme/1')).toBe('implicit-deny');
  });
});

describe('statements together', () => {
  const allow = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' };
  const deny = { ...allow, Effect: 'Deny' };

  it('an explicit deny wins, wherever it stands', () => {
    expect([trust([allow, deny]), trust([deny, allow])]).toEqual(['explicit-deny', 'explicit-deny']);
  });

  it('a deny whose condition does not hold denies nothing', () => {
    const conditional = { ...deny, Condition: { StringEquals: { 'sts:ExternalId': 'evil' } } };
    expect(trust([allow, conditional])).toBe('allow');
    expect(trust([allow, conditional], { context: { 'sts:externalid': 'evil' } })).toBe('explicit-deny');
  });

  it('knows no case of an action in a trust policy either', () => {
    expect(trust({ ...allow, Action: 'STS:assumerole' })).toBe('allow');
  });

  it('silence is a deny', () => {
    expect(trust(allow, { action: 'sts:TagSession' })).toBe('implicit-deny');
    expect(evaluate([], { asker: SESSION, action: 'sts:AssumeRole', resource: TARGET, context: new Map() })).toBe('implicit-deny');
  });
});
