/**
 * CDKTF's own command line on the smallest stack that stands alone, as those who know CDKTF will use it: the tool comes by npx, runs on Node 22, and finds
 * everything in cdktf.json. It writes to a folder of its own, so that the clone's cdktf.out and states are left alone.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coreElsewhere } from '../cdktf/elsewhere.ts';
import { Unavailable } from '../witness/witness.ts';
import { CENTRAL_ACCOUNT, startMoto, type Moto } from './emulator/moto.ts';
import { findTerraform } from './terraform.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const STACK = 'alone-queue';
/** The whole of it waits for queues, which take the provider 25 s each way. */
const TIMEOUT_MS = 8 * 60_000;
const run = promisify(execFile);

let folder = '';
let moto: Moto | undefined;
let unavailable: string | undefined;
let environment: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-cdktf-'));
  try {
    const found = await findTerraform(folder);
    moto = await startMoto();
    await makeHub(moto.endpoint);
    const file = join(folder, 'environments.ts');
    await writeFile(file, environments(moto.endpoint));
    environment = { ...process.env, ...found, LOGFERRY_ENVIRONMENTS: file, CI: '1', CDKTF_DISABLE_PLUGIN_CACHE_ENV: '1' };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    unavailable = error.message;
  }
});

afterAll(async () => {
  await moto?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A queue on a core that was made elsewhere: it reads no other state. */
function environments(endpoint: string): string {
  const core = coreElsewhere(CENTRAL_ACCOUNT, 'us-east-1');
  const alone = { account: CENTRAL_ACCOUNT, region: 'us-east-1', endpoint, stacks: ['queue'], existing: { core } };
  return `export const project = 'logferry';\nexport const environments = ${JSON.stringify({ alone }, undefined, 2)};\n`;
}

/** The one thing of that core which the queue subscribes to. */
async function makeHub(endpoint: string): Promise<void> {
  const sns = new SNSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  await sns.send(new CreateTopicCommand({ Name: 'their-hub' }));
  sns.destroy();
}

async function cdktf(command: string, ...args: string[]): Promise<string> {
  const output = join(folder, 'cdktf.out');
  await mkdir(output, { recursive: true });
  const all = ['--yes', '-p', 'node@22', '-p', 'cdktf-cli@0.21', 'cdktf', command, '--output', output, ...args];
  try {
    const { stdout, stderr } = await run('npx', all, { cwd: ROOT, env: environment, timeout: TIMEOUT_MS });
    return stripVTControlCharacters(`${stdout}${stderr}`);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`cdktf ${command} failed:\n${stdout.slice(-4000)}${stderr.slice(-2000)}`, { cause: error });
  }
}

test(
  'cdktf synth, diff, deploy and destroy work on a stack as on those of any CDKTF project',
  async (context) => {
    context.skip(unavailable !== undefined, unavailable);
    expect(await cdktf('synth')).toContain(`Generated Terraform code for the stacks: ${STACK}`);
    expect(await cdktf('diff', STACK, '--skip-synth', '--skip-provider-lock')).toMatch(/Plan: \d+ to add, 0 to change, 0 to destroy/);
    const deployed = await cdktf('deploy', STACK, '--skip-synth', '--auto-approve', '--skip-provider-lock');
    expect(deployed).toMatch(/Apply complete! Resources: \d+ added, 0 changed, 0 destroyed/);
    expect(deployed).toMatch(/queue_url = \S+logferry-alone-notifications/);
    expect(await cdktf('destroy', STACK, '--skip-synth', '--auto-approve', '--skip-provider-lock')).toMatch(
      /Destroy complete! Resources: [1-9]\d* destroyed/,
    );
  },
  TIMEOUT_MS,
);
