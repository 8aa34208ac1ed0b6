/** Runs a command of the set-up: what it prints goes to a log file, and the file's end into the error. Nothing of it reaches the terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '../witness.ts';
import { WITNESS_FOLDER } from './folder.ts';

/** A set-up that takes longer than this hangs. */
const TIMEOUT_MS = 5 * 60_000;

/** @param log names the log file. @throws Unavailable with the last line printed and the log's place. */
export async function install(log: string, command: string, args: readonly string[], cwd: string): Promise<void> {
  await mkdir(WITNESS_FOLDER, { recursive: true });
  const path = join(WITNESS_FOLDER, `${log}.setup.log`);
  const file = await open(path, 'a');
  try {
    await file.write(`\n$ ${command} ${args.join(' ')}\n`);
    const child = spawn(command, args, { cwd, stdio: ['ignore', file.fd, file.fd], timeout: TIMEOUT_MS });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (code !== 0) throw new Unavailable(`\`${args.slice(0, 4).join(' ')} ...\` ended with ${code ?? signal}; see ${path}`);
  } catch (error) {
    throw error instanceof Unavailable ? error : new Unavailable(`${command}: ${(error as Error).message}`);
  } finally {
    await file.close();
  }
}

/** What a command prints, or undefined when there is no such command or it fails. */
export async function answerOf(command: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  let text = '';
  // Java says its version on the wrong stream.
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0 ? text : undefined;
  } catch {
    return undefined;
  }
}
