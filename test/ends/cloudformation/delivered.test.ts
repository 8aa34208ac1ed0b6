/**
 * A customer without Terraform: a stack of the template in their own account of an emulated AWS; the real worker delivers into it by what the stack's handshake
 * says and nothing else, and our STS, which asks trust policies as AWS does, is handed the role as it was made.
 */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type TenantSide } from '../../../local/provision/tenant.ts';
import { tryTrust } from '../../customer-module/trust.ts';
import { readRole } from '../../infra/applied-roles.ts';
import { startRecorder, type Recorder } from '../../infra/calls.ts';
import { startMoto, type Moto } from '../../infra/emulator/moto.ts';
import { Stage } from '../../support/stage.ts';
import { Unavailable } from '../../witness/witness.ts';
import { deliver, ROOT, type Handshake } from '../delivery.ts';
import { PACKAGES } from './packages.ts';
import { createStack, customer, type Customer } from './stack.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '222222222222';
const TENANT = 'acme-corp';
const EXTERNAL_ID = 'agreed-with-acme';
/** Of the stage's keys. */
const CLUSTER = 'prod-1';
const DENIED = 'AccessDenied';

let moto: Moto;
let stage: Stage;
let recorder: Recorder;
let by: Customer;
let tenant: TenantSide;
/** Why none can run. */
let hindrance: string | undefined;

beforeAll(async () => {
  try {
    moto = await startMoto(undefined, PACKAGES);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
    return;
  }
  const target = { name: 'moto', endpoint: moto.endpoint, region: 'us-east-1', has: new Set<never>(), differences: {} };
  stage = await Stage.open({ ...target, credentialsFor: () => ROOT });
  recorder = await startRecorder(moto.endpoint);
  by = await customer(moto.endpoint, ACCOUNT, REGION);
  const asked = { CentralLogDistributionRoleArn: stage.central.roleArn, TenantId: TENANT, ExternalId: EXTERNAL_ID, ClusterIds: CLUSTER };
  const outputs = await createStack(by, 'logferry', asked);
  tenant = sideOf(JSON.parse(outputs['Handshake'] ?? '') as Handshake);
});

afterAll(async () => {
  tenant?.logs.destroy();
  await stage?.close();
  await recorder?.stop();
  await moto?.stop();
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

test('the real worker delivers into the stack by its handshake alone, with no call that the roles as made would refuse', async () => {
  const { end, denied, allowed } = await deliver({ stage, recorder, tenant, customerRole: roleAsMade });
  expect(end).toEqual({ code: 0, signal: null });
  expect(denied).toEqual([]);
  const group = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/ROSA/cluster-logs/application`;
  // In any order: the stream is made once a put has missed it.
  expect(allowed.filter((one) => one.startsWith('CustomerLogDistribution ')).toSorted()).toEqual([
    expect.stringContaining(`logs:CreateLogStream on ${group}:`),
    expect.stringContaining(`logs:PutLogEvents on ${group}:`),
  ]);
});

test('the role as made lets in the central role for this tenant, cluster and ExternalId, and nobody else', async () => {
  const agreed = { centralRoleArn: stage.central.roleArn, tenant: TENANT, externalId: EXTERNAL_ID, cluster: CLUSTER };
  expect(await tryTrust(await roleAsMade(), agreed)).toEqual({
    'right tenant': 'in',
    'wrong tenant': DENIED,
    'tenant in other case': DENIED,
    'wrong ExternalId': DENIED,
    'no ExternalId': DENIED,
    'no tags': DENIED,
    'other cluster': DENIED,
    'other role of the same account': DENIED,
  });
});

async function roleAsMade() {
  return { ...(await readRole(by, tenant.roleArn, by.credentials)), arn: tenant.roleArn };
}

function sideOf({ tenant_id: id, role_arn: roleArn, region, external_id: externalId, log_groups }: Handshake): TenantSide {
  const logs = new CloudWatchLogsClient({ endpoint: moto.endpoint, region, credentials: by.credentials });
  return { id, account: roleArn.split(':')[4] ?? '', region, roleArn, externalId, group: log_groups['application'] ?? '', logs };
}
