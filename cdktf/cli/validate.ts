/** `validate`: Terraform's own check of every stack of every environment, each alone. It needs no account, and reads no state. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { STACKS, type Environment } from '../config.ts';
import { loadEnvironments } from '../load.ts';
import { stackId } from '../stacks/stack.ts';
import { folderOf, named, synthesize } from './selection.ts';
import { requireTerraform, terraform } from './terraform.ts';

/** The provider takes some 0.6 GB and a core. */
const AT_ONCE = 2;

/** @param names none: all environments. @throws CliError with Terraform's words when a stack is not valid. */
export async function validate(names: readonly string[]): Promise<void> {
  const all = await loadEnvironments();
  const chosen = names.length === 0 ? all : names.map((name) => named(all, name));
  await requireTerraform();
  const out = await mkdtemp(join(tmpdir(), 'logferry-validate-'));
  try {
    const whole = chosen.map(withEveryStack);
    synthesize(whole, out);
    const stacks = whole.flatMap((one) => one.stacks.map((kind) => ({ id: stackId(one.name, kind), folder: folderOf(out, one, kind) })));
    // One after the other: Terraform's cache of providers is not safe for two at once.
    for (const { folder } of stacks) await terraform(folder, ['init', '-backend=false', '-input=false', '-no-color'], { capture: true });
    await pLimit(AT_ONCE).map(stacks, check);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** Also those that the environment does not use: they must stay fit to be turned to. */
function withEveryStack(environment: Environment): Environment {
  const made = STACKS.filter((kind) => environment.stacks.includes(kind) || !(kind in environment.existing));
  return { ...environment, stacks: made, allowWorkerAndLambda: true };
}

async function check({ id, folder }: { readonly id: string; readonly folder: string }): Promise<void> {
  const { warning_count: warnings } = JSON.parse(await terraform(folder, ['validate', '-json'], { capture: true })) as {
    readonly warning_count: number;
  };
  process.stdout.write(`${id.padEnd(24)} valid${warnings === 0 ? '' : `, ${warnings} warnings`}\n`);
}
