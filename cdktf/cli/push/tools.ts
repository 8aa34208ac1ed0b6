/** Which of the tools are there and answer: a container engine and the AWS CLI. It changes nothing. */
import { ask } from './command.ts';

export type Engine = 'docker' | 'podman';

export interface Tools {
  /** Docker where both are there. */
  readonly engine: Engine;
  /** Why nothing can be pushed from here, a line for each tool; empty when all is there. */
  readonly missing: readonly string[];
}

export async function findTools(): Promise<Tools> {
  const [docker, podman, aws] = await Promise.all([dockerFault(), fault(['podman', 'info']), fault(['aws', '--version'])]);
  const isPodman = docker !== undefined && podman === undefined;
  const missing = [
    ...(docker !== undefined && podman !== undefined ? [`docker: ${docker}`, `podman: ${podman}`] : []),
    ...(aws === undefined ? [] : [`aws: ${aws}`]),
  ];
  return { engine: isPodman ? 'podman' : 'docker', missing };
}

async function dockerFault(): Promise<string | undefined> {
  // The daemon is another thing than the command, and a build for another platform needs buildx.
  return (await fault(['docker', 'version', '--format', '{{.Server.Version}}'])) ?? (await fault(['docker', 'buildx', 'version']));
}

/** @returns what is wrong with it, in a line. */
async function fault(words: readonly string[]): Promise<string | undefined> {
  const answer = await ask(words);
  if (answer === undefined) return 'not on PATH';
  if (answer.code === 0) return undefined;
  return answer.stderr.split('\n').at(-1) || `\`${words.join(' ')}\` ended with ${answer.code}`;
}
