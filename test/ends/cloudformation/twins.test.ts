/**
 * The template and the Terraform module make the same: trust, permissions, groups, and what watches them. The template's documents are those that its stack has
 * in an emulated AWS; the module's are what Terraform plans in the same account.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resolve, type Values } from '../../customer-module/cloudformation/resolve.ts';
import { readTemplate } from '../../customer-module/cloudformation/template.ts';
import { startMoto, type Moto } from '../../infra/emulator/moto.ts';
import { Unavailable } from '../../witness/witness.ts';
import { Terraform } from '../customer-module/terraform.ts';
import { ofPlan, ofTemplate, type Documents, type Plan } from './documents.ts';
import { PACKAGES } from './packages.ts';
import { byName, createStack, customer, deleteStack, groupsIn, roleIn, type Customer } from './stack.ts';
import { VARIANTS, type Variant } from './variants.ts';

const REGION = 'eu-west-1';
const STACK = 'logferry';

let folder = '';
let moto: Moto;
/** Why none can run. */
let hindrance: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-twins-'));
  try {
    moto = await startMoto(undefined, PACKAGES);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
  }
});

afterAll(async () => {
  await moto?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

describe.each(Object.entries(VARIANTS))('%s', (_name, { account, parameters, variables }) => {
  const expected = (): Documents => ofTemplate(resolve(readTemplate(), parameters, { account, region: REGION, stack: STACK }));

  test('a stack has just what the template says', async () => {
    const by = await customer(moto.endpoint, account, REGION);
    const outputs = await createStack(by, STACK, parameters);
    const { role, policies, groups } = expected();
    const { description: _, ...told } = role;
    expect(await roleIn(by, role.name as string)).toEqual({ ...told, policies });
    expect(await groupsIn(by)).toEqual(
      byName(Object.entries(groups).map(([name, { retentionDays }]) => ({ name, retentionDays: retentionDays as number | undefined }))),
    );
    expect(outputs).toEqual(resolve(readTemplate(), parameters, { account, region: REGION, stack: STACK }).outputs);
    await removed(by, parameters);
  });

  test('Terraform plans the same', async (context) => {
    const plan = await planned({ account, parameters, variables }).catch((error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      return context.skip(error.message);
    });
    expect(ofPlan(plan)).toEqual(expected());
  });
});

/** The role goes with the stack. */
async function removed(by: Customer, { RoleName = 'CustomerLogDistribution' }: Values): Promise<void> {
  await deleteStack(by, STACK);
  await expect(roleIn(by, RoleName)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
}

async function planned({ account, variables }: Variant): Promise<Plan> {
  const { credentials } = await customer(moto.endpoint, account, REGION);
  const terraform = await Terraform.prepare(join(folder, account), '.', {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_REGION: REGION,
    AWS_MAX_ATTEMPTS: '2',
    ...Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  });
  await terraform.must('plan', '-no-color', '-out=plan');
  return JSON.parse(await terraform.must('show', '-json', 'plan')) as Plan;
}
