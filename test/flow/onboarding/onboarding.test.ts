/**
 * docs/onboarding.md, walked: its commands as they stand there, by the operator of an emulated central side and by two customers who apply in accounts of their
 * own, one by Terraform, one by CloudFormation.
 */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Cause, Check } from '../../../cli/verify/check.ts';
import { startLocalAws, type LocalAws } from '../../../local/aws.ts';
import { startFaults, type Faults } from '../../../local/faults/faults.ts';
import type { WorkerProcess } from '../../../local/worker-process.ts';
import { PACKAGES } from '../../ends/cloudformation/packages.ts';
import type { Handshake } from '../../ends/delivery.ts';
import { startMoto, type Moto } from '../../infra/emulator/moto.ts';
import { findTerraform } from '../../infra/terraform.ts';
import { embeddedTarget } from '../../support/embedded.ts';
import { PATIENCE, Stage } from '../../support/stage.ts';
import { virtualEnvironment } from '../../witness/setup/python.ts';
import { Unavailable } from '../../witness/witness.ts';
import { Customer } from './customer.ts';
import { FAULTS } from './faults.ts';
import { readFaults, readPage, type Step, type Way } from './page.ts';
import { Shell } from './shell.ts';

const REGION = 'eu-west-1';
/** The page's own. */
const TENANT = 'acme-corp';

let folder = '';
let local: LocalAws;
let moto: Moto;
/** Between the operator and the emulator. */
let faults: Faults;
let stage: Stage;
let page: Step[];
/** What each way needs beside its keys. */
let tools: Readonly<Record<Way, Record<string, string>>>;
/** Why the rest cannot run. */
let hindrance: string | undefined;

beforeAll(async () => {
  page = await readPage();
  folder = await mkdtemp(join(tmpdir(), 'logferry-onboarding-'));
  try {
    const python = await virtualEnvironment('awscli', join(import.meta.dirname, 'requirements.txt'));
    tools = { terraform: await findTerraform(folder), cloudformation: { PATH: `${dirname(python)}:${process.env['PATH']}` } };
    moto = await startMoto(undefined, PACKAGES);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
    return;
  }
  local = await startLocalAws();
  faults = await startFaults({ target: local.endpoint });
  stage = await Stage.open(embeddedTarget(() => local));
});

afterAll(async () => {
  await stage?.close();
  await faults?.stop();
  await local?.stop();
  await moto?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

test('the page names the faults that are tried here', async () => {
  expect(await readFaults()).toEqual(Object.keys(FAULTS));
});

describe.each<{ way: Way; tenant: string; account: string }>([
  { way: 'terraform', tenant: TENANT, account: '222222222222' },
  { way: 'cloudformation', tenant: 'globex', account: '333333333333' },
])('a customer who uses $way', ({ way, tenant, account }) => {
  let desk: string;
  let customer: Customer;
  let operator: Shell;
  let worker: WorkerProcess;

  beforeAll(async () => {
    if (hindrance !== undefined) return;
    desk = join(folder, way);
    await mkdir(desk);
    customer = await Customer.open({ moto: moto.endpoint, local, account, region: REGION });
    operator = new Shell(desk, operatorsEnvironment());
    worker = stage.worker();
    await worker.ready();
  });

  afterAll(async () => {
    await worker?.stop();
  });

  test('walks the page, from nothing to a line that they read in their own account', async () => {
    for (const { who, way: only, commands } of page) {
      if (only !== undefined && only !== way) continue;
      for (const command of commands.map((text) => text.replaceAll(TENANT, tenant))) {
        if (who === 'operator') await operator.must(command);
        else if (only === undefined) await read(command);
        else await apply(command);
      }
    }
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
  });

  test.each(Object.entries(FAULTS))('%s: verify is red and says so, and green once mended as it says', async (_, fault) => {
    await fault.make?.(customer);
    if (fault.row !== undefined) await operator.must(`logferry tenant set ${tenant} ${fault.row}`);
    if (fault.byRole) await writeFile(join(desk, 'role.json'), customer.role.document());
    faults.rules.set(fault.rule === undefined ? [] : [fault.rule]);
    const verify = `logferry tenant verify ${tenant} --reveal ${fault.byRole ? '--role-document role.json' : ''}`;
    const { code, stdout } = await operator.run(`${verify} --json`);
    expect(code).toBe(1);
    const found = (JSON.parse(stdout) as Check[]).find(({ outcome }) => outcome === 'red' || outcome === 'unknown');
    expect(found).toMatchObject({ check: fault.check, causes: expect.arrayContaining([fault.cause]) as Cause[] });
    faults.rules.clear();
    await mend(found as Check);
    expect(await operator.must(`logferry tenant verify ${tenant}`)).toContain('the worker can deliver');
  });

  /** By what it says, whoever has to do it; the rest passes by itself. */
  async function mend({ causes = [], fix = { side: 'customer', does: '' } }: Check): Promise<void> {
    const { document, statement, command = '' } = fix;
    if (causes.includes('role-missing')) customer.role.restore();
    else if (command.startsWith('logferry tenant set')) await operator.must(command);
    else if (command.startsWith('aws logs')) await readersShell().must(command);
    else if (document !== undefined) customer.role.setTrust(document);
    else if (causes.includes('tag-session')) customer.role.addToTrust(statement ?? {});
    else if (causes.includes('logs-permission')) customer.role.allow(statement ?? {});
  }

  /** In what they were sent; what they send back lies on the operator's desk then. */
  async function apply(command: string): Promise<void> {
    const at = join(desk, tenant);
    await new Shell(at, { ...customer.environment, ...tools[way] }).must(command);
    if (!command.includes('handshake.json')) return;
    const file = join(desk, 'handshake.json');
    await rename(join(at, 'handshake.json'), file);
    await customer.carryOver(JSON.parse(await readFile(file, 'utf8')) as Handshake);
  }

  async function read(command: string): Promise<void> {
    await vi.waitFor(async () => expect(await readersShell().must(command)).toContain('the first line'), { ...PATIENCE, interval: 500 });
  }

  function readersShell(): Shell {
    return new Shell(desk, { ...tools.cloudformation, ...customer.readerEnvironment });
  }
});

/** As the page's `export` lines have it. */
function operatorsEnvironment(): Record<string, string> {
  const { cloud, table, roleArn, bucket } = stage.central;
  return {
    AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey,
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL: faults.endpoint,
    TENANT_CONFIG_TABLE: table,
    CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: roleArn,
    S3_BUCKET_NAME: bucket,
  };
}
