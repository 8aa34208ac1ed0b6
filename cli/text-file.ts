/** Files that people hand over and are handed: read whatever their editor or shell made of them, and written whole or not at all. */
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

/** @param file `-` for standard input. @returns its text without a byte order mark; UTF-8, or UTF-16, which `>` writes in Windows PowerShell. */
export async function readText(file: string): Promise<string> {
  const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** In one step: whoever reads it meanwhile, or a fault, finds the old one whole. A device or pipe (`/dev/stdout`) is written to, and stays what it is. */
export async function writeText(file: string, text: string, mode = 0o644): Promise<void> {
  const there = await stat(file).catch(unlessMissing);
  if (there !== undefined && !there.isFile()) return await writeFile(file, text);
  const target = there === undefined ? file : await realpath(file);
  const fresh = `${target}.${process.pid}.new`;
  try {
    await writeFile(fresh, text, { mode, flag: 'wx' });
    await rename(fresh, target);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** @throws the error, but for that there is no such file. */
export function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
