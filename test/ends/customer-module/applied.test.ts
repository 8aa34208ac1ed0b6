/**
 * The example as a customer applies it, by the real AWS provider in an account of their own of an emulated AWS; then the real worker delivers into what was made,
 * by the handshake alone, and our own STS is asked whom the role lets in, as it was applied.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startLocalAws, type LocalAws } from '../../../local/aws.ts';
import type { Keys } from '../../../local/provision/central.ts';
import { type TenantSide } from '../../../local/provision/tenant.ts';
import { readRole } from '../../infra/applied-roles.ts';
import { startRecorder, type Recorder } from '../../infra/calls.ts';
import { startMoto, type Moto } from '../../infra/emulator/moto.ts';
import { Stage } from '../../support/stage.ts';
import { Unavailable } from '../../witness/witness.ts';
import { Hops, type Hop } from '../../customer-module/hops.ts';
import { deliver, ROOT, type Handshake } from '../delivery.ts';
import { Terraform } from './terraform.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '222222222222';
const EXTERNAL_ID = 'agreed-with-acme';
/** Of the stage's keys. */
const CLUSTER = 'prod-1';

let folder = '';
let moto: Moto;
let stage: Stage;
let recorder: Recorder;
let terraform: Terraform;
let keys: Keys;
let handshake: Handshake;
let tenant: TenantSide;
/** Why the tests that are left cannot run. */
let hindrance: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-customer-'));
  try {
    moto = await startMoto();
    const target = { name: 'moto', endpoint: moto.endpoint, region: 'us-east-1', has: new Set<never>(), differences: {} };
    stage = await Stage.open({ ...target, credentialsFor: () => ROOT });
    recorder = await startRecorder(moto.endpoint);
    keys = await administrator();
    terraform = await Terraform.prepare(folder, join('examples', 'complete'), {
      ...asEnvironment(keys),
      TF_VAR_central_log_distribution_role_arn: stage.central.roleArn,
      TF_VAR_tenant_id: 'acme-corp',
      TF_VAR_external_id: EXTERNAL_ID,
      TF_VAR_cluster_ids: JSON.stringify([CLUSTER]),
      TF_VAR_region: REGION,
    });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
  }
});

afterAll(async () => {
  tenant?.logs.destroy();
  await stage?.close();
  await recorder?.stop();
  await moto?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

describe('the example', () => {
  test('applies, and hands on what the operator needs', async (context) => {
    context.onTestFailed(() => {
      hindrance = 'the example was not applied';
    });
    await terraform.must('apply', '-auto-approve', '-no-color');
    handshake = JSON.parse(await terraform.must('output', '-json', 'handshake')) as Handshake;
    expect(handshake).toEqual({
      version: 1,
      tenant_id: 'acme-corp',
      role_arn: `arn:aws:iam::${ACCOUNT}:role/CustomerLogDistribution`,
      region: REGION,
      external_id: EXTERNAL_ID,
      log_groups: Object.fromEntries(['application', 'audit', 'system'].map((kind) => [kind, `/ROSA/cluster-logs/${kind}`])),
    });
    tenant = sideOf(handshake);
  });

  test('a second plan changes nothing', async () => {
    const { code, output } = await terraform.run('plan', '-detailed-exitcode', '-no-color');
    expect(code === 0 ? '' : output).toBe('');
  });

  test('made groups of the names, retentions, classes and key that it names', async () => {
    const { logGroups = [] } = await tenant.logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups.map((group) => [group.logGroupName, group.retentionInDays, group.logGroupClass])).toEqual([
      ['/ROSA/cluster-logs/application', 30, 'STANDARD'],
      ['/ROSA/cluster-logs/audit', 731, 'STANDARD'],
      ['/ROSA/cluster-logs/system', 90, 'INFREQUENT_ACCESS'],
    ]);
    const keyArns = new Set(logGroups.map(({ kmsKeyId }) => kmsKeyId));
    expect([...keyArns]).toEqual([expect.stringMatching(`^arn:aws:kms:${REGION}:${ACCOUNT}:key/`)]);
  });

  test('takes what the real worker delivers, by the handshake alone, with no call that the roles as applied would refuse', async () => {
    const { end, denied, allowed } = await deliver({ stage, recorder, tenant, customerRole: appliedRole });
    expect(end).toEqual({ code: 0, signal: null });
    expect(denied).toEqual([]);
    const group = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/ROSA/cluster-logs/application`;
    expect(allowed.filter((one) => one.startsWith('CustomerLogDistribution ')).toSorted()).toEqual([
      `CustomerLogDistribution logs:CreateLogStream on ${group}:*`,
      expect.stringContaining(`CustomerLogDistribution logs:PutLogEvents on ${group}:log-stream:`),
    ]);
  });
});

describe('the role as applied, asked by our STS and IAM', () => {
  let aws: LocalAws;
  let hops: Hops;
  const right: Hop = { tenant: 'acme-corp', cluster: CLUSTER, externalId: EXTERNAL_ID };
  const denied = { name: 'AccessDenied', message: expect.stringContaining('sts:AssumeRole') as string };

  beforeAll(async () => {
    if (hindrance !== undefined) return;
    aws = await startLocalAws();
    hops = new Hops(aws, stage.central.roleArn, await appliedRole());
  });

  afterAll(async () => {
    await aws?.stop();
  });

  test('lets the central role in, for this tenant and cluster with this ExternalId', async () => {
    await expect(hops.take(right)).resolves.toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/) as string });
  });

  test.each<[string, Partial<Hop>]>([
    ['another tenant', { tenant: 'initech' }],
    ['a tenant that differs by case only', { tenant: 'Acme-Corp' }],
    ['another ExternalId', { externalId: 'agreed-with-initech' }],
    ['no ExternalId', { externalId: undefined }],
    ['a cluster that is not named', { cluster: 'prod-2' }],
    ['a session without tags', { first: { Tags: [], TransitiveTagKeys: [] } }],
    [
      'a session without the tag of the tenant',
      { first: { Tags: [{ Key: 'cluster_id', Value: CLUSTER }], TransitiveTagKeys: ['cluster_id'] } },
    ],
    [
      'tags that come with the call itself only',
      {
        first: { Tags: [], TransitiveTagKeys: [] },
        second: {
          Tags: [
            { Key: 'tenant_id', Value: 'acme-corp' },
            { Key: 'cluster_id', Value: CLUSTER },
          ],
        },
      },
    ],
  ])('keeps out %s', async (_, wrong) => {
    await expect(hops.take({ ...right, ...wrong })).rejects.toMatchObject(denied);
  });

  test('keeps out another role of the central account, and the account itself', async () => {
    await expect(hops.take({ ...right, by: hops.otherRole })).rejects.toMatchObject(denied);
    await expect(hops.second(hops.central, right)).rejects.toMatchObject(denied);
  });

  test('writes to its groups; it reads nothing, and makes and writes nothing elsewhere', async () => {
    const config = { endpoint: aws.endpoint, region: REGION };
    const owner = new CloudWatchLogsClient({ ...config, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' } });
    const logs = new CloudWatchLogsClient({ ...config, credentials: await hops.take(right) });
    const groups = [...Object.values(handshake.log_groups), '/ROSA/cluster-logs/application-2', '/elsewhere'];
    for (const logGroupName of groups) await owner.send(new CreateLogGroupCommand({ logGroupName }));
    const write = async (logGroupName: string): Promise<void> => {
      const at = { logGroupName, logStreamName: 'prod-1/web/web-1' };
      await logs.send(new CreateLogStreamCommand(at));
      await logs.send(new PutLogEventsCommand({ ...at, logEvents: [{ timestamp: Date.now(), message: 'a line' }] }));
    };
    const refused = { name: 'AccessDeniedException' };
    for (const group of Object.values(handshake.log_groups)) await write(group);
    await expect(write('/ROSA/cluster-logs/application-2')).rejects.toMatchObject(refused);
    await expect(write('/elsewhere')).rejects.toMatchObject(refused);
    const own = { logGroupName: '/ROSA/cluster-logs/application', logStreamName: 'prod-1/web/web-1' };
    await expect(logs.send(new GetLogEventsCommand(own))).rejects.toMatchObject(refused);
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: '/new' }))).rejects.toMatchObject(refused);
    logs.destroy();
    owner.destroy();
  });
});

test('a destroy takes the role away and leaves the logs', async () => {
  await terraform.must('destroy', '-auto-approve', '-no-color');
  const iam = new IAMClient({ ...stage.central.cloud, credentials: keys });
  await expect(iam.send(new GetRoleCommand({ RoleName: 'CustomerLogDistribution' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  });
  iam.destroy();
  const { logGroups = [] } = await tenant.logs.send(new DescribeLogGroupsCommand({}));
  expect(logGroups.map(({ logGroupName }) => logGroupName)).toEqual(Object.values(handshake.log_groups));
});

async function appliedRole() {
  const role = await readRole(stage.central.cloud, handshake.role_arn, keys);
  return { ...role, arn: handshake.role_arn };
}

function sideOf({ tenant_id: id, role_arn: roleArn, region, external_id: externalId, log_groups }: Handshake): TenantSide {
  const logs = new CloudWatchLogsClient({ endpoint: moto.endpoint, region, credentials: keys });
  return { id, account: roleArn.split(':')[4] ?? '', region, roleArn, externalId, group: log_groups['application'] ?? '', logs };
}

/** moto keeps accounts apart by the role that a session is of, whether there is such a role or not. */
async function administrator(): Promise<Keys> {
  const sts = new STSClient({ endpoint: moto.endpoint, region: REGION, credentials: ROOT });
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/administrator`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'customer' }));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** The provider reads them as the AWS CLI does. What an emulator refuses is not tried again for minutes. */
function asEnvironment({ accessKeyId, secretAccessKey, sessionToken = '' }: Keys): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_MAX_ATTEMPTS: '2',
  };
}
