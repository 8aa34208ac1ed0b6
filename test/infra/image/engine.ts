/** Finds an engine that can really build the image here, with its base. It pulls the base at most, and starts no daemon. */
import { spawnSync } from 'node:child_process';

export interface Engine {
  readonly name: 'docker' | 'podman' | 'buildah';
  readonly reason?: undefined;
}

/** @param base as the Dockerfile names it. @returns the engine, or why there is none. */
export function findEngine(base: string): Engine | { readonly reason: string } {
  const reasons = (['docker', 'podman', 'buildah'] as const).map((name) => ({ name, reason: fault(name, base) }));
  const found = reasons.find(({ reason }) => reason === undefined);
  if (found !== undefined) return { name: found.name };
  return { reason: reasons.map(({ name, reason }) => `${name}: ${reason}`).join('; ') };
}

function fault(name: Engine['name'], base: string): string | undefined {
  const there = call(name, name === 'docker' ? ['version', '--format', '{{.Server.Version}}'] : ['info'], 30_000);
  if (there !== undefined) return there;
  const buildx = name === 'docker' ? call(name, ['buildx', 'version'], 30_000) : undefined;
  if (buildx !== undefined) return buildx;
  // What is there already need not be pulled.
  if (call(name, name === 'buildah' ? ['inspect', '--type', 'image', base] : ['image', 'inspect', base], 30_000) === undefined)
    return undefined;
  const pulled = call(name, ['pull', base], 240_000);
  return pulled === undefined ? undefined : `${base} cannot be had: ${pulled}`;
}

/** @returns what is wrong, in a line. */
function call(command: string, args: readonly string[], timeout: number): string | undefined {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout });
  if (error !== undefined) return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not on PATH' : error.message;
  return status === 0 ? undefined : stderr.trim().split('\n').at(-1) || `ended with ${status}`;
}
