import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STACKS } from '../../cdktf/config.ts';
import { coreElsewhere, queueElsewhere } from './elsewhere.ts';
import { ACCOUNT, synthesize, type StackJson } from './synthesized.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const whole = { allowWorkerAndLambda: true };
const stacks = synthesize(whole, STACKS);

function keyed(kind: string) {
  return { s3: { bucket: 'states', key: `logferry/test/${kind}.tfstate`, region: 'eu-west-1', encrypt: true, use_lockfile: true } };
}

test('every resource bears Environment, Project and Stack', () => {
  for (const kind of STACKS) {
    expect(stacks[kind].provider.aws[0]).toMatchObject({
      default_tags: [{ tags: { Environment: 'test', Project: 'logferry', Stack: kind } }],
    });
  }
});

test('credentials of another account are refused before anything is made', () => {
  for (const kind of STACKS) expect(stacks[kind].provider.aws[0]).toMatchObject({ allowed_account_ids: ['111122223333'] });
});

test('the state is kept beside the project by default, by a path that is the same on every machine', () => {
  expect(stacks.core.terraform['backend']).toEqual({ local: { path: '../../../terraform.state/test/core.tfstate' } });
});

test('the state is kept in a bucket where one is named, encrypted, locked by a file in it, apart for each stack', () => {
  const state = { bucket: 'states', region: 'eu-west-1' };
  const remote = synthesize({ state });
  expect(remote.core.terraform['backend']).toEqual(keyed('core'));
  expect(remote.worker.terraform['backend']).toEqual(keyed('worker'));
  // What one stack reads of another is found there too.
  expect(JSON.stringify(remote.queue.data?.['terraform_remote_state'])).toContain('logferry/test/core.tfstate');
});

test('the same input synthesizes the same bytes, wherever it is written and run', () => {
  const elsewhere = process.cwd();
  try {
    process.chdir('/');
    expect(synthesize(whole, STACKS)).toEqual(stacks);
  } finally {
    process.chdir(elsewhere);
  }
  expect(JSON.stringify(stacks)).not.toContain(ROOT);
});

test('a setting that the worker would not start with is refused before anything is written', () => {
  expect(() => synthesize({ worker: { settings: { CONCURRENCY: '0' } } })).toThrow(
    /environments\.test: .*CONCURRENCY is "0"; expected a whole number/,
  );
});

test('no secret is ever in a state: nothing that makes or reads one is synthesized', () => {
  const types = STACKS.flatMap((kind) => [...typesOf(stacks[kind].resource), ...typesOf(stacks[kind].data)]);
  expect(types.filter((type) => /secret|password|access_key|ssm_parameter|login_profile|ecr_authorization/.test(type))).toEqual([]);
});

test('a stack can be built on a core and a queue that were made elsewhere, and then reads no state', () => {
  const existing = { core: coreElsewhere(ACCOUNT, 'eu-central-1'), queue: queueElsewhere(ACCOUNT, 'eu-central-1') };
  const { worker } = synthesize({ existing }, ['worker']);
  expect(JSON.stringify(worker)).toContain('their-tenants');
  expect(worker.data?.['terraform_remote_state']).toBeUndefined();
});

// hcl2json, of the same makers, reads the customer's module in a test: a parser, which knows nothing of CDKTF.
test('nothing but cdktf/ knows CDKTF: not the worker, not the tests, not the tools', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const knows = files.filter((file) =>
    /from ['"](cdktf|constructs|@cdktf\/(?!hcl2json)[^'"]*)['"]/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(knows).not.toEqual([]);
  expect(knows.filter((file) => !file.startsWith('cdktf/'))).toEqual([]);
  expect(readFileSync(join(ROOT, 'package.json'), 'utf8')).not.toMatch(/"(cdktf|constructs|@cdktf\/(?!hcl2json)[^"]*)": "/);
});

test('only deep imports of the provider: the whole of it takes seconds and 700 MB', () => {
  const folder = join(ROOT, 'cdktf');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('node_modules'),
  );
  const whole = files.filter((file) =>
    /from '@cdktf\/provider-aws(?!\/lib\/[\w-]+\/index\.js)/.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(whole).toEqual([]);
});

function typesOf(section: StackJson['resource']): string[] {
  return Object.keys(section ?? {});
}
