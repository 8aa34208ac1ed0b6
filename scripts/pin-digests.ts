/**
 * `npm run pin:digests` writes beside each tag in the Dockerfile the digest that the registry has for it now, so that the same bytes are built upon tomorrow;
 * with --check it only says whether they still are. A digest is only ever written as a registry gave it: without a network nothing is changed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lookUp } from './registry.ts';

const { file, check } = parseArgs({
  options: { file: { type: 'string', default: join(import.meta.dirname, '..', 'Dockerfile') }, check: { type: 'boolean', default: false } },
}).values;

/** What the image is built for. */
const PLATFORMS = ['linux/amd64', 'linux/arm64'];
/** `ARG ..._IMAGE=name:tag` and `FROM name:tag`, with a digest or without. */
const REFERENCE = /^((?:ARG \w*IMAGE=|FROM (?:--\S+ )*)([\w./-]+(?::\d+\/[\w./-]+)?:[\w.-]+))(@sha256:[0-9a-f]{64})?(?=\s|$)/gm;

async function main(): Promise<number> {
  const before = readFileSync(file, 'utf8');
  const references = new Set([...before.matchAll(REFERENCE)].map(([, , reference = '']) => reference));
  if (references.size === 0) throw new Error(`${file} names no image with a tag`);
  const digests = new Map<string, string>();
  for (const reference of references) {
    const { digest, platforms } = await lookUp(reference);
    const lacking = PLATFORMS.filter((platform) => !platforms.includes(platform));
    if (lacking.length > 0) throw new Error(`${reference} is not there for ${lacking.join(', ')}`);
    process.stdout.write(`${reference} ${digest}\n`);
    digests.set(reference, digest);
  }
  const after = before.replaceAll(REFERENCE, (_, start: string, reference: string) => `${start}@${digests.get(reference)}`);
  if (!check) writeFileSync(file, after);
  else if (after !== before) process.stderr.write(`pin-digests: ${file} says otherwise; npm run pin:digests writes it\n`);
  return check && after !== before ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`pin-digests: ${(error as Error).message}\nNothing was changed.\n`);
  process.exitCode = 1;
}
