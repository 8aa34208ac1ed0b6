/** What the agent has in its buffer is not lost: neither by a bucket that refuses it, nor by kill -9. With a real Vector, where there is one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { localConfig } from '../../../k8s/local/config.ts';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { CASES } from '../../k8s/vector/cases.ts';
import { hasVector, vector, WHERE } from './vector.ts';

type Sink = Record<string, unknown>;

const AGENT = new URL('../../../k8s/base/vector/vector.yaml', import.meta.url);
const EVENTS = CASES.find(({ name }) => name === 'java-stack')?.events ?? [];
/** Longer than this no step takes. */
const PATIENCE = { timeout: 60_000, interval: 100 };

describe.skipIf(!hasVector)(`Vector ${WHERE}`, () => {
  let aws: LocalAws;
  let s3: S3Client;
  const folder = mkdtempSync(join(tmpdir(), 'logferry-survival-'));

  beforeAll(async () => {
    aws = await startLocalAws({});
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    s3 = new S3Client({ endpoint: aws.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  });
  afterAll(async () => {
    s3.destroy();
    await aws.stop();
    rmSync(folder, { recursive: true });
  });

  it('delivers after a refusal, a kill -9 and a restart', async () => {
    // By Vector's default a 403 would have been the lines' end.
    let refusals = 0;
    const refusing = createServer((request, response) => {
      refusals++;
      request.resume().on('end', () => response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>'));
    }).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const first = start(`http://127.0.0.1:${(refusing.address() as AddressInfo).port}`);
    first.stdin?.write(EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await vi.waitFor(() => expect(buffered()).toContain('next request'), PATIENCE);
    await vi.waitFor(() => expect(refusals).toBeGreaterThan(1), PATIENCE);
    first.kill('SIGKILL');
    await once(first, 'exit');
    refusing.close();

    await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
    const second = start(aws.endpoint);
    await vi.waitFor(
      async () => expect((await stored()).join('\n').split('\n').toSorted()).toEqual(EVENTS.map(({ message }) => message).toSorted()),
      PATIENCE,
    );
    second.kill('SIGTERM');
    await once(second, 'exit');
  });

  /** The agent's own sink, but for where it writes to, by whose leave, and for the five minutes. */
  function start(endpoint: string): ChildProcess {
    const config = parse(localConfig(folder)) as { sinks: { s3: Sink } };
    const agent = (parse(readFileSync(AGENT, 'utf8')) as { sinks: { s3: Sink } }).sinks.s3;
    const { endpoint: address, bucket, region, auth } = config.sinks.s3;
    const batch = { ...(agent['batch'] as object), timeout_secs: 1 };
    config.sinks.s3 = { ...agent, endpoint: address, bucket, region, auth, batch, force_path_style: true };
    const file = join(folder, 'vector.yaml');
    writeFileSync(file, stringify(config));
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      S3_BUCKET_NAME: 'logs',
      CLUSTER_ID: 'prod-1',
    };
    return spawn(vector, ['--quiet', '--config', file], { env, stdio: ['pipe', 'ignore', 'ignore'] });
  }

  /** What the disk buffer holds, uncompressed as it is. */
  function buffered(): string {
    return globSync(join(folder, 'buffer/**/*.dat'))
      .map((file) => readFileSync(file, 'latin1'))
      .join('');
  }

  async function stored(): Promise<string[]> {
    const { Contents: objects = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'logs' }));
    const bodies = await Promise.all(
      objects.map(({ Key }) => s3.send(new GetObjectCommand({ Bucket: 'logs', Key })).then(({ Body }) => Body?.transformToByteArray())),
    );
    return bodies.flatMap((body) =>
      gunzipSync(body ?? '')
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { message: string }).message),
    );
  }
});
