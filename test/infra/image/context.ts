/** What the build context holds: the files that .dockerignore lets through, by its rules. https://docs.docker.com/build/concepts/context/#dockerignore-files */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Never part of a context worth the name, and slow to walk: a test holds .dockerignore to leaving them out by itself. */
export const HEAVY = ['.git', 'node_modules', '.logferry', 'cdktf'] as const;

/** @returns paths relative to `root`, without folders. */
export function contextFiles(root: string): string[] {
  const isIgnored = ignoreRules(readFileSync(join(root, '.dockerignore'), 'utf8'));
  return files(root, '').filter((path) => !isIgnored(path));
}

/** The last pattern that matches a path, or a folder above it, decides. */
export function ignoreRules(text: string): (path: string) => boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const rules = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isException: line.startsWith('!'), pattern: patternOf(line.replace(/^!?\/?/, '').replace(/\/$/, '')) }));
  return (path) => {
    const parts = path.split('/');
    const withParents = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
    const last = rules.findLast(({ pattern }) => withParents.some((one) => pattern.test(one)));
    return last !== undefined && !last.isException;
  };
}

/** Unlike a shell's, and Node's own, these stars match names that begin with a dot. */
function patternOf(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const regex = escaped.replaceAll(/\*\*\/?|\*|\?/g, (star) => (star.startsWith('**') ? '.*' : `[^/]${star === '*' ? '*' : ''}`));
  return new RegExp(`^${regex}$`);
}

function files(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return HEAVY.some((heavy) => heavy === path) ? [] : files(root, path);
  });
}
