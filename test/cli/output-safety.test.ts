/** What the command writes: nothing that steers a terminal, no ExternalId that was not asked for, and no answer that is not there. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodRow, MAIN, withOperator } from './operator.ts';

const operator = withOperator();
const ACCOUNT = '111111111111';
let folder: string;

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'logferry-output-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

it('what somebody wrote as a reason cannot steer the terminal of who enables the tenant', async () => {
  await operator().put(goodRow('acme', ACCOUNT, { enabled: false, paused_at: '2026-01-01T00:00:00Z', pause_reason: 'a\u{1B}[2Jb' }));
  const { stdout } = await operator().run(['tenant', 'pause', 'acme']);
  expect(stdout).toMatch(/acme is paused \(since 2026-01-01T00:00:00Z: ab\)/);
});

describe('ExternalIds', () => {
  it('are not told by set, which was given one', async () => {
    await operator().put({ ...goodRow('acme', ACCOUNT), external_id: undefined });
    const words = await operator().run(['tenant', 'set', 'acme', 'external_id=the-secret', '--dry-run']);
    expect(words.stdout).toContain('+ external_id: (not shown)');
    const json = await operator().run(['tenant', 'set', 'acme', 'external_id=the-secret', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ written: true, changes: [{ field: 'external_id' }] });
    expect(words.stdout + json.stdout).not.toContain('the-secret');
    expect(await operator().row('acme')).toMatchObject({ external_id: 'the-secret' });
  });

  it('are not told by remove, which takes the next one off', async () => {
    await operator().put(goodRow('acme', ACCOUNT, { enabled: false, external_id: 'the-secret', next_external_id: 'the-secret-next' }));
    const words = await operator().run(['tenant', 'remove', 'acme', '--dry-run']);
    const json = await operator().run(['tenant', 'remove', 'acme', '--now', '--yes', '--json']);
    expect([words.code, json.code]).toEqual([0, 0]);
    expect(words.stdout).toContain('- next_external_id: (not shown)');
    expect(words.stdout + json.stdout).not.toContain('the-secret');
  });
});

it.skipIf(!existsSync('/dev/full'))('standard output on a disk that is full (/dev/full) fails with 1, and says so', async () => {
  await operator().put(goodRow('acme', ACCOUNT));
  const { code, stderr } = await shell('tenant export > /dev/full');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/standard output cannot be written: .*ENOSPC/) as string });
});

it('a pipe or device is written to, and not replaced by a file', async () => {
  await operator().put(goodRow('acme', ACCOUNT));
  const pipe = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), operator().json('export', '--output', pipe)]);
  expect(read).toContain('"acme"');
  expect((await stat(pipe)).isFIFO()).toBe(true);
});

it('a link to a file stays one, and its file is replaced', async () => {
  await operator().put(goodRow('acme', ACCOUNT));
  await writeFile(join(folder, 'fleet.yaml'), 'of yesterday');
  await symlink('fleet.yaml', join(folder, 'link.yaml'));
  await operator().json('export', '--output', join(folder, 'link.yaml'));
  expect(await readFile(join(folder, 'fleet.yaml'), 'utf8')).toContain('"acme"');
});

it('who reads along may leave early', async () => {
  for (let i = 0; i < 5; i++) await operator().put(goodRow(`acme-${i}`, String(111_111_111_111 + i)));
  expect(await shell('tenant list --json | head -c 1')).toEqual({ code: 0, stderr: '' });
});

/** The command with what a shell makes of the rest: redirections, pipes. */
async function shell(words: string): Promise<{ code: number; stderr: string }> {
  const { cloud, table } = operator().central;
  const env = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey,
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL: cloud.endpoint,
    TENANT_CONFIG_TABLE: table,
  };
  return await new Promise((resolve) => {
    execFile('bash', ['--norc', '-c', `set -o pipefail; "$0" "$1" ${words}`, process.execPath, MAIN], { env }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });
}
