import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countCosts } from '../../bench/cost/count.ts';

test('what docs/deployment.md says of costs is what `npm run cost` counts', async () => {
  const doc = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'deployment.md'), 'utf8');
  expect(doc).toContain(await countCosts());
});
