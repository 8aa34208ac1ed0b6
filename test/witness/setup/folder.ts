/**
 * Folders of installed things under `.logferry/witness/`, made once. The name carries a hash of what they were made of, and a folder gets its name only
 * when it is complete: a broken-off set-up leaves nothing that looks whole, and of two at once the first one wins.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The repository's own, ignored by git. */
export const WITNESS_FOLDER = join(import.meta.dirname, '..', '..', '..', '.logferry', 'witness');

/** @param madeOf whatever decides its contents. @returns its path, after `make` has filled it if it was not there. */
export async function installedOnce(name: string, madeOf: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(WITNESS_FOLDER, `${name}-${createHash('sha256').update(madeOf).digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const unfinished = join(WITNESS_FOLDER, `${name}-unfinished-${process.pid}`);
  try {
    await mkdir(unfinished, { recursive: true });
    await removeStale(name);
    await make(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** What earlier versions and broken-off set-ups left: up to half a gigabyte each. */
async function removeStale(name: string): Promise<void> {
  for (const entry of await readdir(WITNESS_FOLDER)) {
    const [, what = ''] = new RegExp(`^${name}-([0-9a-f]{12}|unfinished-\\d+)$`).exec(entry) ?? [];
    const isStale = what.startsWith('unfinished-') ? !isRunning(Number(what.slice('unfinished-'.length))) : what !== '';
    if (isStale) await rm(join(WITNESS_FOLDER, entry), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
