/** The command line as it is typed, in a process of its own. What it does to an account is shown by test/infra. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'cdktf', 'cli', 'main.ts');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logferry-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    input: '',
  });
  return { status, stdout, stderr };
}

/** @returns the path of a module of environments. */
function environments(text: string): Readonly<Record<string, string>> {
  const file = join(folder, `environments-${Math.random().toString(36).slice(2)}.ts`);
  writeFileSync(file, text);
  return { LOGFERRY_ENVIRONMENTS: file };
}

const OURS = `export const project = 'ours'; export const environments = { here: { account: '111122223333', region: 'eu-west-1' } };`;

test('synth writes the files of each stack where it is told to, for the environments it is told of', () => {
  const out = join(folder, 'out');
  const { status, stdout } = run(['synth', '--out', out], environments(OURS));
  expect(status).toBe(0);
  const files = ['core', 'queue', 'worker'].map((kind) => join(out, 'stacks', `here-${kind}`, 'cdk.tf.json'));
  expect(stdout.trim().split('\n')).toEqual(files);
  for (const file of files) expect(existsSync(file)).toBe(true);
});

describe.each<[string, string[], string | undefined, number, RegExp]>([
  ['an environment that there is not', ['deploy', 'live', '--yes'], OURS, 1, /no environment is called live; there are here/],
  ['a stack that there is not', ['deploy', 'here', 'web', '--yes'], OURS, 1, /here has no stack web, it has core, queue, worker\n/],
  [
    'a stack that the environment does not use',
    ['deploy', 'here', 'lambda', '--yes'],
    OURS,
    1,
    /add it to environments\.here\.stacks first/,
  ],
  ['the placeholder account', ['deploy', 'production', '--yes'], undefined, 1, /environments\.production\.account .* placeholder/],
  ['nobody to approve', ['destroy', 'here'], OURS, 1, /nobody is there to approve/],
  ['what holds data', ['destroy', 'here', '--yes'], OURS, 1, /set environments\.here\.expendable to true, deploy core, then destroy/],
  ['no environment', ['deploy'], OURS, 64, /missing required argument 'environment'/],
  ['a wrong configuration', ['synth'], OURS.replace('eu-west-1', 'Dublin'), 64, /environments\.here\.region: a region such as us-east-1/],
  ['a file that exports nothing', ['synth'], 'export {};', 64, /exports no `project` and `environments`/],
  ['a file that does not run', ['synth'], 'export const project = ;', 64, /environments-\w+\.ts: /],
])('%s', (_, args, text, code, message) => {
  test(`ends with ${code} and says what is wrong`, () => {
    const out = ['--out', join(folder, 'unused')];
    const { status, stderr } = run([...args, ...out], text === undefined ? {} : environments(text));
    expect({ status, stderr }).toEqual({ status: code, stderr: expect.stringMatching(message) as string });
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

test('without Terraform it says where to get it', () => {
  const missing = { ...environments(OURS), TERRAFORM_BINARY_NAME: 'terraform-that-is-not-there' };
  const { status, stderr } = run(['deploy', 'here', '--yes', '--out', join(folder, 'none')], missing);
  expect(status).toBe(1);
  expect(stderr).toMatch(/terraform-that-is-not-there is not on PATH: https:/);
});

test.each<[string, string, number, RegExp]>([
  ['that is too old', `echo '{"terraform_version":"1.9.8"}'`, 0o755, /is 1\.9\.8; 1\.10 or later is needed/],
  ['that is something else', 'echo nothing', 0o755, /tells no version/],
  ['that may not be run', 'true', 0o644, /EACCES/],
])('a Terraform %s is refused in a line', (_, body, mode, message) => {
  const file = join(folder, `terraform-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode });
  const { status, stderr } = run(['deploy', 'here', '--yes', '--out', join(folder, 'none')], {
    ...environments(OURS),
    TERRAFORM_BINARY_NAME: file,
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) as string });
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

/** In place of Terraform: it plans whatever it is asked to, and has put out so much. @returns its path. */
function planner(outputs: object): string {
  const file = join(folder, `planner-${Object.keys(outputs).length}`);
  const answers = [
    `version) echo '{"terraform_version":"1.11.0"}'`,
    `output) echo '${JSON.stringify(outputs)}'`,
    'plan) echo "planned $(basename "$PWD")"',
  ];
  writeFileSync(file, `#!/bin/sh\ncase "$1" in\n${answers.map((one) => `${one};;`).join('\n')}\nesac\n`);
  chmodSync(file, 0o755);
  return file;
}

test.each<[string, object, string[]]>([
  ['in an empty account shows core, as the others cannot be planned before it is there', {}, ['planned here-core']],
  ['shows every stack once core is there', { bucket_name: {} }, ['planned here-core', 'planned here-queue', 'planned here-worker']],
])('deploy --plan %s', (_, outputs, planned) => {
  const out = join(folder, 'plans');
  const { status, stdout } = run(['deploy', 'here', '--plan', '--out', out], {
    ...environments(OURS),
    TERRAFORM_BINARY_NAME: planner(outputs),
  });
  expect(status).toBe(0);
  expect(stdout.split('\n').filter((line) => line.startsWith('planned'))).toEqual(planned);
});

test.each<[string, object, number]>([
  ['is refused while a stack is there that is built on it, which could not be destroyed afterwards', { vpc_id: {} }, 1],
  ['goes on once it is the last', {}, 0],
])('destroy of core alone %s', (_, outputs, code) => {
  const expendable = OURS.replace('region:', 'expendable: true, region:');
  const { status, stderr } = run(['destroy', 'here', 'core', '--yes', '--out', join(folder, 'destroyed')], {
    ...environments(expendable),
    TERRAFORM_BINARY_NAME: planner(outputs),
  });
  expect(status).toBe(code);
  expect(stderr).toMatch(code === 0 ? /^$/ : /queue is still there, and is built on core: destroy it first, or all at once/);
});
