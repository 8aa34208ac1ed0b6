/**
 * The real worker as a child process, told everything by environment variables and watched by its log lines, as an operator would run and watch it.
 * For the demo and the tests; it never outlives its parent's `stop` or `kill`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { EventName, WorkerEvents } from '../worker/observe/events.ts';

const MAIN = join(import.meta.dirname, '..', 'worker', 'main.ts');
const MAX_KEPT_STDERR = 64 * 1024;

/** One line of the worker's log. */
export type LogLine<N extends EventName = EventName> = {
  readonly event: N;
  readonly level: string;
  readonly time: string;
} & WorkerEvents[N];

export interface WorkerProcessOptions {
  /** All that it gets, beside PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the worker's command line. */
  readonly args?: readonly string[];
  /** Of Node's, before the file. */
  readonly nodeArgs?: readonly string[];
  /** The file to run; the worker's source by default. */
  readonly main?: string;
  /** In a process group of its own, so that a Ctrl-C on the terminal reaches only the parent, which stops it in order. */
  readonly detached?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class WorkerProcess {
  readonly child: ChildProcess;
  /** Every log line so far. */
  readonly lines: LogLine[] = [];
  readonly #emitter = new EventEmitter();
  readonly #exit: Promise<Exit>;
  #stderr = '';

  constructor({ environment, args = [], nodeArgs = [], main = MAIN, detached = false }: WorkerProcessOptions) {
    const env = { PATH: process.env['PATH'], ...environment };
    this.child = spawn(process.execPath, [...nodeArgs, main, ...args], { env, detached, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#emitter.setMaxListeners(0);
    this.#exit = once(this.child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => ({ code, signal }) as Exit);
    // A worker that ends early breaks the pipe that somebody may be writing to.
    this.child.stdin?.on('error', () => undefined);
    this.child.stderr?.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-MAX_KEPT_STDERR)));
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on('line', (text) => this.#take(text));
    void this.#exit.then(() => this.#emitter.emit('exit'));
  }

  #take(text: string): void {
    let line: LogLine;
    try {
      line = JSON.parse(text) as LogLine;
    } catch {
      this.#stderr += `${text}\n`;
      return;
    }
    this.lines.push(line);
    this.#emitter.emit('line', line);
  }

  /** What it wrote to standard error, and what it wrote elsewhere that was no log line. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Each log line from now on. */
  onLine(listener: (line: LogLine) => void): void {
    this.#emitter.on('line', listener);
  }

  /** Lines of one event so far. */
  of<N extends EventName>(event: N): LogLine<N>[] {
    return this.lines.filter((line) => line.event === event) as unknown as LogLine<N>[];
  }

  /**
   * The first line of the event, past or to come, that fits.
   * @throws when the worker ends without one.
   */
  async seen<N extends EventName>(event: N, fits: (line: LogLine<N>) => boolean = () => true): Promise<LogLine<N>> {
    const found = this.of(event).find(fits);
    if (found) return found;
    const ended = new AbortController();
    this.#emitter.once('exit', () => ended.abort());
    try {
      for await (const [line] of on(this.#emitter, 'line', { signal: ended.signal }) as AsyncIterable<[LogLine]>) {
        if (line.event === event && fits(line as unknown as LogLine<N>)) return line as unknown as LogLine<N>;
      }
    } catch {
      const late = this.of(event).find(fits);
      if (late) return late;
    }
    throw new Error(
      `the worker ended without ${event}; it said:\n${this.#stderr}${this.lines.map((line) => JSON.stringify(line)).join('\n')}`,
    );
  }

  /** The port of /metrics, /healthz and /readyz, once it takes work. */
  async ready(): Promise<number> {
    const { port } = await this.seen('worker:listen');
    await this.seen('worker:readiness', ({ ready }) => ready);
    return port;
  }

  async exited(): Promise<Exit> {
    return await this.#exit;
  }

  /** SIGTERM, and the exit that follows. */
  async stop(): Promise<Exit> {
    this.child.kill('SIGTERM');
    return await this.#exit;
  }

  /** SIGKILL: nothing is given back, nothing is said. */
  async kill(): Promise<Exit> {
    this.child.kill('SIGKILL');
    return await this.#exit;
  }
}
