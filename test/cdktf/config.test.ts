import { describe, expect, test } from 'vitest';
import { checkEnvironments, EnvironmentsError, type EnvironmentsInput } from '../../cdktf/config.ts';
import { environments, project } from '../../cdktf/environments.ts';

type Input = EnvironmentsInput[string];

const least: Input = { account: '111122223333', region: 'eu-central-1' };
const check = (more: Partial<Input>, name = 'test') => checkEnvironments('logferry', { [name]: { ...least, ...more } });

/** The faults of an environment, without the head of the message. */
function faultsOf(make: () => unknown): string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof EnvironmentsError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

test('the environments of the repository are in order, and there are three', () => {
  expect(checkEnvironments(project, environments).map(({ name }) => name)).toEqual(['development', 'staging', 'production']);
});

test('an account and a region are all that an environment must say', () => {
  expect(check({})).toMatchObject([{ stacks: ['core', 'queue', 'worker'], worker: { minTasks: 1 }, retention: { objectDays: 60 } }]);
});

test('all faults are told at once, each with its place', () => {
  const faults = faultsOf(() => check({ account: '12', region: 'Frankfurt', retention: { objectDays: 44 } }));
  expect(faults).toEqual([
    expect.stringContaining('environments.test.account: '),
    expect.stringContaining('environments.test.region: '),
    expect.stringContaining('environments.test.retention.objectDays: '),
  ]);
});

describe.each<[string, Partial<Input>, string]>([
  ['a field that nobody knows', { acount: '1' } as Partial<Input>, 'acount'],
  ['objects that go before 45 days', { retention: { objectDays: 44 } }, 'retention.objectDays'],
  ['worker and lambda on one queue', { stacks: ['core', 'queue', 'worker', 'lambda'] }, 'allowWorkerAndLambda'],
  [
    'customers whose names IAM does not tell apart',
    { agents: { customers: ['Acme', 'acme'].map((customerId) => ({ customerId, principals: ['444455556666'] })) } },
    'agents.customers',
  ],
  ['more tasks at least than at most', { worker: { minTasks: 5, maxTasks: 4 } }, 'worker.minTasks'],
  ['memory that Fargate does not sell', { worker: { cpu: 1024, memoryMiB: 2000 } }, 'worker.memoryMiB'],
  ['tasks that reach nothing', { network: { nat: false } }, 'network.nat'],
  ['a worker without a queue', { stacks: ['core', 'worker'] }, 'existing.queue'],
  ['a queue without a core', { stacks: ['queue'] }, 'existing.core'],
  ['a setting that the worker does not know', { worker: { settings: { CONCURENCY: '5' } as never } }, 'CONCURENCY'],
])('%s', (_, input, place) => {
  test(`is refused, naming ${place}`, () => {
    expect(faultsOf(() => check(input)).join('\n')).toContain(place);
  });
});

test('worker and lambda share a queue where that is allowed on purpose', () => {
  expect(faultsOf(() => check({ stacks: ['core', 'queue', 'worker', 'lambda'], allowWorkerAndLambda: true }))).toEqual([]);
});

test.each(['Prod_1', 'prod-', 'eu--prod', '1st', 'a-name-too-long-by-one'])('%s, which is no part of a name, is refused', (name) => {
  expect(faultsOf(() => check({}, name)).join('\n')).toContain(name);
});

test('a budget tells no more people than AWS lets it', () => {
  const emails = Array.from({ length: 11 }, (_, at) => `ops-${at}@example.org`);
  expect(faultsOf(() => check({ budget: { monthlyUsd: 100, emails } })).join('\n')).toContain('budget.emails');
  expect(faultsOf(() => check({ budget: { monthlyUsd: 100, emails: emails.slice(1) } }))).toEqual([]);
});
