/** A reader's shell: a folder, an environment of its own and `logferry` as the page has it. Commands are run by bash as they are typed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Shell {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    const { PATH, HOME } = process.env;
    this.#environment = { PATH, HOME, NODE: process.execPath, LOGFERRY: COMMAND, ...environment };
  }

  async run(command: string, input = ''): Promise<Ran> {
    const script = `set -o pipefail; logferry() { "$NODE" "$LOGFERRY" "$@"; }\n${command}`;
    const child = spawn('bash', ['-c', script], { cwd: this.#folder, env: this.#environment, stdio: ['pipe', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { code: code as number | null, stdout, stderr };
  }

  /** @throws Error with what it said, unless it exits 0. @returns what it printed. */
  async must(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, input);
    if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${(stdout + stderr).slice(-4000)}`);
    return stdout;
  }
}
