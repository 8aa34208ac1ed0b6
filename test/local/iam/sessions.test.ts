/** Assumed sessions as a client sees them over time, and the log of calls that tests read. The clock is the emulator's: it is set, never waited for. */
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { assume, callSts } from '../../contract/roles.ts';
import type { Credentials, Target } from '../../contract/target.ts';

const KEYS: Credentials = { accessKeyId: '111111111111', secretAccessKey: 'x' };
const RoleArn = 'arn:aws:iam::222222222222:role/customer';
const TRUST = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:*' } };
const MAY = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

const credentialsFor = (account: string): Credentials => ({ accessKeyId: account, secretAccessKey: 'x' });

let aws: LocalAws;
let target: Target;
beforeEach(async () => {
  aws = await startLocalAws();
  target = { name: 'embedded', endpoint: aws.endpoint, region: 'us-east-1', credentialsFor, has: new Set(), differences: {} };
  aws.identities.putRole({ arn: RoleArn, trust: TRUST, policies: [MAY] });
});
afterEach(() => aws.stop());

const identify = (session: Credentials) => callSts(target, session, (sts) => sts.send(new GetCallerIdentityCommand({})));

it('lets a session act until its second runs out, then refuses it in each protocol’s words', async () => {
  const { session, Credentials } = await assume(target, KEYS, { RoleArn, DurationSeconds: 900 });
  aws.clock.set(Credentials!.Expiration!.getTime() - 5000);
  await expect(identify(session)).resolves.toMatchObject({ Account: '222222222222' });
  aws.clock.advance(10_000);
  await expect(identify(session)).rejects.toMatchObject({ name: 'ExpiredToken' });
  const config = { endpoint: aws.endpoint, region: 'us-east-1', credentials: session, maxAttempts: 1 };
  const logs = new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({}));
  await expect(logs).rejects.toMatchObject({ name: 'ExpiredTokenException' });
  await expect(new S3Client(config).send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
});

it('lets a session act again when the clock is set back', async () => {
  const { session } = await assume(target, KEYS, { RoleArn });
  aws.clock.advance(7_200_000);
  await expect(identify(session)).rejects.toMatchObject({ name: 'ExpiredToken' });
  aws.clock.advance(-7_200_000);
  await expect(identify(session)).resolves.toMatchObject({ Account: '222222222222' });
});

it('ends sessions with their role, also when one of the same name is made anew', async () => {
  const { session } = await assume(target, KEYS, { RoleArn });
  aws.identities.deleteRole(RoleArn);
  await expect(identify(session)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  aws.identities.putRole({ arn: RoleArn, trust: TRUST });
  await expect(identify(session)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
});

it('takes a changed policy for a session that is under way', async () => {
  const { session } = await assume(target, KEYS, { RoleArn });
  const logs = new CloudWatchLogsClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials: session });
  await logs.send(new DescribeLogGroupsCommand({}));
  aws.identities.putRole({ arn: RoleArn, trust: TRUST, policies: [] });
  await expect(logs.send(new DescribeLogGroupsCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

it('refuses a session whose token is not its own', async () => {
  const [one, other] = await Promise.all([assume(target, KEYS, { RoleArn }), assume(target, KEYS, { RoleArn })]);
  const mixed = { ...one.session, sessionToken: other.session.sessionToken! };
  await expect(identify(mixed)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
});

it('lets a role of the same account in by the trust policy’s word alone, but for an explicit deny of its own', async () => {
  const caller = 'arn:aws:iam::111111111111:role/caller';
  const named = { Statement: { Effect: 'Allow', Principal: { AWS: caller }, Action: 'sts:AssumeRole' } };
  const [same, other] = ['arn:aws:iam::111111111111:role/same', 'arn:aws:iam::222222222222:role/other'] as const;
  for (const arn of [same, other]) aws.identities.putRole({ arn, trust: named });
  const deny = { Statement: { Effect: 'Deny', Action: 'sts:*', Resource: '*' } };
  aws.identities.putRole({ arn: caller, trust: TRUST });
  const { session } = await assume(target, KEYS, { RoleArn: caller });
  await expect(assume(target, session, { RoleArn: same })).resolves.toMatchObject({ AssumedRoleUser: {} });
  await expect(assume(target, session, { RoleArn: other })).rejects.toMatchObject({ name: 'AccessDenied' });
  aws.identities.putRole({ arn: caller, trust: TRUST, policies: [deny] });
  await expect(assume(target, session, { RoleArn: same })).rejects.toMatchObject({ name: 'AccessDenied' });
});

it('notes each call, granted or not, and no credentials', async () => {
  aws.clock.set(Date.UTC(2026, 0, 2));
  await assume(target, KEYS, { RoleArn, ExternalId: 'acme-7', Tags: [{ Key: 'tenant_id', Value: 'acme' }] });
  await assume(target, { ...KEYS, accessKeyId: '333333333333' }, { RoleArn }).catch(() => undefined);
  const { calls } = aws.sts;
  expect([calls.count('AssumeRole'), calls.count('GetCallerIdentity')]).toEqual([2, 0]);
  expect(calls.log).toMatchObject([
    {
      action: 'AssumeRole',
      callerArn: 'arn:aws:iam::111111111111:root',
      roleArn: RoleArn,
      sessionName: 'worker',
      externalId: 'acme-7',
      tags: { tenant_id: 'acme' },
      error: undefined,
    },
    { callerArn: 'arn:aws:iam::333333333333:root', error: 'AccessDenied', externalId: undefined },
  ]);
  expect(calls.log[0]?.at).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 2));
  expect(JSON.stringify(calls.log)).not.toContain('ASIA');
  calls.clear();
  expect([calls.log, calls.count('AssumeRole')]).toEqual([[], 0]);
});
