/** A witness as a child process: started on a free port, waited for, and stopped with all that it started itself. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { open, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WITNESS_FOLDER } from './setup/folder.ts';
import type { Installed, Start, Witness } from './witness.ts';

const READY_TIMEOUT_MS = 60_000;
/** LocalStack takes 5 s to go by itself, and takes its Java with it; killed, it would leave that behind. */
const STOP_TIMEOUT_MS = 15_000;

export class RunningWitness {
  readonly endpoint: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #folder: string;

  private constructor(endpoint: string, child: ChildProcess, folder: string) {
    this.endpoint = endpoint;
    this.#child = child;
    this.#exit = once(child, 'exit').catch(() => undefined);
    this.#folder = folder;
  }

  /** @throws when it ends or stays silent instead of becoming healthy; what it printed is in `.logferry/witness/<name>.log`. */
  static async start({ name }: Witness, installed: Installed, signal: AbortSignal): Promise<RunningWitness> {
    const folder = await mkdtemp(join(WITNESS_FOLDER, `${name}-run-`));
    const port = await freePort();
    const start = await installed.start({ port, folder });
    const log = join(WITNESS_FOLDER, `${name}.log`);
    const running = new RunningWitness(`http://127.0.0.1:${port}`, await launch(start, folder, log), folder);
    try {
      await running.#healthy(start.healthPath, signal);
      return running;
    } catch (error) {
      await running.stop();
      const said = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-15).join('\n');
      throw new Error(`${name} did not start: ${(error as Error).message}; the end of ${log}:\n${said}`, { cause: error });
    }
  }

  async #healthy(path: string, signal: AbortSignal): Promise<void> {
    let ended = false;
    void this.#exit.then(() => (ended = true));
    for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await sleep(50, undefined, { signal })) {
      if (ended) throw new Error(`it ended with ${this.#child.exitCode ?? this.#child.signalCode}`);
      const answer = await fetch(`${this.endpoint}${path}`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
      if (answer?.ok) return;
    }
    throw new Error(`it was not healthy after ${READY_TIMEOUT_MS / 1000} s`);
  }

  /** Ends it, and by force what does not go; its state goes too. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    const force = setTimeout(() => this.#signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exit;
    clearTimeout(force);
    // Whatever it started and left.
    this.#signal('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** To its whole group: it is the leader of one. */
  #signal(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, signal);
    } catch {
      // Nobody is left in it.
    }
  }
}

async function launch({ command, args, environment }: Start, folder: string, log: string): Promise<ChildProcess> {
  const file = await open(log, 'w');
  try {
    const { PATH, HOME, TMPDIR, LANG } = process.env;
    // Nothing of the caller's AWS settings: a witness is asked by the suites and by nobody else's rules.
    const env = { PATH, HOME, TMPDIR, LANG, ...environment };
    return spawn(command, args, { cwd: folder, env, detached: true, stdio: ['ignore', file.fd, file.fd] });
  } finally {
    await file.close();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
