/** `npm run validate`: Terraform itself on every stack of every environment of the repository, each alone. No account, no emulator. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { STACKS } from '../../cdktf/config.ts';
import { Unavailable } from '../witness/witness.ts';
import { findTerraform } from './terraform.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ENVIRONMENTS = ['development', 'staging', 'production'];

test('every stack of every environment is valid by itself', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'logferry-validate-'));
  try {
    const env = { ...process.env, ...(await findTerraform(folder)), LOGFERRY_ENVIRONMENTS: '' };
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'cdktf', 'cli', 'main.ts'), 'validate'], { env });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+/, ' '));
    const wanted = ENVIRONMENTS.flatMap((name) => STACKS.map((kind) => `${name}-${kind} valid`));
    expect(new Set(lines)).toEqual(new Set(wanted));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    context.skip(error.message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
