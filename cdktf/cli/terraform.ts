/** Runs Terraform (or whatever TERRAFORM_BINARY_NAME names, as for `cdktf` itself) in a stack's folder. It never answers a question of Terraform's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from './error.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The provider weighs some 600 MB: it is kept once and not once a stack. */
const PLUGIN_CACHE = join(ROOT, '.logferry', 'terraform-plugins');
/** With the lock file of the S3 backend. */
const OLDEST = [1, 10] as const;

/** @returns what it printed on standard output, when `capture`; else it prints to the terminal. @throws CliError when it fails or is not there. */
export async function terraform(folder: string, args: readonly string[], { capture = false } = {}): Promise<string> {
  const child = spawn(binary(), args, {
    cwd: folder,
    stdio: ['inherit', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
    env: environment(),
  });
  // A Ctrl-C reaches Terraform by the terminal itself; sent on, it would be a second one, which makes it leave without writing its state.
  const stop = () => child.kill('SIGTERM');
  process.on('SIGINT', goOn).on('SIGTERM', stop);
  const [said, warned]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => warned.push(chunk));
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const text = Buffer.concat(said).toString();
    if (code === 0) return text;
    const all = `${text}${Buffer.concat(warned).toString()}`;
    throw new CliError(`\`${binary()} ${args[0]}\` ended with ${code ?? signal} in ${folder}${all === '' ? '' : `:\n${all}`}`);
  } catch (error) {
    throw isMissing(error) ? new CliError(`${binary()} is not on PATH: https://developer.hashicorp.com/terraform/install`) : error;
  } finally {
    process.off('SIGINT', goOn).off('SIGTERM', stop);
  }
}

/** @throws CliError when it is missing, or too old for the state's lock file. */
export async function requireTerraform(): Promise<void> {
  const { terraform_version: version = '' } = JSON.parse(await terraform(ROOT, ['version', '-json'], { capture: true })) as {
    terraform_version?: string;
  };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new CliError(`${binary()} is ${version}; ${OLDEST.join('.')} or later is needed`);
  }
}

function goOn(): void {
  // Terraform ends by itself, and then we do.
}

function binary(): string {
  return process.env['TERRAFORM_BINARY_NAME'] || 'terraform';
}

function environment(): NodeJS.ProcessEnv {
  const cache = process.env['TF_PLUGIN_CACHE_DIR'] ?? PLUGIN_CACHE;
  mkdirSync(cache, { recursive: true });
  return {
    ...process.env,
    TF_PLUGIN_CACHE_DIR: cache,
    // The folders are made anew by each synth, so there is no lock file to break; without this the cache is passed over.
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1',
    TF_IN_AUTOMATION: '1',
  };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
