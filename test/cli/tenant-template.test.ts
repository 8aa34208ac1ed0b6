/** `tenant template`: what is sent to a customer is the module's and the template's own, with the tenant's values. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { goodRow, withOperator, type Ended } from './operator.ts';

const MODULE = join(import.meta.dirname, '..', '..', 'customer-module');
const CENTRAL = 'arn:aws:iam::000000000000:role/logferry-production-central';
const operator = withOperator();
const template = (
  args: readonly string[],
  environment: Record<string, string> = { CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: CENTRAL },
): Promise<Ended> => operator().run(['tenant', 'template', ...args], { environment });

interface Template {
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function read(text: string): Template {
  return parse(text, { logLevel: 'error' }) as Template;
}

test('cloudformation: the template as it stands, but for the defaults of what the operator knows', async () => {
  await operator().put(goodRow('acme', '111111111111', { log_group_name: '/acme/apps', enabled: false }));
  const { code, stdout } = await template(['acme', '--format', 'cloudformation']);
  expect(code).toBe(0);
  const file = read(readFileSync(join(MODULE, 'cloudformation', 'customer-log-distribution.yaml'), 'utf8'));
  const filled = {
    CentralLogDistributionRoleArn: CENTRAL,
    TenantId: 'acme',
    ExternalId: 'external-acme',
    ApplicationLogGroupName: '/acme/apps',
  };
  const Parameters = { ...file.Parameters };
  for (const [name, Default] of Object.entries(filled)) Parameters[name] = { ...Parameters[name], Default };
  expect(read(stdout)).toEqual({ ...file, Parameters });
  for (const [name, value] of Object.entries(filled)) expect(value).toMatch(new RegExp(String(Parameters[name]!['AllowedPattern'])));
});

test('terraform: the module with what it cannot do without, and the handshake as an output', async () => {
  await operator().put(goodRow('acme', '111111111111', { log_group_name: '/acme/apps', enabled: false }));
  const { stdout } = await template(['acme', '--format', 'terraform']);
  const variables = [...readFileSync(join(MODULE, 'variables.tf'), 'utf8').matchAll(/^variable "(\w+)" \{\n(.*?)^\}/gms)];
  const required = variables.filter(([, , body]) => !/^ {2}default /m.test(body!)).map(([, name]) => String(name));
  const [, inside = ''] = /^module "log_distribution" \{\n(.*?)^\}/ms.exec(stdout)!;
  const given = [...inside.matchAll(/^ {2}(\w+) +=/gm)].map(([, name]) => String(name));
  expect(given.toSorted()).toEqual(['source', 'log_groups', ...required].toSorted());
  expect(stdout).toContain(`central_log_distribution_role_arn = "${CENTRAL}"\n`);
  expect(stdout).toContain('external_id                       = "external-acme"\n');
  expect(stdout).toContain('application = { name = "/acme/apps" }');
  expect(stdout).toContain('region = "eu-west-1"');
  expect(stdout).toContain('value       = module.log_distribution.handshake');
});

test('while the ExternalId is changed for another, both are let in', async () => {
  await operator().put(goodRow('acme', '111111111111', { next_external_id: 'the-next-one' }));
  const { Parameters } = read((await template(['acme', '--format', 'cloudformation'])).stdout);
  expect([Parameters['ExternalId'], Parameters['PreviousExternalId']]).toMatchObject([
    { Default: 'the-next-one' },
    { Default: 'external-acme' },
  ]);
  const { stdout } = await template(['acme', '--format', 'terraform']);
  expect(stdout).toMatch(/^ {2}external_id += "the-next-one"\n {2}previous_external_id += "external-acme"$/m);
});

test("cluster ids and the role's name go along where they are not the module's own", async () => {
  const role = 'arn:aws:iam::111111111111:role/CustomerLogDistribution-eu';
  await operator().put(goodRow('acme', '111111111111', { log_distribution_role_arn: role }));
  const clusters = ['--cluster-id', 'prod-1', '--cluster-id', 'prod-2', '--cluster-id', 'prod-1'];
  const { Parameters } = read((await template(['acme', '--format', 'cloudformation', ...clusters])).stdout);
  expect([Parameters['ClusterIds'], Parameters['RoleName']]).toMatchObject([
    { Type: 'CommaDelimitedList', Default: 'prod-1,prod-2' },
    { Default: 'CustomerLogDistribution-eu' },
  ]);
  const { stdout } = await template(['acme', '--format', 'terraform', ...clusters]);
  expect(stdout).toMatch(/^ {2}role_name += "CustomerLogDistribution-eu"\n {2}cluster_ids += \["prod-1", "prod-2"\]$/m);
  const other = await template(['acme', '--format', 'terraform', '--role-name', 'CustomerLogDistribution']);
  expect(other.stdout).not.toContain('role_name');
  expect(other.stderr).toContain(`the row has ${role}, and what is made is a role CustomerLogDistribution`);
});

test('the head of the CloudFormation template is the command that also changes a stack that is there', async () => {
  await operator().put(goodRow('acme', '111111111111'));
  const { stdout } = await template(['acme', '--format', 'cloudformation']);
  const head = stdout.split('AWSTemplateFormatVersion')[0]!;
  expect(head.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  expect(head).toContain('aws cloudformation deploy --region eu-west-1 ');
  const { Parameters } = read(stdout);
  const overrides = [...head.matchAll(/'(\w+)=([^']*)'/g)].map(([, name, value]) => [name, value]);
  expect(overrides).toEqual(
    ['TenantId', 'CentralLogDistributionRoleArn', 'ExternalId', 'PreviousExternalId'].map((name) => [name, Parameters[name]!['Default']]),
  );
});

describe('--output', () => {
  let folder = '';
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'logferry-template-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('terraform: a folder with the module in it, also over an earlier one', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    const to = join(folder, 'acme');
    for (const _ of ['first', 'again']) {
      const { code, stdout } = await template(['acme', '--format', 'terraform', '--output', to]);
      expect([code, stdout]).toEqual([0, `Written to ${to}: main.tf, customer-module.\n`]);
    }
    expect(readFileSync(join(to, 'main.tf'), 'utf8').trimEnd()).toBe((await template(['acme', '--format', 'terraform'])).stdout.trimEnd());
    const sources = readdirSync(MODULE).filter((name) => name.endsWith('.tf'));
    for (const name of sources)
      expect(readFileSync(join(to, 'customer-module', name), 'utf8')).toBe(readFileSync(join(MODULE, name), 'utf8'));
  });

  test('writes over nothing else', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    await operator().put(goodRow('globex', '222222222222'));
    await template(['globex', '--format', 'terraform', '--output', folder]);
    const refused = await template(['acme', '--format', 'terraform', '--output', folder]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('main.tf is there already') as string });
    expect(readFileSync(join(folder, 'main.tf'), 'utf8')).toContain('external-globex');
  });

  test('cloudformation: the template, and the same values as a file of parameters, which a stack that is there needs', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    const args = ['acme', '--format', 'cloudformation'];
    const { stdout } = await template([...args, '--output', folder, '--json']);
    const files = ['template.yaml', 'parameters.json'];
    expect(JSON.parse(stdout)).toEqual({ tenant_id: 'acme', format: 'cloudformation', folder, files });
    expect(readFileSync(join(folder, 'template.yaml'), 'utf8').trimEnd()).toBe((await template(args)).stdout.trimEnd());
    expect(JSON.parse(readFileSync(join(folder, 'parameters.json'), 'utf8'))).toEqual([
      'TenantId=acme',
      `CentralLogDistributionRoleArn=${CENTRAL}`,
      'ExternalId=external-acme',
      'PreviousExternalId=',
    ]);
    await operator().put(goodRow('globex', '222222222222'));
    expect(await template(['globex', '--format', 'cloudformation', '--output', folder])).toMatchObject({ code: 1 });
  });
});

describe('it refuses', () => {
  test.each<[string, string[], Record<string, string>, number, string]>([
    ['to guess at the central role', ['acme', '--format', 'terraform'], {}, 64, 'which central role?'],
    ['a central role that is none', ['acme', '--format', 'terraform', '--central-role-arn', 'x'], {}, 64, 'expected arn:aws:iam'],
    [
      'a cluster that no key can name',
      ['acme', '--format', 'terraform', '--cluster-id', 'a/b'],
      { CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: CENTRAL },
      64,
      '--cluster-id',
    ],
    ['to guess at the format', ['acme'], {}, 64, '--format'],
    ['a tenant without an ExternalId', ['bare', '--format', 'terraform', '--central-role-arn', CENTRAL], {}, 1, 'has no ExternalId'],
  ])('%s', async (_, args, environment, code, said) => {
    await operator().put({ tenant_id: 'bare', enabled: false });
    expect(await template(args, environment)).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) as string });
  });
});
