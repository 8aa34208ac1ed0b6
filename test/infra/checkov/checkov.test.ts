/** What others hold to be good practice, and what of it we do not follow, with the reason. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { synthesize } from '../../../cdktf/cli/selection.ts';
import { STACKS } from '../../../cdktf/config.ts';
import { loadEnvironments } from '../../../cdktf/load.ts';
import { Unavailable } from '../../witness/witness.ts';
import { checkov, type Finding } from './checkov.ts';
import { WAIVERS } from './waivers.ts';

const waives = ({ check, resource }: (typeof WAIVERS)[number], finding: Finding) =>
  check === finding.check && (resource?.test(finding.resource) ?? true);

test('checkov finds nothing in any stack but what is waived with a reason, and no waiver is idle', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'logferry-checkov-'));
  try {
    const environments = (await loadEnvironments('cdktf/environments.ts')).filter(({ name }) => name !== 'staging');
    synthesize(
      environments.map((one) => ({ ...one, stacks: [...STACKS], allowWorkerAndLambda: true })),
      folder,
    );
    const { failed, passed } = await checkov(join(folder, 'stacks'));
    expect(passed).toBeGreaterThan(100);
    const unwaived = failed.filter((finding) => !WAIVERS.some((waiver) => waives(waiver, finding)));
    expect(unwaived.map(({ check, name, resource, file }) => `${check} ${file} ${resource}: ${name}`)).toEqual([]);
    expect(WAIVERS.filter((waiver) => !failed.some((finding) => waives(waiver, finding))).map(({ check }) => check)).toEqual([]);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    context.skip(error.message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
