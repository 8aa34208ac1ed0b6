/**
 * `push`: builds the worker's image and hands it to the environment's repository, or prints the commands that do. The registry's password goes from the AWS CLI to
 * the engine by a pipe: it is never on a command line, in a variable or in a log.
 */
import type { Environment } from '../config.ts';
import { loadEnvironments } from '../load.ts';
import { CliError } from './error.ts';
import { run, shell, type Command } from './push/command.ts';
import { buildAndPush, login, restart, type Platform } from './push/commands.ts';
import { labels } from './push/provenance.ts';
import { checkRegistry } from './push/registry.ts';
import { rollOut } from './push/rollout.ts';
import { targetOf, type Target } from './push/target.ts';
import { findTools, type Engine } from './push/tools.ts';
import { named, requireAccount } from './selection.ts';

export { PLATFORMS } from './push/commands.ts';

export interface PushOptions {
  /** In place of the environment's imageTag, or package.json's version. */
  readonly tag?: string;
  readonly platform: Platform;
  /** Only prints the commands. */
  readonly print: boolean;
}

/** @throws CliError when nothing was pushed, and it was not only to be printed. */
export async function pushCommand(name: string, { tag, platform, print }: PushOptions): Promise<void> {
  const environment = named(await loadEnvironments(), name);
  requireAccount(environment);
  const target = targetOf(environment, tag);
  warn(environment, platform);
  const { engine, missing } = await findTools();
  const commands = [login(target, engine), ...buildAndPush(target, engine, platform, await labels())];
  if (print || missing.length > 0) process.stdout.write(toPaste(target, commands.map(shell)));
  if (print) return;
  if (missing.length > 0)
    throw new CliError(`nothing was pushed; the commands above do it where the tools are:\n  ${missing.join('\n  ')}`);
  await checkRegistry(target);
  say(`${target.image} (${platform}, by ${engine})`);
  for (const command of commands) await run(command).catch((error: unknown) => explain(error, command, engine, platform));
  say(`pushed ${target.image}`);
  process.stdout.write(`${await rollOut(target, tag === undefined || tag === targetOf(environment).tag)}\n`);
}

function toPaste(target: Target, lines: readonly string[]): string {
  const after = restart(target).map(shell);
  const comment = '# Once the service is deployed: one that found no image has given up, and starts anew.\n';
  return `# In the repository's folder:\n${lines.join('\n')}\n${after.length === 0 ? '' : `${comment}${after.join('\n')}\n`}`;
}

function warn({ name }: Environment, platform: Platform): void {
  if (platform !== 'linux/arm64')
    process.stderr.write(`logferry: the stacks of ${name} run linux/arm64; an image for ${platform} does not start there\n`);
}

/** @throws the error, with the usual cause where the engine only says "exec format error". */
function explain(error: unknown, { words }: Command, engine: Engine, platform: Platform): never {
  const isForeign = !platform.endsWith(process.arch === 'x64' ? 'amd64' : process.arch);
  if (!(error instanceof CliError) || !isForeign || !words.includes('build')) throw error;
  throw new CliError(
    `${error.message}\nThis machine is no ${platform}: if ${engine} said "exec format error", it needs QEMU's handlers first, see https://docs.docker.com/build/building/multi-platform/#qemu`,
  );
}

function say(line: string): void {
  process.stdout.write(`\n=== ${line}\n`);
}
