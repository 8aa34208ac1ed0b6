/** `send`: what an operator ships by hand arrives in the customer's account, and where the command says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startLocalAws, type LocalAws } from '../../local/aws.ts';
import { putRow } from '../../local/provision/tenant.ts';
import { embeddedTarget } from '../support/embedded.ts';
import { Stage } from '../support/stage.ts';
import { runLogferry, type Ended, type RunOptions } from './operator.ts';

interface Answer {
  readonly objects: readonly { readonly key: string; readonly lines: number }[];
  readonly lines: number;
  readonly destinations: readonly { readonly account: string; readonly region: string; readonly group: string; readonly stream: string }[];
  readonly warnings: readonly string[];
}

let local: LocalAws;
let stage: Stage;
let folder = '';
beforeAll(async () => void (local = await startLocalAws()));
afterAll(() => local?.stop());
beforeEach(async () => {
  stage = await Stage.open(embeddedTarget(() => local));
  folder = await mkdtemp(join(tmpdir(), 'logferry-send-'));
});
afterEach(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

const send = async (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  await runLogferry(stage.central, ['send', ...args], {
    ...options,
    environment: { S3_BUCKET_NAME: stage.central.bucket, ...options.environment },
  });
const answer = async (args: readonly string[], options: RunOptions = {}): Promise<Answer> => {
  const { code, stdout, stderr } = await send([...args, '--json'], options);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Answer;
};
const keys = async (): Promise<string[]> => {
  const { Contents = [] } = await stage.central.clients.s3.send(new ListObjectsV2Command({ Bucket: stage.central.bucket }));
  return Contents.map(({ Key = '' }) => Key);
};
const records = async (Key: string): Promise<Record<string, unknown>[]> => {
  const { Body } = await stage.central.clients.s3.send(new GetObjectCommand({ Bucket: stage.central.bucket, Key }));
  const text = gunzipSync((await Body?.transformToByteArray()) ?? '').toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('what is sent', () => {
  test('from standard input arrives where the command says', async () => {
    const acme = await stage.tenant('acme');
    const worker = stage.worker();
    await worker.ready();
    const { code, stdout, stderr } = await send(['acme', '-'], { input: 'the first line\nthe second line' });
    expect([code, stderr]).toEqual([0, '']);
    const [key = ''] = await keys();
    expect(key).toMatch(/^acme\/logferry-send\/stdin\/stdin-[^/]+\/\d{14}-[^/]+\.json\.gz$/);
    const stream = key.split('/').slice(1, 4).join('/');
    expect(stdout).toBe(
      `${key}  2 lines\n1 object and 2 lines sent to s3://${stage.central.bucket}.\n` +
        `To be delivered to account ${acme.account}, us-east-1, log group ${acme.group}, stream ${stream}.\n`,
    );
    await stage.expectMessages(acme, ['the first line', 'the second line']);
    expect(await stage.messages(acme, stream)).toHaveLength(2);
    const { s3 } = stage.central.clients;
    expect(await s3.send(new HeadObjectCommand({ Bucket: stage.central.bucket, Key: key }))).toMatchObject({ ContentEncoding: 'gzip' });
  });

  test('from files, packed ones too, is each an application of its own, and where the row wants it', async () => {
    const acme = await stage.tenant('acme', { group: '/acme/apps' });
    await putRow(stage.central, acme, { log_stream_name: '{application}-{environment}', environment: 'dev' });
    await writeFile(join(folder, 'web.log'), 'one\ntwo\n');
    await writeFile(join(folder, 'api.log.gz'), gzipSync('three\n'));
    const { destinations, lines, objects } = await answer([
      'acme',
      join(folder, 'web.log'),
      join(folder, 'api.log.gz'),
      '--cluster-id',
      'prod-1',
    ]);
    const there = { account: acme.account, region: 'us-east-1', group: '/acme/apps' };
    expect(destinations).toEqual([
      { ...there, stream: 'web-dev' },
      { ...there, stream: 'api-dev' },
    ]);
    expect([lines, objects.map((one) => one.lines)]).toEqual([3, [2, 1]]);
    expect((await keys()).map((key) => key.split('/').slice(0, 3).join('/')).toSorted()).toEqual(['acme/prod-1/api', 'acme/prod-1/web']);
    const worker = stage.worker();
    await worker.ready();
    await stage.expectMessages(acme, ['one', 'two', 'three']);
  });

  test('has the time of reading, but for JSON lines that have their own', async () => {
    await stage.tenant('acme');
    const own = new Date(Date.now() - 3_600_000).toISOString();
    const input = `${JSON.stringify({ timestamp: own, message: 'x' })}\n{"timestamp":"soon"}\nplain "timestamp"\n{"timestamp":1}\n`;
    const before = Date.now();
    const { code, stdout, stderr } = await send(['acme', '--application', 'web', '--pod-name', 'web-0', '--json'], { input });
    expect([code, stderr]).toEqual([
      0,
      'logferry: 1 line with a timestamp older than 14 days: CloudWatch Logs does not take them as they are\n',
    ]);
    const { objects } = JSON.parse(stdout) as Answer;
    expect(objects[0]!.key).toMatch(/^acme\/logferry-send\/web\/web-0\//);
    const times = (await records(objects[0]!.key)).map(({ timestamp }) => Date.parse(String(timestamp)));
    expect([times[0], times[3]]).toEqual([Date.parse(own), 1000]);
    for (const time of times.slice(1, 3)) expect(time).toBeGreaterThanOrEqual(before - 1);
  });

  test('is written by the writer role, where there is one', async () => {
    await stage.tenant('acme');
    const role = stage.central.roleArn.replace('-central', '-writer');
    const refused = await send(['acme'], { input: 'x', environment: { S3_WRITER_ROLE_ARN: role } });
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`the writer role ${role} does not let you in`) as string,
    });
    local.identities.putRole({
      arn: role,
      trust: {
        Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${stage.central.account}:root` }, Action: 'sts:AssumeRole' }],
      },
      policies: [
        { Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${stage.central.bucket}/acme/*/*/*/*` }] },
      ],
    });
    expect(await answer(['acme', '--writer-role-arn', role], { input: 'x' })).toMatchObject({ lines: 1 });
  });
});

describe('it says', () => {
  test('beforehand, that a tenant is not delivered to yet; what is sent is delivered once it is', async () => {
    const acme = await stage.tenant('acme', { row: false });
    const unknown = await send(['acme'], { input: 'too early\n' });
    expect(unknown.code).toBe(0);
    expect(unknown.stderr).toBe(
      'logferry: tenant acme has no row in the tenant table; onboard it; what is sent waits in the queue until that is mended, 14 days at most\n',
    );
    await putRow(stage.central, acme, { enabled: false });
    const { stderr, stdout } = await send(['acme', '--json'], { input: 'off\n' });
    expect(stderr).toContain('its cloudwatch row is not enabled; what is sent waits');
    expect(JSON.parse(stdout)).toMatchObject({ destinations: [], warnings: [expect.stringContaining('is not enabled') as string] });
    await putRow(stage.central, acme);
    const worker = stage.worker();
    await worker.ready();
    await stage.expectMessages(acme, ['too early', 'off']);
  });

  test('that the row does not want the application', async () => {
    await putRow(stage.central, await stage.tenant('acme'), { desired_applications: ['web'] });
    const { code, stderr } = await send(['acme', '--application', 'api'], { input: 'x\n' });
    expect([code, stderr]).toEqual([
      0,
      'logferry: application api is none of desired_applications: what was sent of it is not delivered\n',
    ]);
  });

  test.each<[string, string[], string, number, string]>([
    ['nothing to send', ['acme'], '', 1, 'there were no lines'],
    ['a file that is not there', ['acme', 'none.log'], '', 1, 'there is no such file'],
    ['no bucket', ['acme', '--bucket', ''], 'x', 64, 'which bucket?'],
    ['a bucket that is not there', ['acme', '--bucket', 'none-such'], 'x', 1, 'there is no such bucket'],
    ['a cluster that no key can name', ['acme', '--cluster-id', 'a/b'], 'x', 64, '--cluster-id'],
    ['an id that no key can name', ['a/b'], 'x', 64, 'is no tenant id'],
    ['standard input twice', ['acme', '-', '-'], 'x', 64, 'can be sent once'],
  ])('%s', async (_, args, input, code, said) => {
    await stage.tenant('acme');
    expect(await send(args, { input })).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) as string });
    expect(await keys()).toEqual([]);
  });
});
