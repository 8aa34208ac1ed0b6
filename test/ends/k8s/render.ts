/** Puts manifests together as `kubectl apply -k` does: by kubectl or kustomize, whichever is there, else by kustomize built from its Go module, once. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answerOf } from '../../witness/setup/command.ts';
import { installedOnce } from '../../witness/setup/folder.ts';
import { Unavailable } from '../../witness/witness.ts';

const KUSTOMIZE = 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1';
const BUILD_TIMEOUT_MS = 5 * 60_000;

export type Render = (folder: string) => Promise<string>;

const run = promisify(execFile);

/** @throws Unavailable where there is none of them, and no Go to build one with. */
export async function findRender(): Promise<Render> {
  if ((await answerOf('kubectl', ['kustomize', '--help'])) !== undefined) return by('kubectl', 'kustomize');
  if ((await answerOf('kustomize', ['version'])) !== undefined) return by('kustomize', 'build');
  return by(join(await builtKustomize(), 'kustomize'), 'build');
}

/** A minute on two cores. */
async function builtKustomize(): Promise<string> {
  if ((await answerOf('go', ['version'])) === undefined) throw new Unavailable('neither kubectl, kustomize nor go is on PATH');
  return installedOnce('kustomize', KUSTOMIZE, async (folder) => {
    try {
      await run('go', ['install', KUSTOMIZE], { env: { ...process.env, GOBIN: folder }, timeout: BUILD_TIMEOUT_MS });
    } catch (error) {
      throw new Unavailable(`go install ${KUSTOMIZE}: ${(error as Error).message}`);
    }
  });
}

function by(command: string, ...args: string[]): Render {
  return async (folder) => (await run(command, [...args, folder], { maxBuffer: 16 * 1024 * 1024 })).stdout;
}
