/** Finds an engine that can really build the image here, with its base, and whether it can start one too. It pulls the base at most, and starts no daemon. */
import { spawnSync } from 'node:child_process';

export type EngineName = 'docker' | 'podman' | 'buildah';

export interface Engine {
  /** None where nothing here can build. */
  readonly name?: EngineName;
  /** Why there is none, or why the one that there is starts no container. */
  readonly reason?: string;
}

/** What starting a container takes here, beside what the image itself asks for: a health check that nobody waits for needs systemd under podman. */
const START: Readonly<Record<EngineName, readonly string[] | undefined>> = {
  docker: ['run', '--rm', '--network', 'none'],
  podman: ['run', '--rm', '--network', 'none', '--no-healthcheck'],
  buildah: undefined,
};

/** @param base as the Dockerfile names it. */
export function findEngine(base: string): Engine {
  const names: readonly EngineName[] = ['docker', 'podman', 'buildah'];
  const reasons = names.map((name) => ({ name, reason: whyNoBuild(name, base) }));
  const name = reasons.find(({ reason }) => reason === undefined)?.name;
  if (name === undefined) return { reason: reasons.map((one) => `${one.name}: ${one.reason}`).join('; ') };
  const start = START[name];
  return { name, reason: start === undefined ? `${name} only builds` : fault(name, [...start, base, 'node', '--version'], 60_000) };
}

/** @returns the arguments that start a container, up to the image's own. */
export function startArguments(name: EngineName): readonly string[] {
  return START[name] ?? [];
}

function whyNoBuild(name: EngineName, base: string): string | undefined {
  const there = fault(name, name === 'docker' ? ['version', '--format', '{{.Server.Version}}'] : ['info'], 30_000);
  if (there !== undefined) return there;
  const buildx = name === 'docker' ? fault(name, ['buildx', 'version'], 30_000) : undefined;
  if (buildx !== undefined) return buildx;
  // What is there already need not be pulled.
  if (fault(name, ['inspect', '--type', 'image', base], 30_000) === undefined) return undefined;
  const pulled = fault(name, ['pull', base], 240_000);
  return pulled === undefined ? undefined : `${base} cannot be had: ${pulled}`;
}

/** @returns what is wrong, in a line. */
function fault(command: string, args: readonly string[], timeout: number): string | undefined {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout });
  if (error !== undefined) return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not on PATH' : error.message;
  return status === 0 ? undefined : stderr.trim().split('\n').at(-1) || `ended with ${status}`;
}
