/** `npm run cost`: what the environments of cdktf/environments.ts cost a month, at no logs and at 1 TB; with `--write`, into docs/deployment.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countCosts } from './count.ts';

const DOC = join(import.meta.dirname, '..', '..', 'docs', 'deployment.md');
const BLOCK = /(<!-- cost -->\n)[^]*?(<!-- \/cost -->)/;

const text = await countCosts();
if (process.argv.includes('--write')) {
  writeFileSync(
    DOC,
    readFileSync(DOC, 'utf8').replace(BLOCK, (_, start: string, end: string) => `${start}\n${text}\n${end}`),
  );
}
process.stdout.write(text);
