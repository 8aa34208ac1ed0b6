/**
 * Finds Terraform and the AWS provider on this machine, and says why when it cannot. It downloads nothing by itself, and never touches the user's own
 * configuration: what it decides goes into the environment of the commands.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { Unavailable } from '../witness/witness.ts';

/** Of a provider's address, and so a folder of each mirror. */
const REGISTRY = 'registry.terraform.io';
const PROVIDER = join(REGISTRY, 'hashicorp', 'aws');
const PUBLIC = `https://${REGISTRY}/.well-known/terraform.json`;
const run = promisify(execFile);

/**
 * @param folder a temporary one, for the configuration file.
 * @returns what has to be in the environment of Terraform. @throws Unavailable with the reason.
 */
export async function findTerraform(folder: string): Promise<Record<string, string>> {
  const version = await run('terraform', ['version'], { timeout: 60_000 }).catch(() => undefined);
  if (version === undefined) throw new Unavailable('terraform is not on PATH');
  const common = { CHECKPOINT_DISABLE: '1' };
  const given = process.env['TF_CLI_CONFIG_FILE'];
  if (given && existsSync(given)) return { ...common, TF_CLI_CONFIG_FILE: given };
  const file = join(folder, 'terraform.rc');
  await mkdir(folder, { recursive: true });
  await writeFile(file, await configuration());
  return { ...common, TF_CLI_CONFIG_FILE: file };
}

async function configuration(): Promise<string> {
  const own = process.env['LOGFERRY_TF_MIRROR'];
  if (own) {
    if (!isMirror(own)) throw new Unavailable(`LOGFERRY_TF_MIRROR is ${own}, which has no ${PROVIDER}`);
    return mirrored(own);
  }
  const mirror = IMPLIED.find(isMirror) ?? (await searchMirror());
  if (mirror !== undefined) return mirrored(mirror);
  const answer = await fetch(PUBLIC, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (answer?.ok) return '# nothing special: the public registry serves\n';
  throw new Unavailable(`no mirror of ${PROVIDER} on this machine (LOGFERRY_TF_MIRROR names one), and the public registry does not answer`);
}

/** https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories */
const IMPLIED = [
  join(homedir(), '.terraform.d', 'plugins'),
  join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'terraform', 'plugins'),
  ...(process.env['XDG_DATA_DIRS'] ?? '/usr/local/share:/usr/share').split(':').map((data) => join(data, 'terraform', 'plugins')),
];

function isMirror(folder: string): boolean {
  return existsSync(join(folder, PROVIDER));
}

/** For images that keep it somewhere of their own. Caches are passed over: a half-filled one is no mirror. */
async function searchMirror(): Promise<string | undefined> {
  const prune = ['/proc', '/sys', '/dev', '/tmp', '*/node_modules', '*/.terraform', '*/.logferry', '*/plugin-cache'].flatMap((path) => [
    '-o',
    '-path',
    path,
  ]);
  const args = ['/', '-maxdepth', '8', '(', '-false', ...prune, ')', '-prune', '-o', '-type', 'd', '-path', `*/${PROVIDER}`, '-print'];
  // It ends with 1 for folders that it may not read, and what it found counts all the same.
  const { stdout } = await run('find', args, { timeout: 30_000 }).catch((error: unknown) => error as { readonly stdout?: string });
  const [found] = (stdout ?? '').split('\n').filter((line) => line !== '');
  return found?.slice(0, -(PROVIDER.length + sep.length)) ?? undefined;
}

/** Terraform's language knows only / in paths; the mirror alone, so that no other source is asked and waited for. */
function mirrored(folder: string): string {
  return `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(folder)}\n  }\n}\n`;
}
