/** Commands as data, so that what `push` runs and what it prints to be pasted are the same. What a command prints for another stays between the two. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CliError } from '../error.ts';

/** The build context, and where printed commands are to be pasted. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

export interface Command {
  readonly words: readonly string[];
  /** Whose standard output this command reads: how a password gets from one to the other unseen. */
  readonly inputFrom?: readonly string[];
}

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** As it is pasted into a shell. */
export function shell({ words, inputFrom }: Command): string {
  const line = words.map(quote).join(' ');
  return inputFrom === undefined ? line : `${inputFrom.map(quote).join(' ')} | ${line}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Runs it for its answer. @returns undefined when there is no such command. */
export async function ask(words: readonly string[]): Promise<Answer | undefined> {
  const child = start(words, 'ignore', 'pipe', 'pipe');
  const printed = Promise.all([read(child.stdout), read(child.stderr)]);
  const code = await ended(child);
  const [stdout, stderr] = await printed;
  return code === undefined ? undefined : { code, stdout: stdout.trim(), stderr: stderr.trim() };
}

/** Runs it in the foreground; it prints to the terminal. @throws CliError when it, or what it reads from, fails. */
export async function run({ words, inputFrom }: Command): Promise<void> {
  const source = inputFrom && start(inputFrom, 'ignore', 'pipe', 'inherit');
  const child = start(words, source ? 'pipe' : 'inherit', 'inherit', 'inherit');
  // Whoever ends early is told of by exit code.
  child.stdin?.on('error', () => undefined);
  if (source?.stdout && child.stdin) source.stdout.pipe(child.stdin);
  const [sourceCode, code] = await Promise.all([source ? ended(source) : 0, ended(child)]);
  // The cause first: a login without a password fails too.
  if (inputFrom && sourceCode !== 0) throw failure(inputFrom, sourceCode);
  if (code !== 0) throw failure(words, code);
}

function failure(words: readonly string[], code: number | null | undefined): CliError {
  const name = words.slice(0, 3).join(' ');
  return new CliError(code === undefined ? `${words[0]} is not on PATH` : `\`${name}\` ended with ${code ?? 'a signal'}`);
}

function start(words: readonly string[], ...stdio: ('ignore' | 'pipe' | 'inherit')[]): ChildProcess {
  const [command = '', ...args] = words;
  // Version 2 of the AWS CLI would open a pager on a terminal.
  return spawn(command, args, { cwd: ROOT, stdio, env: { ...process.env, AWS_PAGER: '' } });
}

async function ended(child: ChildProcess): Promise<number | null | undefined> {
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? '' : await text(stream);
}
