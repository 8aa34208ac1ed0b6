/** The customer module in a folder of its own, and Terraform in it, as a customer would run it. The repository's own folder is never written to. */
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { findTerraform } from '../../infra/terraform.ts';

const MODULE = join(import.meta.dirname, '..', '..', '..', 'customer-module');
/** An emulator that does not answer would be waited for without end. */
const STEP_TIMEOUT_MS = 200_000;
/** Left behind by whoever tried the module by hand. */
const LEFT_BEHIND = /\/\.terraform(\/|$)|\.lock\.hcl$|\.tfstate/;

export interface Ran {
  /** Undefined when it was killed. */
  readonly code: number | undefined;
  readonly output: string;
}

export class Terraform {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /**
   * Copies the module and initialises it, or one of its examples.
   * @param at the folder below the module's, such as `examples/complete`. @param more of the environment: credentials, TF_VAR_...
   * @throws Unavailable without Terraform and its provider.
   */
  static async prepare(folder: string, at = '.', more: Readonly<Record<string, string>> = {}): Promise<Terraform> {
    const found = await findTerraform(folder);
    const module = join(folder, 'customer-module');
    await cp(MODULE, module, { recursive: true, filter: (path) => !LEFT_BEHIND.test(path) });
    const terraform = new Terraform(join(module, at), { ...process.env, ...found, ...more, TF_IN_AUTOMATION: '1', TF_INPUT: '0' });
    await terraform.must('init', '-no-color');
    return terraform;
  }

  /** @throws Error with what it said, when it fails. @returns what it printed. */
  async must(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${output.slice(-4000)}`);
    return output;
  }

  async run(...args: readonly string[]): Promise<Ran> {
    const options = { cwd: this.#folder, env: this.#environment, timeout: STEP_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 };
    return await new Promise((resolve) => {
      const child = execFile('terraform', [...args], options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? undefined, output: `${stdout}${stderr}` }),
      );
    });
  }
}
