/** The agent's own transforms between the ends of vector-local.yaml (pure but for reading the two files). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const LOCAL = new URL('../vector-local.yaml', import.meta.url);
const AGENT = new URL('../base/vector/vector.yaml', import.meta.url);
const PROGRAMS = fileURLToPath(new URL('../base/vector/', import.meta.url));
/** Where the DaemonSet mounts the ConfigMap. */
const MOUNTED = '/etc/vector/';

interface Config {
  readonly transforms: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** @returns a configuration of Vector, as YAML. */
export function localConfig(dataDir: string): string {
  const { transforms } = parse(readFileSync(AGENT, 'utf8')) as Config;
  const here = Object.entries(transforms).map(([name, transform]) => {
    const { file } = transform;
    return [name, typeof file === 'string' ? { ...transform, file: file.replace(MOUNTED, PROGRAMS) } : transform];
  });
  const ends = parse(readFileSync(LOCAL, 'utf8')) as object;
  return stringify({ data_dir: dataDir, ...ends, transforms: Object.fromEntries(here) as unknown });
}
