/** The manifests of k8s/ as they are checked in: what is in the files, before kustomize puts them together. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const K8S = join(import.meta.dirname, '..', '..', 'k8s');

// oxlint-disable-next-line typescript/no-explicit-any -- what a manifest holds is what the tests ask.
export type Manifest = any;

export interface Kustomization {
  readonly configMapGenerator?: readonly { readonly name: string; readonly files?: readonly string[] }[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
  readonly components?: readonly string[];
  readonly replacements?: readonly { readonly source: { readonly fieldPath: string } }[];
}

/** Every document of a folder's files, its kustomization apart. */
export function manifests(folder: string): Manifest[] {
  const files = readdirSync(join(K8S, folder)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
  return files.flatMap((name) => parseManifests(readFileSync(join(K8S, folder, name), 'utf8')));
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

export function kustomization(folder: string): Kustomization {
  return parseManifests(readFileSync(join(K8S, folder, 'kustomization.yaml'), 'utf8'))[0] as Kustomization;
}

export function only(all: readonly Manifest[], kind: string): Manifest {
  const found = all.filter((one) => one.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} of kind ${kind}`);
  return found[0];
}

/** @returns name and value of each line, as kustomize reads it. */
export function settings(folder: string): Map<string, string> {
  const lines = readFileSync(join(K8S, folder, 'settings.env'), 'utf8').split('\n');
  return new Map(
    lines.filter((line) => /^\w/.test(line)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Names that an overlay's replacements, and those of its components, take from the settings. */
export function replaced(folder: string): string[] {
  const { replacements = [], components = [] } = kustomization(folder);
  const own = replacements.map(({ source }) => source.fieldPath.replace('data.', ''));
  return [...own, ...components.flatMap((path) => replaced(join(folder, path)))];
}
