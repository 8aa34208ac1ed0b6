/** The agent's programs as they are checked in, and what their golden outputs were made of. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { CASES, ONE_CUSTOMER_CASES } from './cases.ts';

const FOLDER = new URL('../../../k8s/base/vector/', import.meta.url);
const GOLDEN = new URL('golden/records.json', import.meta.url);

/** Of the image that the DaemonSet pins, and of the language in it: the version of `vrl` in that Vector's Cargo.lock. */
export const VECTOR_VERSION = '0.56.0';
export const VRL_VERSION = '0.33.1';

export interface Golden {
  readonly vector: string;
  readonly vrl: string;
  /** Hash of the programs and the events. */
  readonly source: string;
  readonly dropped: readonly { readonly case: string; readonly reason: string }[];
  readonly records: readonly { readonly case: string; readonly prefix: string; readonly record: Readonly<Record<string, unknown>> }[];
}

export function program(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

/** Changes with every program and every event. */
export function sourceHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(FOLDER)
    .filter((file) => file.endsWith('.vrl'))
    .toSorted())
    hash.update(`${name}\n${program(name)}`);
  return hash.update(JSON.stringify([CASES, ONE_CUSTOMER_CASES])).digest('hex');
}

export function golden(): Golden {
  return JSON.parse(readFileSync(GOLDEN, 'utf8')) as Golden;
}

export { GOLDEN as GOLDEN_FILE };
