/** Beside what a real Vector wrote: the same record to the byte, and the same lines from the same files. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Pod } from '../../../local/generator/pod.ts';
import { recordOf } from '../../../local/generator/record.ts';
import { shipFiles } from '../../../local/generator/ship.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const WHY_NOT = 'the real objects are not beside the repository (../shared/data)';

interface RealRecord {
  readonly [field: string]: string | Readonly<Record<string, string>>;
  readonly kubernetes: Readonly<Record<string, string>>;
  readonly message: string;
  readonly timestamp: string;
}

const objects = existsSync(DATA) ? globSync(join(DATA, 'vector/**/*.json.gz')) : [];
const linesOf = (path: string): string[] => gunzipSync(readFileSync(path)).toString().split('\n').slice(0, -1);

function podOf({ kubernetes, ...record }: RealRecord): Pod {
  const { customer_id, cluster_id, environment, application, pod_name, file } = record as Record<string, string>;
  return {
    customerId: customer_id!,
    clusterId: cluster_id!,
    environment: environment!,
    application: application!,
    podName: pod_name!,
    file: file!,
    namespace: kubernetes.namespace!,
    nodeName: kubernetes.node_name!,
  };
}

function nanoseconds(time: string): bigint {
  const [, seconds, fraction = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(time)!;
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

it('writes the record that Vector writes of the same line, pod and time, byte for byte', (context) => {
  context.skip(objects.length === 0, WHY_NOT);
  for (const path of objects) {
    const lines = linesOf(path);
    const ours = lines.map((line) => {
      const record = JSON.parse(line) as RealRecord;
      return recordOf(podOf(record), record.message, nanoseconds(record.timestamp));
    });
    expect(ours).toEqual(lines);
  }
});

it('ships the lines that Vector shipped of the same files, and the last one, which had no line end for it', async (context) => {
  context.skip(objects.length === 0, WHY_NOT);
  const sources = globSync(join(DATA, 'loghub/*.log'));
  for (const path of objects) {
    const application = basename(dirname(dirname(path)));
    const source = sources.find((name) => basename(name).toLowerCase().startsWith(`${application}_`))!;
    const messages: string[] = [];
    for await (const object of shipFiles({ customerId: 'c', clusterId: 'c', files: [source] })) messages.push(...object.messages);
    const theirs = linesOf(path).map((line) => (JSON.parse(line) as RealRecord).message);
    expect(messages.slice(0, theirs.length)).toEqual(theirs);
    expect(messages).toHaveLength(2000);
  }
});
