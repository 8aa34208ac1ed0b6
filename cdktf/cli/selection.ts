/** Which environment and which of its stacks a command is about, checked; and writes their Terraform files. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildApp } from '../app.ts';
import { PLACEHOLDER_ACCOUNT, STACKS, type Environment, type StackKind } from '../config.ts';
import { loadEnvironments, version } from '../load.ts';
import { stackId } from '../stacks/stack.ts';
import { CliError } from './error.ts';

/** In the order in which they are deployed: each is built on those before it. */
export interface Selection {
  readonly environment: Environment;
  readonly stacks: readonly { readonly kind: StackKind; readonly folder: string }[];
}

/** Where `cdktf` writes, too. */
export const OUT = 'cdktf.out';

/**
 * Synthesizes everything, as a stack reads the states of others.
 * @param kinds none: all that the environment has. @param out a folder; a local state is kept beside it.
 * @throws CliError when there is no such environment or stack.
 */
export async function select(name: string, kinds: readonly string[], out: string): Promise<Selection> {
  const environments = await loadEnvironments();
  const environment = named(environments, name);
  const wanted = kinds.length === 0 ? environment.stacks : kinds.map((kind) => stackOf(environment, kind));
  synthesize(environments, out);
  const ordered = STACKS.filter((kind) => wanted.includes(kind));
  return { environment, stacks: ordered.map((kind) => ({ kind, folder: folderOf(out, environment, kind) })) };
}

export function named(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((one) => one.name === name);
  if (found === undefined)
    throw new CliError(`no environment is called ${name}; there are ${environments.map((one) => one.name).join(', ')}`);
  return found;
}

function stackOf({ name, stacks }: Environment, kind: string): StackKind {
  const found = stacks.find((one) => one === kind);
  if (found !== undefined) return found;
  const hint = STACKS.some((one) => one === kind) ? `; add it to environments.${name}.stacks first` : '';
  throw new CliError(`${name} has no stack ${kind}, it has ${stacks.join(', ')}${hint}`);
}

export function synthesize(environments: readonly Environment[], out: string): void {
  mkdirSync(resolve(out), { recursive: true });
  buildApp(environments, version(), { outdir: resolve(out) }).synth();
}

export function folderOf(out: string, environment: Environment, kind: StackKind): string {
  return join(resolve(out), 'stacks', stackId(environment.name, kind));
}

/** @throws CliError for the account that is nobody's. */
export function requireAccount({ account, name }: Environment): void {
  if (account !== PLACEHOLDER_ACCOUNT) return;
  throw new CliError(
    `environments.${name}.account in cdktf/environments.ts is still the placeholder: set the 12 digits of your account, and the region`,
  );
}
