/** Synthesizes an environment of cdktf/environments.ts in this process and reads it. It leaves nothing behind. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf, synthesize } from '../../cdktf/cli/selection.ts';
import type { Environment, StackKind } from '../../cdktf/config.ts';
import type { StackJson } from '../../test/cdktf/synthesized.ts';
import { readEnvironment, type SimulatedEnvironment } from './environment.ts';

export function synthesized(environments: readonly Environment[]): SimulatedEnvironment[] {
  const out = mkdtempSync(join(tmpdir(), 'logferry-scaling-'));
  try {
    synthesize([...environments], out);
    return environments.map((environment) => {
      const read = (kind: StackKind) =>
        JSON.parse(readFileSync(join(folderOf(out, environment, kind), 'cdk.tf.json'), 'utf8')) as StackJson;
      return readEnvironment(environment, { queue: read('queue'), worker: read('worker') });
    });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
