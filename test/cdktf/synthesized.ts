/** Synthesizes an environment as `npm run synth` does, and reads what came out: what Terraform is given, not what the code meant. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../cdktf/app.ts';
import { checkEnvironments, type EnvironmentsInput, type StackKind } from '../../cdktf/config.ts';
import { stackId } from '../../cdktf/stacks/stack.ts';

export type Json = Record<string, unknown>;

export interface StackJson {
  readonly terraform: Json;
  readonly provider: { readonly aws: readonly Json[] };
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly output?: Readonly<Record<string, Json>>;
}

export const ACCOUNT = '111122223333';

/** @param input over an account, a region and the stacks named. @returns the JSON of each stack of the one environment, named `test`. */
export function synthesize(
  input: Partial<EnvironmentsInput[string]> = {},
  stacks: readonly StackKind[] = ['core', 'queue', 'worker'],
  project = 'logferry',
): Readonly<Record<StackKind, StackJson>> {
  const environments = { test: { account: ACCOUNT, region: 'eu-central-1', stacks: [...stacks], ...input } };
  const outdir = mkdtempSync(join(tmpdir(), 'logferry-synth-'));
  try {
    buildApp(checkEnvironments(project, environments), '1.2.3', { outdir }).synth();
    return Object.fromEntries(stacks.map((kind) => [kind, readStack(outdir, kind)])) as Record<StackKind, StackJson>;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function readStack(outdir: string, kind: StackKind): StackJson {
  return JSON.parse(readFileSync(join(outdir, 'stacks', stackId('test', kind), 'cdk.tf.json'), 'utf8')) as StackJson;
}

/** Every resource of a type, by its logical name. */
export function resources(stack: StackJson, type: string): Readonly<Record<string, Json>> {
  return stack.resource?.[type] ?? {};
}

/** The one resource of a type that `wanted` fits; fails when there is none or more than one. */
export function resource(stack: StackJson, type: string, wanted: (one: Json) => boolean = () => true): Json {
  const found = Object.values(resources(stack, type)).filter(wanted);
  if (found.length !== 1) throw new Error(`${found.length} of ${Object.keys(resources(stack, type)).length} ${type} fit, not one`);
  return found[0]!;
}
