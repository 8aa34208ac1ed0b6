/** npm's own debug logs: real lines that every machine with npm has. They are only read, and go nowhere but to the local AWS. */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `<time>-debug-<n>.log`: https://docs.npmjs.com/cli/v11/using-npm/logging */
const DEBUG_LOG = /-debug-\d+\.log$/;
const MAX_FILES = 10;
/** An install with `--loglevel silly` writes megabytes; a demo needs none of that. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The newest ones, newest first. @returns none where npm keeps none. */
export async function findNpmLogs(env: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const folder = logsFolder(env);
  // The name begins with the time, so that it sorts.
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => DEBUG_LOG.test(name))
    .toSorted()
    .toReversed();
  const found: string[] = [];
  for (const path of names.map((name) => join(folder, name))) {
    const size = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    if (size > 0 && size <= MAX_BYTES) found.push(path);
    if (found.length === MAX_FILES) break;
  }
  return found;
}

/** npm tells what runs under it where its cache is; else it is where npm has it by default. */
function logsFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env['npm_config_logs_dir']) return env['npm_config_logs_dir'];
  const local = process.platform === 'win32' ? join(env['LOCALAPPDATA'] ?? homedir(), 'npm-cache') : join(homedir(), '.npm');
  return join(env['npm_config_cache'] ?? local, '_logs');
}
