/** What git knows of the image's source, as labels. Where it knows nothing there is no label, and a credential in an address is never one. */
import { ask } from './command.ts';

/** https://specs.opencontainers.org/image-spec/annotations/ */
const KEY = 'org.opencontainers.image';
/** What goes into the image: .dockerignore lets no more through, and the Dockerfile itself. */
const SOURCES = [
  'worker',
  'package.json',
  'package-lock.json',
  '.npmrc',
  'tsconfig.json',
  'tsconfig.build.json',
  'Dockerfile',
  '.dockerignore',
];

export async function labels(): Promise<string[]> {
  const [revision, changes, remote] = await Promise.all([
    ask(['git', 'rev-parse', 'HEAD']),
    ask(['git', 'status', '--porcelain', '--', ...SOURCES]),
    ask(['git', 'remote', 'get-url', 'origin']),
  ]);
  if (revision?.code !== 0) return [];
  const dirty = changes?.stdout === '' ? '' : '-dirty';
  const source = remote?.code === 0 ? webAddress(remote.stdout) : undefined;
  return [`${KEY}.revision=${revision.stdout}${dirty}`, ...(source === undefined ? [] : [`${KEY}.source=${source}`])];
}

/** @returns the https address of a remote as git has it, or undefined for one that is a path or a private protocol. */
export function webAddress(remote: string): string | undefined {
  const [, sshHost, sshPath] = /^(?:ssh:\/\/)?git@([\w.-]+)[:/](?!\/)(.+)$/.exec(remote) ?? [];
  const address = sshHost === undefined ? remote : `https://${sshHost}/${sshPath}`;
  if (!address.startsWith('https://') || !URL.canParse(address)) return undefined;
  const { host, pathname } = new URL(address);
  return `https://${host}${pathname.replace(/\.git$/, '')}`;
}
