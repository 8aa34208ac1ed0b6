/** The worker outside of our own stacks, as on Kubernetes: which roles may run it, and what they are given; asked of the local STS. */
import { describe, expect, test } from 'vitest';
import { checkEnvironments, EnvironmentsError } from '../../cdktf/config.ts';
import { assumeRole } from '../../local/iam/assume-role.ts';
import { Identities } from '../../local/iam/identities.ts';
import type { Caller } from '../../local/service.ts';
import { centralRoleInput } from '../../worker/locate/assume-role.ts';
import type { Route } from '../../worker/locate/locate.ts';
import { callerOf, formOf, policies } from './ask.ts';
import { grantsOf, list, statementsOf } from './policies.ts';
import { ACCOUNT, resource, resources, synthesize, type StackJson } from './synthesized.ts';

const CENTRAL = `arn:aws:iam::${ACCOUNT}:role/logferry-test-central`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/clusters/prod-1/logferry-worker`;
const { core, queue, worker } = synthesize({ workerRoles: [ROLE] }, ['core', 'queue', 'worker']);
const policyOf = (stack: StackJson) => resource(stack, 'aws_iam_policy', ({ name }) => name === 'logferry-test-worker-elsewhere');
const route = { source: { tenant: 'acme', cluster: 'prod-1' }, environment: 'production' } as Route;

/** The session that a caller of this role gets of the central role, with the policy that `queue` makes for it. */
function assumedBy(arn: string, stack: StackJson = core): Caller {
  const identities = new Identities({ now: () => 0 });
  const trust = String(resource(stack, 'aws_iam_role', ({ name }) => name === 'logferry-test-central')['assume_role_policy']);
  identities.putRole({ arn: CENTRAL, trust });
  // Keys' ARNs are Terraform's to fill in.
  const understood = statementsOf(String(policyOf(queue)['policy'])).filter(({ Resource }) => !list(Resource).join().includes('${'));
  const role = identities.putRole({ arn, trust, policies: policies(...understood) });
  const caller = callerOf(identities, { role, sessionName: 'pod', tags: {}, transitiveTagKeys: [], durationSeconds: 900 });
  const { accessKeyId, sessionToken } = assumeRole(identities, caller, formOf(centralRoleInput(CENTRAL, route, 900))).session;
  return identities.resolve(accessKeyId, sessionToken, 'eu-central-1') as Caller;
}

function faultsOf(role: string): string {
  try {
    checkEnvironments('logferry', { test: { account: ACCOUNT, region: 'eu-central-1', workerRoles: [role] } });
  } catch (error) {
    if (error instanceof EnvironmentsError) return error.message;
    throw error;
  }
  return '';
}

describe('a role that the environment names for the worker', () => {
  test('takes on the central role as the worker does, by the policy that is made for it', () => {
    expect(assumedBy(ROLE).tags).toEqual({ tenant_id: 'acme', cluster_id: 'prod-1', environment: 'production' });
  });

  test('may do what the task on ECS may, but for protecting tasks', () => {
    const ofTask = grantsOf(worker, 'logferry-test-worker').filter(({ Sid }) => Sid !== 'ProtectOwnTasks');
    const told = statementsOf(String(policyOf(queue)['policy']));
    expect(told.map(({ Sid, Action }) => [Sid, Action])).toEqual(ofTask.map(({ Sid, Action }) => [Sid, Action]));
  });

  test('is no other of the same name or path, whatever it may', () => {
    for (const name of ['logferry-worker', 'clusters/prod-2/logferry-worker', 'clusters/prod-1/logferry-worker-2'])
      expect(() => assumedBy(`arn:aws:iam::${ACCOUNT}:role/${name}`)).toThrow(/not authorized to perform: sts:AssumeRole/);
  });

  test('is none by default, and then there is no policy either', () => {
    const plain = synthesize({}, ['core', 'queue']);
    expect(() => assumedBy(ROLE, plain.core)).toThrow(/not authorized to perform: sts:AssumeRole/);
    expect(Object.values(resources(plain.queue, 'aws_iam_policy')).map(({ name }) => name)).toEqual(['logferry-test-operator']);
    expect(plain.queue.output).not.toHaveProperty('worker_policy_arn');
    expect(queue.output).toHaveProperty('worker_policy_arn');
  });

  test.each([
    ['a user', `arn:aws:iam::${ACCOUNT}:user/ada`],
    ['a pattern', `arn:aws:iam::${ACCOUNT}:role/logferry-*`],
    ['a session', `arn:aws:sts::${ACCOUNT}:assumed-role/logferry-worker/pod`],
  ])('cannot be %s', (_, role) => {
    expect(faultsOf(role)).toMatch(/environments\.test\.workerRoles\.0: the ARN of an IAM role/);
  });

  test('cannot be of another account', () => {
    expect(faultsOf('arn:aws:iam::444455556666:role/worker')).toContain(
      'workerRoles: arn:aws:iam::444455556666:role/worker is not of this account',
    );
  });
});
