/** The demo as people start it, as a child process in a temporary folder of its own, and what it printed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';

/** What `npm run demo` runs. */
const COMMAND = ['scripts/with-node.mjs', 'local/demo/demo.ts'].map((path) => fileURLToPath(new URL(`../../${path}`, import.meta.url)));
const PATIENCE = { timeout: 25_000, interval: 50 };

export interface Row {
  readonly account: string;
  readonly lines: number;
  readonly events: number;
  readonly empty: number;
  readonly lost: number;
  readonly duplicated: number;
}

export class DemoProcess {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly exit: Promise<unknown>;
  output = '';

  private constructor(folder: string, flags: readonly string[], env: Readonly<Record<string, string>>) {
    this.folder = folder;
    const [script = '', target = ''] = COMMAND;
    // with-node takes its target from the repository's root.
    const args = [script, target.slice(target.indexOf('local/demo/')), ...flags];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: folder, ...env } });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exit = once(this.child, 'close').then(([code]) => code as unknown);
  }

  static async start(flags: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
    return new DemoProcess(await mkdtemp(join(tmpdir(), 'logferry-demo-test-')), flags, env);
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exit;
    await rm(this.folder, { recursive: true, force: true });
  }

  async printed(what: RegExp): Promise<RegExpExecArray> {
    return await vi.waitFor(() => {
      const found = what.exec(this.output);
      if (!found) throw new Error(`no ${String(what)} in: ${this.output}`);
      return found;
    }, PATIENCE);
  }

  /** Waits for its end. */
  async expectExit(code: number): Promise<void> {
    // With the output, which alone tells why.
    expect({ code: await this.exit, output: this.output }).toEqual({ code, output: this.output });
  }

  /** Of the real worker, which runs beside it. */
  async workerPid(): Promise<number> {
    return Number((await this.printed(/process (\d+),/))[1]);
  }

  /** The table, by customer. */
  rows(): Record<string, Row> {
    const rows = this.output.matchAll(/^ +([\w-]+) +(\d{12}) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+) +[\d,]+ *$/gm);
    return Object.fromEntries(
      [...rows].map(([, customer = '', account = '', ...texts]) => {
        const [lines = NaN, events = NaN, empty = NaN, lost = NaN, duplicated = NaN] = texts.map(numberOf);
        return [customer, { account, lines, events, empty, lost, duplicated }];
      }),
    );
  }

  /** Every process and file of it is gone. */
  async expectNothingLeft(workerPid: number): Promise<void> {
    expect(isAlive(workerPid)).toBe(false);
    expect(await readdir(this.folder)).toEqual([]);
  }
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
