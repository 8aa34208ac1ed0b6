/** `deploy` and `destroy`: Terraform on each stack in its order, and then what to do next. Approval stays Terraform's own question, unless --yes. */
import { isExpendable, type Environment, type StackKind } from '../config.ts';
import { stackId } from '../stacks/stack.ts';
import { CliError } from './error.ts';
import { nextSteps } from './next-steps.ts';
import { folderOf, requireAccount, select, type Selection } from './selection.ts';
import { requireTerraform, terraform } from './terraform.ts';

export interface DeployOptions {
  readonly yes: boolean;
  /** Shows what would change and changes nothing. */
  readonly plan?: boolean;
  readonly out: string;
}

export async function deploy(name: string, kinds: readonly string[], options: DeployOptions): Promise<void> {
  const selection = await prepare(name, kinds, options);
  for (const { kind, folder } of selection.stacks) {
    say(`${stackId(name, kind)}: ${options.plan ? 'plan' : 'apply'}`);
    await terraform(folder, ['init', '-input=false', '-no-color'], { capture: true });
    if (!options.plan) await terraform(folder, ['apply', ...approval(options)]);
    else {
      await terraform(folder, ['plan', '-input=false']);
      if (kind === 'core' && !(await isDeployed(folder))) break;
    }
  }
  if (!options.plan) process.stdout.write(nextSteps(selection));
}

export async function destroy(name: string, kinds: readonly string[], options: DeployOptions): Promise<void> {
  const { environment, stacks } = await prepare(name, kinds, options);
  if (stacks.some(({ kind }) => kind === 'core')) {
    requireExpendable(environment);
    const kept = environment.stacks.filter((kind) => stacks.every((one) => one.kind !== kind));
    await requireNoneOf(environment, kept, options.out);
  }
  for (const { kind, folder } of stacks.toReversed()) {
    say(`${stackId(name, kind)}: destroy`);
    await terraform(folder, ['init', '-input=false', '-no-color'], { capture: true });
    await terraform(folder, ['destroy', ...approval(options)]);
  }
}

/** Terraform would refuse too, but not before the stacks in front of core were gone. */
function requireExpendable(environment: Environment): void {
  if (isExpendable(environment)) return;
  const { name } = environment;
  throw new CliError(
    `core holds logs, rows and images. To delete them all: set environments.${name}.expendable to true, deploy core, then destroy; or name the stacks to remove`,
  );
}

/** What is built on core reads its state, and can be neither changed nor destroyed once that is empty. */
async function requireNoneOf(environment: Environment, kinds: readonly StackKind[], out: string): Promise<void> {
  for (const kind of kinds) {
    const folder = folderOf(out, environment, kind);
    await terraform(folder, ['init', '-input=false', '-no-color'], { capture: true });
    if (await hasOutputs(folder)) throw new CliError(`${kind} is still there, and is built on core: destroy it first, or all at once`);
  }
}

/** The other stacks read what it made from its state, and Terraform refuses to plan them before there is one. */
async function isDeployed(core: string): Promise<boolean> {
  if (await hasOutputs(core)) return true;
  say('core is not deployed yet: what is built on it can be planned once it is');
  return false;
}

/** Whether a stack has been applied, and not destroyed since. */
async function hasOutputs(folder: string): Promise<boolean> {
  return (await terraform(folder, ['output', '-json'], { capture: true })).trim() !== '{}';
}

async function prepare(name: string, kinds: readonly string[], { yes, plan, out }: DeployOptions): Promise<Selection> {
  if (!yes && !plan && !process.stdin.isTTY)
    throw new CliError('nobody is there to approve (no terminal): give --yes, or --plan to only look');
  const selection = await select(name, kinds, out);
  requireAccount(selection.environment);
  await requireTerraform();
  return selection;
}

/** Terraform asks by itself where a terminal is. */
function approval({ yes }: DeployOptions): string[] {
  return yes ? ['-input=false', '-auto-approve'] : [];
}

function say(line: string): void {
  process.stdout.write(`\n=== ${line}\n`);
}
