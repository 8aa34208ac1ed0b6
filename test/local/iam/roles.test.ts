/** The small IAM through the SDK: what Terraform, the demo and the tests make roles with. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';

const ACCOUNT = '111111111111';
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
});
const MAY = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] });

let aws: LocalAws;
let iam: IAMClient;
beforeAll(async () => {
  aws = await startLocalAws();
  iam = new IAMClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' } });
});
afterAll(() => aws.stop());

const create = (RoleName: string, more: object = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...more }));

it('gives back a role as it was made, documents URL-encoded', async () => {
  const Tags = [{ Key: 'team', Value: 'logs' }];
  await create('whole', { Path: '/logferry/', Description: 'd', MaxSessionDuration: 7200, Tags });
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'WHOLE' }));
  expect(Role).toMatchObject({
    RoleName: 'whole',
    Path: '/logferry/',
    Arn: `arn:aws:iam::${ACCOUNT}:role/logferry/whole`,
    RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) as string,
    Description: 'd',
    MaxSessionDuration: 7200,
    Tags,
  });
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(TRUST);
});

it('keeps, shows, lists and deletes a role’s policies', async () => {
  const role = { RoleName: 'with-policies' };
  await create(role.RoleName);
  await iam.send(new PutRolePolicyCommand({ ...role, PolicyName: 'may', PolicyDocument: MAY }));
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ ...role, PolicyName: 'may' }));
  expect(decodeURIComponent(PolicyDocument)).toBe(MAY);
  expect((await iam.send(new ListRolePoliciesCommand(role))).PolicyNames).toEqual(['may']);
  await expect(iam.send(new DeleteRoleCommand(role))).rejects.toMatchObject({ name: 'DeleteConflictException' });
  await iam.send(new DeleteRolePolicyCommand({ ...role, PolicyName: 'may' }));
  expect((await iam.send(new ListRolePoliciesCommand(role))).PolicyNames ?? []).toEqual([]);
  await iam.send(new DeleteRoleCommand(role));
  await expect(iam.send(new GetRoleCommand(role))).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});

it('changes trust and settings of a role', async () => {
  const role = { RoleName: 'changing' };
  await create(role.RoleName);
  const PolicyDocument = TRUST.replace(ACCOUNT, '222222222222');
  await iam.send(new UpdateAssumeRolePolicyCommand({ ...role, PolicyDocument }));
  await iam.send(new UpdateRoleCommand({ ...role, MaxSessionDuration: 43_200 }));
  const { Role } = await iam.send(new GetRoleCommand(role));
  expect(Role?.MaxSessionDuration).toBe(43_200);
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(PolicyDocument);
});

it('shows an account its own roles alone', async () => {
  const credentials = { accessKeyId: '999999999999', secretAccessKey: 'x' };
  const other = new IAMClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials });
  await create('mine');
  await other.send(new CreateRoleCommand({ RoleName: 'theirs', AssumeRolePolicyDocument: TRUST }));
  expect((await other.send(new ListRolesCommand({}))).Roles?.map(({ RoleName }) => RoleName)).toEqual(['theirs']);
  await expect(other.send(new GetRoleCommand({ RoleName: 'mine' }))).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});

it('answers what Terraform asks about things that do not exist here', async () => {
  const role = { RoleName: 'terraform' };
  await create(role.RoleName);
  expect((await iam.send(new ListAttachedRolePoliciesCommand(role))).AttachedPolicies ?? []).toEqual([]);
  expect((await iam.send(new ListInstanceProfilesForRoleCommand(role))).InstanceProfiles ?? []).toEqual([]);
});

it.each<[string, object, string]>([
  ['a name with a space', { RoleName: 'a b' }, 'ValidationError'],
  ['a path without its slashes', { Path: 'logferry' }, 'ValidationError'],
  ['sessions shorter than an hour', { MaxSessionDuration: 3599 }, 'ValidationError'],
  ['sessions longer than twelve hours', { MaxSessionDuration: 43_201 }, 'ValidationError'],
  ['a document that is not understood', { AssumeRolePolicyDocument: '{}' }, 'MalformedPolicyDocumentException'],
  [
    'a document over 2,048 characters',
    { AssumeRolePolicyDocument: TRUST.replace('"2012', `${' '.repeat(9)}"2012`) + 'x'.repeat(2048) },
    'LimitExceededException',
  ],
])('refuses %s', async (_, more, name) => {
  await expect(create('refused', more)).rejects.toMatchObject({ name });
});

it('refuses a second role of the same name, whatever its case', async () => {
  await create('once');
  await expect(create('ONCE')).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
});

it('lets a session do to roles only what its own policies allow', async () => {
  const arn = `arn:aws:iam::${ACCOUNT}:role/reader`;
  const may = { Statement: { Effect: 'Allow', Action: 'iam:GetRole', Resource: arn } };
  const role = aws.identities.putRole({ arn, trust: TRUST, policies: [may] });
  const session = aws.identities.issueSession({ role, sessionName: 's', durationSeconds: 900, tags: {}, transitiveTagKeys: [] });
  const reader = new IAMClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials: session });
  await expect(reader.send(new GetRoleCommand({ RoleName: 'reader' }))).resolves.toMatchObject({ Role: { Arn: arn } });
  const PolicyDocument = MAY;
  const raise = reader.send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'all', PolicyDocument }));
  await expect(raise).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
});

const naming = (arn: string, Effect: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect, Principal: { AWS: [ACCOUNT, arn] }, Action: 'sts:AssumeRole' } });

describe('a role that a trust policy names', () => {
  const missing = 'arn:aws:iam::222222222222:role/customer';
  const refusal = { name: 'MalformedPolicyDocumentException', message: `Invalid principal in policy: "AWS":"${missing}"` };

  it.each(['Allow', 'Deny'])('must be there, in whichever account, also where it is named to %s', async (Effect) => {
    const role = { RoleName: `names-a-missing-one-to-${Effect}` };
    await expect(create(role.RoleName, { AssumeRolePolicyDocument: naming(missing, Effect) })).rejects.toMatchObject(refusal);
    await create(role.RoleName);
    const update = new UpdateAssumeRolePolicyCommand({ ...role, PolicyDocument: naming(missing, Effect) });
    await expect(iam.send(update)).rejects.toMatchObject(refusal);
    const { Role } = await iam.send(new GetRoleCommand(role));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(TRUST);
  });

  it('is named by its whole ARN: there it is, with another path it is not', async () => {
    const arn = 'arn:aws:iam::333333333333:role/there';
    aws.identities.putRole({ arn, trust: TRUST });
    await expect(create('names-one', { AssumeRolePolicyDocument: naming(arn, 'Deny') })).resolves.toMatchObject({ Role: {} });
    const elsewhere = naming(arn.replace('role/', 'role/logs/'), 'Deny');
    await expect(create('names-another', { AssumeRolePolicyDocument: elsewhere })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });
});
