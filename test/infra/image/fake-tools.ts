/** Stand-ins for docker, podman and the AWS CLI on a PATH of their own: each notes what it was given, and answers what the test has laid down. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cdktf', 'cli', 'main.ts');

export interface Call {
  /** With its arguments, a space between. */
  readonly line: string;
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

/** To commands whose line begins with the key; the longest fitting key counts. What has no answer succeeds without a word. */
export type Answers = Readonly<Record<string, { readonly code?: number; readonly stdout?: string; readonly stderr?: string }>>;

export class FakeTools {
  readonly #folder = mkdtempSync(join(tmpdir(), 'logferry-push-'));
  readonly #bin = join(this.#folder, 'bin');
  readonly #calls = join(this.#folder, 'calls.ndjson');

  /** @param names of the tools that are there, beside git. */
  constructor(names: readonly string[], answers: Answers = {}) {
    mkdirSync(this.#bin);
    const git = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout.trim();
    if (git !== '') symlinkSync(git, join(this.#bin, 'git'));
    for (const name of names) {
      const path = join(this.#bin, name);
      writeFileSync(path, `#!${process.execPath}\n${tool(this.#calls, name, answers)}`);
      chmodSync(path, 0o755);
    }
  }

  /** `npm run push -- ...`, in a process that sees these tools only. */
  push(environments: string, ...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const file = join(this.#folder, 'environments.ts');
    writeFileSync(file, environments);
    const env = { ...this.#env, LOGFERRY_ENVIRONMENTS: file };
    return spawnSync(process.execPath, [MAIN, 'push', ...args], { encoding: 'utf8', env, input: '' });
  }

  /** Runs what was printed as a user would, in a shell. */
  paste(commands: string): { status: number | null; stderr: string } {
    return spawnSync('/bin/sh', ['-e'], { encoding: 'utf8', env: this.#env, input: commands });
  }

  get #env(): { PATH: string; HOME: string } {
    return { PATH: this.#bin, HOME: this.#folder };
  }

  /** In their order; those that only ask which tools are there left out. */
  get calls(): Call[] {
    if (!existsSync(this.#calls)) return [];
    const all = readFileSync(this.#calls, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Call);
    return all.filter(({ line }) => !/^(docker version|docker buildx version|podman info|aws --version)/.test(line));
  }

  get lines(): string[] {
    return this.calls.map(({ line }) => line);
  }

  /** All that was noted, as text. */
  get notes(): string {
    return existsSync(this.#calls) ? readFileSync(this.#calls, 'utf8') : '';
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function tool(calls: string, name: string, answers: Answers): string {
  return `
    const { appendFileSync, readFileSync } = require('node:fs');
    const line = [${JSON.stringify(name)}, ...process.argv.slice(2)].join(' ');
    const stdin = line.includes('--password-stdin') ? readFileSync(0, 'utf8') : '';
    appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ line, stdin, env: process.env }) + '\\n');
    const answers = ${JSON.stringify(answers)};
    const key = Object.keys(answers).filter((key) => line.startsWith(key)).sort((a, b) => b.length - a.length)[0];
    const { code = 0, stdout = '', stderr = '' } = answers[key] ?? {};
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exitCode = code;
  `;
}
