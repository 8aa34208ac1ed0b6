/** cfn-lint, which knows the schema of every resource, finds nothing in the template; not a warning and not a hint. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TEMPLATE } from '../../customer-module/cloudformation/template.ts';
import { virtualEnvironment } from '../../witness/setup/python.ts';
import { Unavailable } from '../../witness/witness.ts';
import { PACKAGES } from './packages.ts';

let python = '';
let folder = '';
let hindrance: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-cfn-lint-'));
  try {
    python = await virtualEnvironment(PACKAGES.name, PACKAGES.requirements);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = `cfn-lint cannot be installed: ${error.message}`;
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

it('is clean in regions of each partition', async () => {
  expect(await lint(await readFile(TEMPLATE, 'utf8'))).toEqual([]);
});

it.each([
  ['a property that there is not', 'MaxSessionDuration:', 'MaxSesionDuration:', 'E3002'],
  ['a reference to nothing', '!Ref ExternalId,', '!Ref ExternallId,', 'E1020'],
  ['a retention that CloudWatch does not know', 'Default: 90', 'Default: 91', 'E2015'],
  [
    'a resource that may be missing',
    'LogGroupName: !If [MakesGroups, !Ref ApplicationLogGroup, !Ref',
    'LogGroupName: !If [NamesKey, !Ref ApplicationLogGroup, !Ref',
    'W1001',
  ],
])('would find %s', async (_what, from, to, rule) => {
  const template = await readFile(TEMPLATE, 'utf8');
  expect(template).toContain(from);
  expect(await lint(template.replace(from, to))).toContainEqual(expect.stringContaining(rule));
});

/** @returns `<line> <rule> <message>` of each finding. */
async function lint(template: string): Promise<string[]> {
  const file = join(folder, 'template.yaml');
  await writeFile(file, template);
  const regions = ['us-east-1', 'eu-west-1', 'us-gov-west-1', 'cn-north-1'];
  // Not by its script, which names the folder that it was installed in, and that has been renamed since.
  const args = [
    '-c',
    'from cfnlint import runner; runner.main()',
    '--format',
    'json',
    '--include-checks',
    'I',
    '--regions',
    ...regions,
    '--template',
    file,
  ];
  // It ends with another code than 0 for findings.
  const output = await new Promise<string>((resolve, reject) => {
    execFile(python, args, { timeout: 120_000 }, (error, stdout, stderr) =>
      stdout === '' && error ? reject(new Error(stderr)) : resolve(stdout),
    );
  });
  return (JSON.parse(output) as Finding[]).map(({ Location, Rule, Message }) => `${Location.Start.LineNumber} ${Rule.Id} ${Message}`);
}

interface Finding {
  readonly Location: { readonly Start: { readonly LineNumber: number } };
  readonly Rule: { readonly Id: string };
  readonly Message: string;
}
