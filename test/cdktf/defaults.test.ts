/**
 * All that an environment gets without saying so, in one short file: a changed default is a changed line there, to be read in review. `vitest run -u` writes it
 * anew. What a default must be good for is said by the other tests.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEnvironments, STACKS } from '../../cdktf/config.ts';
import { synthesize, type StackJson } from './synthesized.ts';

/** `{ worker: { cpu: 1 } }` -> `worker.cpu 1`. */
function lines(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    return [`${path} ${JSON.stringify(value)}`];
  }
  return Object.entries(value).flatMap(([key, one]) => lines(one, path === '' ? key : `${path}.${key}`));
}

/** `aws_sqs_queue 3`, in alphabetical order. */
function counts({ resource = {} }: StackJson): string[] {
  return Object.keys(resource)
    .toSorted()
    .map((type) => `${type} ${Object.keys(resource[type] ?? {}).length}`);
}

test('the defaults of an environment, and the resources that they come to, are those of defaults.txt', async () => {
  const [environment] = checkEnvironments('logferry', { test: { account: '111122223333', region: 'eu-central-1' } });
  const stacks = synthesize({ allowWorkerAndLambda: true }, STACKS);
  const text = [
    '# an environment that says its account and its region',
    ...lines(environment),
    ...STACKS.flatMap((kind) => ['', `# ${kind}`, ...counts(stacks[kind])]),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'defaults.txt'));
});
