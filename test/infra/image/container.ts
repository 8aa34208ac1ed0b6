/**
 * Runs a command in a folder as a container engine would: the folder is its root, read-only if wanted; process 1 of a process namespace of its own; another
 * user, without capabilities. The parts of a base image that cannot be had here (a shell, libraries, Node, npm, tini) are this machine's own, mounted
 * read-only. It needs Linux and root. Nothing is mounted outside the namespace, so nothing is left behind.
 */
import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What an engine gives where the image says nothing. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Run {
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Such as `10001:10001`; root where it is missing. */
  readonly user?: string;
  readonly readOnly: boolean;
  /** With npm, as in the image that the build begins with. */
  readonly npm?: boolean;
  /** Folders of this machine to be written to: path inside -> path outside. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
}

/** @returns why this machine cannot do it, or nothing. */
export function whyNoContainer(): string | undefined {
  if (process.platform !== 'linux') return `mount namespaces are of Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'another user and a read-only root need root to set up';
  const tried = spawnSync('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', 'mount -t proc proc /proc && setpriv --version'], {
    encoding: 'utf8',
  });
  if (tried.status === 0) return undefined;
  return `no namespaces can be made here: ${tried.error?.message ?? tried.stderr.trim()}`;
}

/** Where tini is on this machine; without it a stand-in that only hands on to the command takes its place. */
export function tiniHere(): string | undefined {
  return ['/usr/bin/tini', '/sbin/tini', '/usr/local/bin/tini'].find((path) => existsSync(path));
}

/** The child is `unshare`; its own child is process 1 inside. When this process dies, all of it does. */
export function runContained(command: readonly string[], run: Run): ChildProcess {
  const { root, cwd, env, user = '0:0', readOnly, stdio = 'pipe' } = run;
  const [uid = '0', gid = uid] = user.split(':');
  mkdirSync(join(root, cwd), { recursive: true });
  const binds = [...baseParts(root), ...(run.npm ? npmParts(root) : []), ...writable(root, run.mounts ?? {})];
  const script = [
    'set -e',
    'mount --bind "$1" "$1"',
    ...binds,
    `mount -t proc proc "$1/proc"`,
    ...(readOnly ? ['mount -o remount,bind,ro "$1"'] : []),
    `root=$1 cwd=$2; shift 2`,
    `exec chroot "$root" setpriv --reuid ${uid} --regid ${gid} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all sh -c 'cd "$1" && shift && exec "$@"' sh "$cwd" "$@"`,
  ].join('\n');
  const namespaces = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child'];
  return spawn('setpriv', [...namespaces, 'sh', '-c', script, 'sh', root, cwd, ...command], { env, stdio });
}

/** Process 1 of the container, by its number outside; undefined while it is not there. */
export function processOne(child: ChildProcess): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}

/** Lines of shell that mount this machine's shell and libraries, Node and tini where the image's base has them. `$1` is the root. */
function baseParts(root: string): string[] {
  for (const folder of ['proc', 'dev', 'etc', 'tmp', 'root', 'sbin', 'usr/local/bin']) mkdirSync(join(root, folder), { recursive: true });
  const node = join(root, 'usr/local/bin/node');
  if (!existsSync(node)) writeFileSync(node, '');
  const folders = readdirSync('/usr').filter((name) => name !== 'local' && !lstatSync(`/usr/${name}`).isSymbolicLink());
  const binds = [...folders.map((name) => `/usr/${name}`), ...topFolders(root), '/etc'].map((path) => {
    mkdirSync(join(root, path), { recursive: true });
    return bind(path, path);
  });
  return [...binds, 'mount --rbind /dev "$1/dev"', bind(realpathSync(process.execPath), '/usr/local/bin/node'), ...tiniParts(root)];
}

/** /bin and /lib are links into /usr on most distributions, and folders on some. */
function topFolders(root: string): string[] {
  const there = ['/bin', '/lib', '/lib32', '/lib64'].filter((path) => existsSync(path));
  for (const path of there.filter((path) => lstatSync(path).isSymbolicLink() && !existsSync(join(root, path))))
    symlinkSync(readlinkSync(path), join(root, path));
  return there.filter((path) => !lstatSync(path).isSymbolicLink());
}

function tiniParts(root: string): string[] {
  const inside = join(root, 'sbin/tini');
  if (!existsSync(inside)) writeFileSync(inside, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n');
  chmodSync(inside, 0o755);
  const here = tiniHere();
  return here === undefined ? [] : [bind(here, '/sbin/tini')];
}

/** As the image of Node has it. */
function npmParts(root: string): string[] {
  const command = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
  const npm = dirname(dirname(realpathSync(command)));
  mkdirSync(join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  const link = join(root, 'usr/local/bin/npm');
  if (!existsSync(link) && !lstatSync(link, { throwIfNoEntry: false })) symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', link);
  return [bind(npm, '/usr/local/lib/node_modules/npm')];
}

function writable(root: string, mounts: Readonly<Record<string, string>>): string[] {
  return Object.entries(mounts).map(([inside, outside]) => {
    mkdirSync(join(root, inside), { recursive: true });
    mkdirSync(outside, { recursive: true });
    return `mount --bind '${outside}' "$1${inside}"`;
  });
}

function bind(outside: string, inside: string): string {
  return `mount --bind '${outside}' "$1${inside}" && mount -o remount,bind,ro "$1${inside}"`;
}
