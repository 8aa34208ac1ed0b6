/** The records have the shape of those that a real Vector wrote with the original's pipeline. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { recordOf } from '../../../local/generator/record.ts';
import { golden } from './programs.ts';

const REAL = fileURLToPath(new URL('../../../../shared/data/vector', import.meta.url));

/** Names of all fields, nested ones by their path, in their order. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`));
}

const ours = new Set(golden().records.map(({ record }) => fieldsOf(record).join()));

it('all records have the same fields, those of the generator’s records', () => {
  const pod = {
    application: 'a',
    clusterId: 'c',
    customerId: 't',
    environment: 'e',
    file: 'f',
    namespace: 'n',
    nodeName: 'o',
    podName: 'p',
  };
  expect([...ours]).toEqual([fieldsOf(JSON.parse(recordOf(pod, 'INFO', 1n))).join()]);
});

it('and those of the objects that a real Vector wrote', ({ skip }) => {
  skip(!existsSync(REAL), 'the objects that a real Vector wrote are not on this machine');
  const real = new Set<string>();
  for (const file of globSync('**/*.json.gz', { cwd: REAL })) {
    const lines = gunzipSync(readFileSync(`${REAL}/${file}`))
      .toString()
      .trimEnd()
      .split('\n');
    for (const line of lines) real.add(fieldsOf(JSON.parse(line)).join());
  }
  expect([...real]).toEqual([...ours]);
});
