/** `tenant template`: what is sent to a customer is the module's and the template's own, with the tenant's values. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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

describe('it refuses', () => {
  test.each<[string, string[], Record<string, string>, number, string]>([
    ['to guess at the central role', ['acme', '--format', 'terraform'], {}, 64, 'which central role?'],
    ['a central role that is none', ['acme', '--format', 'terraform', '--central-role-arn', 'x'], {}, 64, 'expected arn:aws:iam'],
    ['to guess at the format', ['acme'], {}, 64, '--format'],
    ['a tenant without an ExternalId', ['bare', '--format', 'terraform', '--central-role-arn', CENTRAL], {}, 1, 'has no ExternalId'],
  ])('%s', async (_, args, environment, code, said) => {
    await operator().put({ tenant_id: 'bare', enabled: false });
    expect(await template(args, environment)).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) as string });
  });
});
