/** Judges rendered manifests: those of Kubernetes itself by kubernetes-validate, strictly; custom resources by the schemas that their projects publish. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualEnvironment } from '../../witness/setup/python.ts';

const SCHEMAS = join(import.meta.dirname, '..', '..', 'fixtures', 'crds');

export interface Validator {
  /** @param version of Kubernetes. @returns each error, warning and whatever else is not a pass. */
  kubernetes(manifests: string, version: string): Promise<string[]>;
  customResources(manifests: string): Promise<string[]>;
}

/** @throws Unavailable where its packages cannot be had. */
export async function findValidator(): Promise<Validator> {
  const python = await virtualEnvironment('kubernetes-validate', join(import.meta.dirname, 'requirements.txt'));
  return {
    kubernetes: async (manifests, version) => {
      const lines = await judge(python, manifests, (file) => ['-m', 'kubernetes_validate', '--strict', '-k', version, file]);
      return lines.filter((line) => !line.startsWith('INFO '));
    },
    customResources: (manifests) => judge(python, manifests, (file) => [join(import.meta.dirname, 'custom_resources.py'), SCHEMAS, file]),
  };
}

async function judge(python: string, manifests: string, args: (file: string) => string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'logferry-k8s-'));
  try {
    const file = join(folder, 'manifests.yaml');
    await writeFile(file, manifests);
    // It ends with another code than 0 for findings.
    const output = await new Promise<string>((resolve, reject) => {
      execFile(python, args(file), { timeout: 120_000 }, (error, stdout, stderr) =>
        stdout === '' && error ? reject(new Error(stderr)) : resolve(stdout),
      );
    });
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replaceAll(`${file} `, ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
