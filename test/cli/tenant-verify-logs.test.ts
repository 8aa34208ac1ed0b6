/** `tenant verify` where their role lets us in, and the log group does not take our lines. */
import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { CreateLogGroupCommand, DeleteLogGroupCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { startFaults, type Faults } from '../../local/faults/faults.ts';
import type { FaultEffect, FaultRule } from '../../local/faults/rule.ts';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withOperator } from './operator.ts';
import { ALL_GREEN, makeCustomer, red, verify, type Made } from './verifying.ts';

const operator = withOperator();
const central = () => operator().central;

let faults: Faults | undefined;
afterEach(async () => {
  await faults?.stop();
  faults = undefined;
});

async function through(rule: FaultRule): Promise<{ environment: Record<string, string> }> {
  faults = await startFaults({ target: central().cloud.endpoint, rules: [rule] });
  return { environment: { AWS_ENDPOINT_URL: faults.endpoint } };
}

const refuse = (code: string, message: string): FaultEffect => ({ kind: 'refuse', code, status: 400, message });
const statement = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
const arnOf = ({ tenant: { account, region, group } }: Made): string => `arn:aws:logs:${region}:${account}:log-group:${group}:*`;

describe('permissions', () => {
  test.each([
    ['logs:CreateLogStream', 'group', 'logs:PutLogEvents'],
    ['logs:PutLogEvents', 'put', 'logs:CreateLogStream'],
  ] as const)('%s missing: named with its resource, and mended by the statement', async (missing, name, other) => {
    const customer = await makeCustomer(operator());
    await customer.setPermissions(statement({ Effect: 'Allow', Action: other, Resource: arnOf(customer) }));
    const { check, code } = await verify(operator());
    expect(check(name)).toMatchObject(red(['logs-permission'], new RegExp(`lacks the permission ${missing} on arn:aws:logs:`)));
    expect(check(name).fix).toMatchObject({ side: 'customer' });
    expect(check('read back')).toMatchObject({ outcome: 'skipped', reason: `needs ${name}` });
    expect(code).toBe(1);
    await customer.setPermissions(statement(check(name).fix!.statement));
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });

  test('a statement that denies: one more that allows is not advised', async () => {
    const customer = await makeCustomer(operator());
    const allow = { Effect: 'Allow', Action: 'logs:*', Resource: '*' };
    await customer.setPermissions(statement(allow, { Effect: 'Deny', Action: 'logs:PutLogEvents', Resource: '*' }));
    const { check } = await verify(operator());
    expect(check('put')).toMatchObject(red(['explicit-deny']));
    expect(check('put').fix!.statement).toBeUndefined();
  });

  test('where their role may read, the canary is read back', async () => {
    const customer = await makeCustomer(operator());
    await customer.setPermissions(statement({ Effect: 'Allow', Action: 'logs:*', Resource: '*' }));
    const { outcomes, check } = await verify(operator());
    expect(outcomes).toEqual({ ...ALL_GREEN, 'read back': 'green' });
    expect(check('kms').reason).toBe('the group has no key of its own');
    expect(check('retention').reason).toMatch(/it keeps all$/);
  });
});

describe('the group', () => {
  test('missing: who makes it, and how; then all is green', async () => {
    const { tenant } = await makeCustomer(operator());
    await tenant.logs.send(new DeleteLogGroupCommand({ logGroupName: tenant.group }));
    const { check } = await verify(operator());
    expect(check('group')).toMatchObject(red(['group-missing'], /there is no log group \/ROSA\/cluster-logs\/application/));
    expect(check('group').fix!.command).toBe(`aws logs create-log-group --region us-east-1 --log-group-name ${tenant.group}`);
    await tenant.logs.send(new CreateLogGroupCommand({ logGroupName: tenant.group }));
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });

  test('missing, and the worker may make it: the permission is named, then it is made', async () => {
    const customer = await makeCustomer(operator());
    const { logs, group } = customer.tenant;
    await logs.send(new DeleteLogGroupCommand({ logGroupName: group }));
    await operator().put({ ...(await operator().row('acme')), create_log_group: true });
    const { check } = await verify(operator());
    expect(check('group')).toMatchObject(red(['logs-permission'], /logs:CreateLogGroup/));
    await customer.setPermissions(statement(check('group').fix!.statement));
    const again = await verify(operator());
    expect(again.check('group').reason).toMatch(/was missing, and could be made/);
    expect(again.outcomes).toEqual(ALL_GREEN);
  });

  test('wrong region: told where it answers; the command mends it', async () => {
    const { tenant } = await makeCustomer(operator(), { region: 'eu-west-1' });
    await operator().put({ ...(await operator().row('acme')), target_region: 'us-east-1' });
    const { check } = await verify(operator());
    expect(check('group')).toMatchObject(
      red(['wrong-region'], /answers in eu-west-1 \(the stream logferry-verify was made there to find out\)/),
    );
    const command = check('group').fix!.command!.split(' ').slice(1);
    expect(await operator().run(command)).toMatchObject({ code: 0 });
    expect(await operator().row('acme')).toMatchObject({ target_region: tenant.region });
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });

  test('retention of less than 14 days is a warning, told by a line that has expired', async () => {
    const { tenant } = await makeCustomer(operator());
    await tenant.logs.send(new PutRetentionPolicyCommand({ logGroupName: tenant.group, retentionInDays: 7 }));
    const { check, code } = await verify(operator());
    expect(check('retention')).toMatchObject({ outcome: 'warning', causes: ['retention'], fix: { side: 'customer' } });
    expect(code).toBe(0);
    await tenant.logs.send(new PutRetentionPolicyCommand({ logGroupName: tenant.group, retentionInDays: 14 }));
    expect((await verify(operator())).outcomes).toEqual(ALL_GREEN);
  });

  test('--no-canary puts no line', async () => {
    const { tenant } = await makeCustomer(operator());
    const { check, code } = await verify(operator(), ['--no-canary']);
    expect(check('put')).toEqual({ check: 'put', outcome: 'skipped', reason: 'no canary line was to be put (--no-canary)' });
    expect(code).toBe(0);
    expect(operator().local.logs.events(tenant.account, 'us-east-1', tenant.group)).toEqual([]);
  });
});

describe('what passes, and what does not', () => {
  const KEY = 'arn:aws:kms:us-east-1:210000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab';

  test.each([
    ['InvalidParameterException', `The specified KMS Key Id ${KEY} could not be used.`],
    ['AccessDeniedException', `User: x is not authorized to perform: kms:GenerateDataKey on resource: ${KEY}`],
  ])('the KMS key refuses, as %s', async (code, message) => {
    const { tenant } = await makeCustomer(operator());
    const { check } = await verify(operator(), [], await through({ action: 'PutLogEvents', effect: refuse(code, message) }));
    expect(check('kms')).toMatchObject(red(['kms'], new RegExp(KEY)));
    expect(check('put')).toMatchObject({ outcome: 'skipped', reason: 'needs kms' });
    expect(check('kms').fix!.statement).toMatchObject({
      Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      Condition: {
        ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:${tenant.account}:log-group:${tenant.group}` },
      },
    });
  });

  test.each([
    ['AssumeRole', 'hop 1'],
    ['PutLogEvents', 'put'],
  ] as const)('throttled %s: tried again, then told to run again', async (action, name) => {
    await makeCustomer(operator());
    const { check, code } = await verify(operator(), [], await through({ action, effect: 'throttle' }));
    expect(check(name)).toMatchObject({ outcome: 'unknown', causes: ['throttled'] });
    expect(code).toBe(1);
  });

  test('throttled now and then: nobody notices', async () => {
    await makeCustomer(operator());
    const rule: FaultRule = { action: 'AssumeRole', limit: 4, effect: 'throttle' };
    expect((await verify(operator(), [], await through(rule))).outcomes).toEqual(ALL_GREEN);
  });

  test.each([
    ['GetCallerIdentity', 'clock', 'red', /your own AWS session has expired/],
    ['CreateLogStream', 'group', 'unknown', /the session that hop 1 or 2 gave has ended/],
  ] as const)('expired at %s', async (action, name, outcome, reason) => {
    await makeCustomer(operator());
    const effect = refuse('ExpiredTokenException', 'The security token included in the request is expired');
    const { check } = await verify(operator(), [], await through({ action, effect }));
    expect(check(name)).toMatchObject({ outcome, causes: ['expired'], reason: expect.stringMatching(reason) as string });
  });
});

/** In front of the emulator; its answers bear another time. */
async function startSkewed(offMs: number): Promise<string> {
  const server: Server = createServer((req, res) => {
    const { hostname, port } = new URL(central().cloud.endpoint);
    const options = { hostname, port, path: req.url, method: req.method, headers: req.headers };
    const on = request(options, (answer) => {
      res.writeHead(answer.statusCode ?? 500, { ...answer.headers, date: new Date(Date.now() + offMs).toUTCString() });
      answer.pipe(res);
    });
    req.pipe(on);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  [-10, 'red', /is 60\d s ahead of AWS's; AWS refuses/],
  [2, 'warning', /is 1[12]\d s behind AWS's/],
] as const)('a clock that is %d minutes off', async (minutes, outcome, reason) => {
  await makeCustomer(operator());
  const AWS_ENDPOINT_URL = await startSkewed(minutes * 60_000);
  const { check } = await verify(operator(), [], { environment: { AWS_ENDPOINT_URL } });
  expect(check('clock')).toMatchObject({ outcome, causes: ['clock'], reason: expect.stringMatching(reason) as string });
});

test('with a profile of theirs: the role that is not there, and what the group is', async () => {
  const { tenant } = await makeCustomer(operator());
  await tenant.logs.send(new PutRetentionPolicyCommand({ logGroupName: tenant.group, retentionInDays: 30 }));
  await using folder = await mkdtempDisposable(join(tmpdir(), 'verify-'));
  const file = join(folder.path, 'credentials');
  await writeFile(file, `[theirs]\naws_access_key_id = ${tenant.account}\naws_secret_access_key = test\n`);
  const environment = { AWS_SHARED_CREDENTIALS_FILE: file };
  const { outcomes, check } = await verify(operator(), ['--customer-profile', 'theirs'], { environment });
  expect(outcomes).toEqual(ALL_GREEN);
  expect(check('retention').reason).toMatch(/it keeps 30 days$/);
  await operator().put({ ...(await operator().row('acme')), log_distribution_role_arn: `${tenant.roleArn}2` });
  const missing = await verify(operator(), ['--customer-profile', 'theirs', '--probe-role', 'arn:aws:iam::000000000000:role/none'], {
    environment,
  });
  expect(missing.check('hop 2')).toMatchObject(red(['role-missing']));
  await writeFile(file, `[theirs]\naws_access_key_id = 999999999999\naws_secret_access_key = test\n`);
  const other = await verify(operator(), ['--customer-profile', 'theirs'], { environment });
  expect(other.check('hop 2')).toMatchObject({
    outcome: 'unknown',
    reason: expect.stringContaining('is of account 999999999999') as string,
  });
  expect(other.code).toBe(1);
});
