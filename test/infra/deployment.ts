/**
 * One deployment in an emulator, in a folder of its own: environments file, synthesized stacks and states. It goes by the front door, `npm run deploy`, and leaves
 * the repository's cdktf.out and terraform.state alone. Each step has a time-out: an emulator that does not answer would be waited for without end.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentsInput, StackKind } from '../../cdktf/config.ts';
import { CENTRAL_ACCOUNT } from './emulator/moto.ts';
import { findTerraform } from './terraform.ts';

const CLI = join(import.meta.dirname, '..', '..', 'cdktf', 'cli', 'main.ts');
/** Core takes 75 s on idle cores, waiting most of the time. */
const STEP_TIMEOUT_MS = 300_000;
/** Of a failed step: Terraform says what is wrong at its end. */
const TAIL = 4000;

export const PROJECT = 'lf';
export const ENVIRONMENT = 'proof';
export const REGION = 'us-east-1';

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

export class Deployment {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** @param more of the environment, beside account, region and endpoint. @throws Unavailable without Terraform and its provider. */
  static async prepare(folder: string, endpoint: string, more: Partial<EnvironmentsInput[string]>): Promise<Deployment> {
    const terraform = await findTerraform(folder);
    const file = join(folder, 'environments.mjs');
    const environments: EnvironmentsInput = { [ENVIRONMENT]: { account: CENTRAL_ACCOUNT, region: REGION, endpoint, ...more } };
    await mkdir(folder, { recursive: true });
    await writeFile(file, `export const project = '${PROJECT}';\nexport const environments = ${JSON.stringify(environments)};\n`);
    return new Deployment(folder, { ...process.env, ...terraform, LOGFERRY_ENVIRONMENTS: file, TF_IN_AUTOMATION: '1' });
  }

  async apply(kind: StackKind): Promise<Ran> {
    return await this.#must(['deploy', ENVIRONMENT, kind, '--yes', '--out', this.#out(kind)]);
  }

  async destroy(kind: StackKind): Promise<Ran> {
    return await this.#must(['destroy', ENVIRONMENT, kind, '--yes', '--out', this.#out(kind)]);
  }

  /** Terraform's own verdict. @returns code 0 when nothing would change, 2 when something would, which `output` then says. */
  async plan(kind: StackKind): Promise<Ran> {
    return await this.#run(
      'terraform',
      ['plan', '-detailed-exitcode', '-input=false', '-no-color'],
      join(this.#out(kind), 'stacks', `${ENVIRONMENT}-${kind}`),
    );
  }

  /** What the stack hands on, as its users read it. */
  async outputs(kind: StackKind): Promise<Readonly<Record<string, unknown>>> {
    const state = JSON.parse(await this.#state(kind)) as { outputs: Record<string, { value: unknown }> };
    return Object.fromEntries(Object.entries(state.outputs).map(([name, { value }]) => [name, value]));
  }

  /** Addresses of the resources that the stack's state has. */
  async resources(kind: StackKind): Promise<string[]> {
    const { resources } = JSON.parse(await this.#state(kind)) as { resources: { mode: string; type: string; name: string }[] };
    return resources.filter(({ mode }) => mode === 'managed').map(({ type, name }) => `${type}.${name}`);
  }

  /** One a stack, so that two can be at work: each command synthesizes all of them anew. The states beside it are shared. */
  #out(kind: StackKind): string {
    return join(this.#folder, kind);
  }

  async #state(kind: StackKind): Promise<string> {
    return await readFile(join(this.#folder, 'terraform.state', ENVIRONMENT, `${kind}.tfstate`), 'utf8');
  }

  async #must(args: readonly string[]): Promise<Ran> {
    const ran = await this.#run(process.execPath, [CLI, ...args], this.#folder);
    if (ran.code !== 0)
      throw new Error(`${args.slice(0, 3).join(' ')} ended with ${ran.code} after ${ran.seconds} s:\n${ran.output.slice(-TAIL)}`);
    return ran;
  }

  /** In a process group of its own, so that what hangs goes with all that it started. */
  async #run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
    const sinceMs = performance.now();
    const child = spawn(command, args, { cwd, env: this.#environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const timer = setTimeout(() => {
      output += `\n(killed after ${STEP_TIMEOUT_MS / 1000} s)`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, STEP_TIMEOUT_MS);
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output, seconds: Math.round((performance.now() - sinceMs) / 1000) };
    } finally {
      clearTimeout(timer);
    }
  }
}
