/** Finds a Python that is new enough, and makes virtual environments of pinned packages with it. It never installs anything into the system's own. */
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Unavailable } from '../witness.ts';
import { answerOf, install } from './command.ts';
import { installedOnce } from './folder.ts';

interface Python {
  readonly path: string;
  readonly version: string;
}

/** 3.13 first: the pins were made under it. Below it LocalStack does not even say why it does not start. */
const NAMES = ['python3.13', 'python3.14', 'python3'];
const OLDEST_MINOR = 13;

/** Fails where the distribution has split `venv` off. */
const PROBE = 'import ensurepip, sys, venv; print("python", "%d.%d.%d" % sys.version_info[:3], sys.executable)';

let python: Promise<Python> | undefined;

/**
 * @param requirements the path of a requirements file that names every package with its version.
 * @returns the environment's interpreter. @throws Unavailable without a fitting Python, or when the packages cannot be had.
 */
export async function virtualEnvironment(name: string, requirements: string): Promise<string> {
  python ??= findPython();
  const { path, version } = await python;
  const folder = await installedOnce(name, `${version} ${path}\n${await readFile(requirements, 'utf8')}`, async (unfinished) => {
    await install(name, path, ['-m', 'venv', 'venv'], unfinished);
    // The list is complete, so nothing is to be resolved; and most of what is installed is never imported, so compiling it would only take time.
    const options = ['--disable-pip-version-check', '--quiet', '--no-deps', '--no-compile', '--requirement', requirements];
    await install(name, join(unfinished, 'venv', 'bin', 'python'), ['-m', 'pip', 'install', ...options], unfinished);
  });
  return join(folder, 'venv', 'bin', 'python');
}

async function findPython(): Promise<Python> {
  for (const candidate of [...NAMES, ...(await pyenvPythons())]) {
    const [, version = '', minor, path = ''] =
      /^python (3\.(\d+)\.\d+) (.+)$/m.exec((await answerOf(candidate, ['-c', PROBE])) ?? '') ?? [];
    if (Number(minor) >= OLDEST_MINOR) return { path, version };
  }
  throw new Unavailable(`no Python >= 3.${OLDEST_MINOR} with its venv module (looked for ${NAMES.join(', ')})`);
}

/** pyenv's command of that name works only where that version is switched on; the interpreter behind it always does. */
async function pyenvPythons(): Promise<string[]> {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  try {
    const fitting = (await readdir(versions)).filter((version) => Number(/^3\.(\d+)/.exec(version)?.[1]) >= OLDEST_MINOR);
    return fitting.toSorted().map((version) => join(versions, version, 'bin', 'python3'));
  } catch {
    return [];
  }
}
