/** Runs Terraform (or whatever TERRAFORM_BINARY_NAME names, as for `cdktf` itself) in a stack's folder. It never answers a question of Terraform's. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { CliError } from './error.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The provider weighs some 600 MB: it is kept once and not once a stack. */
const PLUGIN_CACHE = join(ROOT, '.logferry', 'terraform-plugins');
/** With the lock file of the S3 backend. */
const OLDEST = [1, 10] as const;
/** What Terraform says at once when a signal reaches it, and how long it is given to say it: https://github.com/hashicorp/terraform/blob/v1.11.4/internal/command/views/operation.go */
const INTERRUPTED = 'Interrupt received';
const GRACE_MS = 1000;
/** What it says of a stack that reads from one which was never applied. */
const NO_STATE = 'Unable to find remote state';
const READS_OTHERS = 'it reads what another stack made, and that one is not deployed yet (docs/deployment.md has their order)';

/** @returns what it printed on standard output, when `capture`; else it prints to the terminal. @throws CliError when it fails, is told to stop or is not there. */
export async function terraform(folder: string, args: readonly string[], { capture = false } = {}): Promise<string> {
  // On a terminal it shows itself; elsewhere we read along, to see whether a signal has reached it.
  const output = capture || !process.stdin.isTTY ? 'pipe' : 'inherit';
  const child = spawn(binary(), args, { cwd: folder, stdio: ['inherit', output, 'pipe'], env: environment() });
  const said = heard(child.stdout, capture ? undefined : process.stdout);
  const warned = heard(child.stderr, capture ? undefined : process.stderr);
  const signals = new Interruption(child, () => Buffer.concat(said).includes(INTERRUPTED));
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const text = Buffer.concat(said).toString();
    if (code === 0 && signals.told === undefined) return text;
    const fault = Buffer.concat(warned).toString();
    const why = capture ? `${text}${fault}` : fault.includes(NO_STATE) ? READS_OTHERS : '';
    const end = `${code ?? signal}${signals.told === undefined ? '' : ` after ${signals.told}`}`;
    throw new CliError(`\`${binary()} ${args[0]}\` ended with ${end} in ${folder}${why === '' ? '' : `:\n${why}`}`);
  } catch (error) {
    throw isMissing(error) ? new CliError(`${binary()} is not on PATH: https://developer.hashicorp.com/terraform/install`) : error;
  } finally {
    signals.close();
  }
}

/** Not a pipe: that would come to a halt, and Terraform with it, when whoever reads `shown` leaves. */
function heard(stream: Readable | null, shown: Writable | undefined): Buffer[] {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    shown?.write(chunk);
  });
  return chunks;
}

/**
 * Hands a signal on to Terraform, so that it ends what it is at and writes its state; but once, and not where it has come to it already by the terminal or to the
 * whole process group, as CI systems and timeout(1) send it: at the second one Terraform leaves without writing its state.
 */
class Interruption {
  told: NodeJS.Signals | undefined;
  readonly #child: ChildProcess;
  readonly #knows: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, knows: () => boolean) {
    [this.#child, this.#knows] = [child, knows];
    process.on('SIGINT', this.#onSignal).on('SIGTERM', this.#onSignal);
  }

  close(): void {
    clearTimeout(this.#timer);
    process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const isFirst = this.told === undefined;
    this.told ??= signal;
    // A Ctrl-C goes to Terraform by the terminal itself.
    if (!isFirst || (signal === 'SIGINT' && process.stdin.isTTY)) return;
    this.#timer = setTimeout(() => this.#knows() || this.#child.kill('SIGTERM'), GRACE_MS);
  };
}

/** @throws CliError when it is missing, or too old for the state's lock file. */
export async function requireTerraform(): Promise<void> {
  const version = versionIn(await terraform(ROOT, ['version', '-json'], { capture: true }));
  if (version === undefined) throw new CliError(`${binary()} tells no version, ${OLDEST.join('.')} or later is needed: is it Terraform?`);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new CliError(`${binary()} is ${version}; ${OLDEST.join('.')} or later is needed`);
  }
}

function versionIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { terraform_version?: string }).terraform_version;
  } catch {
    return undefined;
  }
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
