/** The command of the `vrl` crate, in the version that the pinned Vector uses: given, found, or built once into a folder outside the clone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, VRL_VERSION } from '../../k8s/vector/programs.ts';

const ROOT = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'logferry', `vrl-${VRL_VERSION}`);
const BUILT = join(ROOT, 'bin', 'vrl');

/** The command, if it is there already: `VRL` names it, or it was built before. */
export function foundVrl(): string | undefined {
  const given = process.env['VRL'];
  if (given !== undefined && given !== '') return given;
  return existsSync(BUILT) ? BUILT : undefined;
}

export function hasCargo(): boolean {
  return spawnSync('cargo', ['--version']).status === 0;
}

/** About three minutes on two cores, once. */
export function buildVrl(): string {
  const args = ['install', 'vrl', '--locked', '--profile', 'dev', '--version', VRL_VERSION, '--root', ROOT];
  execFileSync('nice', ['cargo', ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  return BUILT;
}

/**
 * Runs one checked-in program over events, as a remap transform does.
 * @throws Error with the compiler's words where it does not compile or has something to warn of, or stops at an event.
 */
export function runProgram(
  vrl: string,
  name: string,
  events: readonly object[],
  env: Readonly<Record<string, string>>,
  text = program(name),
): Record<string, unknown>[] {
  if (events.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'logferry-vrl-'));
  try {
    const input = join(folder, 'events.ndjson');
    const source = join(folder, name);
    writeFileSync(input, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    // The command prints values in VRL's own notation, which is no JSON where a text holds control characters; a text made by encode_json holds none.
    writeFileSync(source, `${text}\nencode_json(.)\n`);
    const { stdout, stderr, status } = spawnSync(vrl, ['--print-warnings', '--input', input, '--program', source], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    if (status !== 0 || stderr.trim() !== '' || lines.length !== events.length)
      throw new Error(`${name}: ${stderr}${stdout.slice(0, 4000)}`);
    return lines.map((line) => JSON.parse(JSON.parse(line) as string) as Record<string, unknown>);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
