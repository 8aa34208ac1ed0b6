/** Where there is a real Vector of the pinned version: it accepts the agent's configuration, and its objects hold what the golden outputs say. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { AGENT_ENVIRONMENT, CASES } from '../../k8s/vector/cases.ts';
import { golden } from '../../k8s/vector/programs.ts';
import { hasVector, vector, WHERE } from './vector.ts';

const BASE = fileURLToPath(new URL('../../../k8s/base/vector/', import.meta.url));

/** What the DaemonSet sets. */
const ENVIRONMENT = {
  ...AGENT_ENVIRONMENT,
  VECTOR_SELF_NODE_NAME: 'node',
  S3_BUCKET_NAME: 'logs',
  AWS_REGION: 'us-east-1',
  S3_AUTH_OPTION: 'region',
  S3_AUTH_VALUE: 'us-east-1',
};

describe.skipIf(!hasVector)(`Vector ${WHERE}`, () => {
  let aws: LocalAws;
  let s3: S3Client;

  beforeAll(async () => {
    aws = await startLocalAws({});
    s3 = new S3Client({
      endpoint: aws.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
  });
  afterAll(async () => {
    s3.destroy();
    await aws.stop();
  });

  it('accepts the agent’s configuration', () => {
    expect(validate((config) => config, ENVIRONMENT)).toMatchObject({ status: 0 });
  });

  it('accepts it where the writer role is assumed (components/assume-role), and refuses it without that role', () => {
    const assume = { ...ENVIRONMENT, S3_AUTH_OPTION: 'assume_role', S3_AUTH_VALUE: 'arn:aws:iam::999999999999:role/writer' };
    expect(validate((config) => config, assume)).toMatchObject({ status: 0 });
    const { status, output } = validate((config) => config, { ...assume, S3_AUTH_VALUE: '' });
    expect([status, output]).toEqual([expect.any(Number), expect.stringContaining('S3_WRITER_ROLE_ARN')]);
    expect(status).not.toBe(0);
  });

  it.each(['2024', 'true', '1e3', 'a: b'])('takes a cluster named %s for a text', (name) => {
    expect(validate((config) => config, { ...ENVIRONMENT, CLUSTER_ID: name })).toMatchObject({ status: 0 });
  });

  it.each([
    ['an option that it does not know', (config: string) => config.replace('when_full:', 'when_filled:'), ENVIRONMENT],
    ['no cluster', (config: string) => config, { ...ENVIRONMENT, CLUSTER_ID: '' }],
    ['no bucket', (config: string) => config, { ...ENVIRONMENT, S3_BUCKET_NAME: '' }],
  ])('refuses %s', (_what, change, env) => {
    expect(validate(change, env).status).not.toBe(0);
  });

  it('writes the golden records under their keys', async () => {
    const { records, dropped } = golden();
    const mine = new Set(CASES.map(({ name }) => name));
    const printed = await ship(CASES.flatMap(({ events }) => events).map((event) => `${JSON.stringify(event)}\n`));
    const expected = records.filter((one) => mine.has(one.case)).map(({ prefix, record }) => ({ prefix, record }));
    expect(byText(await stored())).toEqual(byText(expected));
    const reasons = dropped.filter((one) => mine.has(one.case)).map(({ reason }) => reason);
    for (const reason of new Set(reasons)) expect(printed).toMatch(new RegExp(`logferry_dropped_events_total.*reason="${reason}"`));
  });

  /** `npm run vector:local` over these lines. @returns what it printed. */
  async function ship(lines: readonly string[]): Promise<string> {
    const script = fileURLToPath(new URL('../../../k8s/local/main.ts', import.meta.url));
    const env = { ...process.env, ...ENVIRONMENT, VECTOR: vector };
    const child = spawn(process.execPath, [script, '--bucket', 'logs', '--endpoint', aws.endpoint], { env });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stdin.end(lines.join(''));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, printed]).toEqual([0, expect.any(String)]);
    return printed;
  }

  async function stored(): Promise<{ prefix: string; record: unknown }[]> {
    const { Contents: objects = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'logs' }));
    const all = await Promise.all(
      objects.map(async ({ Key: key = '' }) => {
        const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key: key }));
        const text = gunzipSync((await body?.transformToByteArray()) ?? '').toString();
        const prefix = key.slice(0, key.lastIndexOf('/') + 1);
        expect(key.slice(prefix.length)).toMatch(/^\d{14}-[0-9a-f-]{36}\.json\.gz$/);
        return text
          .trimEnd()
          .split('\n')
          .map((line) => ({ prefix, record: JSON.parse(line) as unknown }));
      }),
    );
    return all.flat();
  }
});

function byText(records: readonly object[]): object[] {
  return records.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** `vector validate` of the agent's own file, its folders of the container replaced. */
function validate(change: (config: string) => string, env: Readonly<Record<string, string>>): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'logferry-validate-'));
  try {
    const file = join(folder, 'vector.yaml');
    const config = readFileSync(join(BASE, 'vector.yaml'), 'utf8').replaceAll('/etc/vector/', BASE);
    writeFileSync(file, change(config).replace('data_dir: /var/lib/vector', `data_dir: ${folder}`));
    const { status, stdout, stderr } = spawnSync(vector, ['validate', '--no-environment', file], { encoding: 'utf8', env });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
