/** `tenant remove`: not before the worker has let go, with a look at what is left, and erased on request, a tenant's own and nothing else. */
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  DeleteObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { drainSeconds } from '../../cli/tenant/drain.ts';
import { lookAt } from '../../cli/tenant/left-objects.ts';
import { startFaults } from '../../local/faults/faults.ts';
import { goodRow, withOperator, type Ended } from './operator.ts';

const operator = withOperator();
const remove = (args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> =>
  operator().run(['tenant', 'remove', ...args], { environment: { S3_BUCKET_NAME: operator().central.bucket, ...environment } });
const removed = async (args: readonly string[], environment: Record<string, string> = {}): Promise<unknown> => {
  const { code, stdout, stderr } = await remove([...args, '--yes', '--json'], environment);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};
const put = async (Key: string, Bucket = operator().central.bucket, Body = 'x'): Promise<void> =>
  void (await operator().central.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body })));
const keep = async (Bucket: string): Promise<string[]> => {
  const { Versions = [], DeleteMarkers = [] } = await operator().central.clients.s3.send(new ListObjectVersionsCommand({ Bucket }));
  return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key);
};
/** Disabled long ago. */
const off = { enabled: false, disabled_at: '2026-01-01T00:00:00.000Z' };

describe('drain', () => {
  test('a tenant that was live until lately is not removed, unless that is meant or waited for', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    await operator().json('disable', 'acme');
    expect(await operator().row('acme')).toMatchObject({ disabled_at: expect.any(String) as string });
    const early = await remove(['acme', '--yes']);
    expect(early).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/for 180 s after it was disabled .* Come back in 1\d\d s/) as string,
    });
    expect(await operator().row('acme')).not.toHaveProperty('removed_at');
    const short = { TENANT_CACHE_SECONDS: '1', VISIBILITY_SECONDS: '2' };
    const { code, stderr } = await remove(['acme', '--yes', '--drain'], short);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(logferry: waiting \d s until no worker delivers for acme any more\n)?$/);
    const row = (await operator().row('acme'))!;
    expect(row).toMatchObject({ enabled: false, removed_at: expect.any(String) as string });
    expect(row).not.toHaveProperty('disabled_at');
  });

  test('a pause counts from its beginning, an enabled tenant from anew, and one that never was live not at all', async () => {
    await operator().put(goodRow('acme', '111111111111', { enabled: false, paused_at: '2026-01-02T03:04:05.000Z' }));
    expect(await operator().json('disable', 'acme')).toMatchObject({ row: { disabled_at: '2026-01-02T03:04:05.000Z' } });
    await operator().json('enable', 'acme');
    expect(await operator().row('acme')).not.toHaveProperty('disabled_at');
    await operator().json('add', 'new');
    expect(await removed(['new'])).toMatchObject({ state: 'removed' });
  });

  test('it goes by the settings of the worker where they are known', () => {
    expect(drainSeconds({ TENANT_CACHE_SECONDS: '5', VISIBILITY_SECONDS: '' })).toBe(125);
  });
});

describe('what is left', () => {
  test('is told, of this tenant and no other', async () => {
    await operator().put(goodRow('acme', '111111111111', off));
    for (const key of ['acme/c/web/p/1', 'acme/c/web/p/2', 'acme-corp/c/web/p/1']) await put(key, undefined, 'four');
    const { code, stdout, stderr } = await remove(['acme', '--yes', '--dry-run']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/raw +s3:\/\/\S+\/acme\/ +2 +8 +\d{4}-\S+ +\d{4}-/)]);
    expect(stderr).toMatch(/^logferry: an object came at \S+, after acme was disabled: its agents still write\. Stop them\n$/);
    expect(await operator().row('acme')).not.toHaveProperty('removed_at');
    const { bucket } = operator().central;
    const answer = JSON.parse((await remove(['acme', '--yes', '--json'])).stdout) as object;
    expect(answer).toMatchObject({ state: 'removed', written: true, left: [{ what: 'raw', bucket, objects: 2, bytes: 8, isAll: true }] });
    expect(answer).not.toHaveProperty('erased');
    expect(await keep(bucket)).toHaveLength(3);
  });

  test('is not known without a bucket, or where nobody may look: the tenant is removed all the same', async () => {
    await operator().put(goodRow('acme', '111111111111', off));
    const { code, stderr } = await remove(['acme', '--yes'], { S3_BUCKET_NAME: '' });
    expect([code, stderr]).toEqual([0, expect.stringContaining('was not looked at')]);
    await operator().put(goodRow('globex', '222222222222', off));
    const other = await remove(['globex', '--yes', '--quarantine-bucket', 'none-such']);
    expect([other.code, other.stderr]).toEqual([0, expect.stringContaining('s3://none-such/globex/ cannot be listed')]);
  });

  test('is counted up to a bound', async () => {
    const { central } = operator();
    for (let i = 0; i < 5; i++) await put(`acme/c/web/p/${i}`);
    const place = { what: 'raw', bucket: central.bucket, prefix: 'acme/' } as const;
    expect(await lookAt(central.clients.s3, place, { pages: 2, size: 2 })).toMatchObject({ objects: 4, isAll: false });
    expect(await lookAt(central.clients.s3, place, { pages: 3, size: 2 })).toMatchObject({ objects: 5, bytes: 5, isAll: true });
  });
});

describe('--erase', () => {
  test('takes all versions and markers of the tenant’s objects, quarantined ones too, and none of another', async () => {
    const { central } = operator();
    const { s3 } = central.clients;
    const quarantine = `${central.bucket}-quarantine`;
    await s3.send(new CreateBucketCommand({ Bucket: quarantine }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: central.bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await operator().put(goodRow('acme', '111111111111', { enabled: false }));
    for (const body of ['one', 'two']) await put('acme/c/web/p/1', undefined, body);
    await s3.send(new DeleteObjectCommand({ Bucket: central.bucket, Key: 'acme/c/web/p/1' }));
    for (const key of ['acme2/c/web/p/1', 'other/acme/web/p/1']) await put(key);
    await put('acme/x/1-2.ndjson.gz', quarantine);
    await put('acme2/x/1-2.ndjson.gz', quarantine);
    const args = ['acme', '--erase', '--quarantine-bucket', quarantine];
    expect(await remove(args)).toMatchObject({ code: 64, stderr: expect.stringContaining('give --yes') as string });
    expect(await removed([...args, '--dry-run'])).toMatchObject({
      left: [{ objects: 3 }, { what: 'quarantined', objects: 1 }],
      written: false,
    });
    expect(await keep(central.bucket)).toHaveLength(5);
    expect(await removed(args)).toMatchObject({ state: 'removed', erased: { [central.bucket]: 3, [quarantine]: 1 } });
    expect(await keep(central.bucket)).toEqual(['acme2/c/web/p/1', 'other/acme/web/p/1']);
    expect(await keep(quarantine)).toEqual(['acme2/x/1-2.ndjson.gz']);
  });

  test('goes on where it broke off, also after the tenant is removed', async () => {
    const { central } = operator();
    await operator().put(goodRow('acme', '111111111111', { enabled: false }));
    await Promise.all(Array.from({ length: 1005 }, (_, i) => put(`acme/c/web/p/${i}`)));
    const refuse = { kind: 'refuse', status: 403, code: 'AccessDenied', message: 'no' } as const;
    const rule = { service: 's3', action: 'DeleteObjects', after: 1, effect: refuse };
    const faults = await startFaults({ target: central.cloud.endpoint, rules: [rule] });
    const broken = await remove(['acme', '--erase', '--yes'], { AWS_ENDPOINT_URL: faults.endpoint });
    await faults.stop();
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain('tenant acme is removed; ');
    expect(broken.stderr).toContain('cannot be erased after 1,000 objects; that takes s3:DeleteObject and s3:DeleteObjectVersion');
    expect(await keep(central.bucket)).toHaveLength(5);
    expect(await removed(['acme', '--erase'])).toMatchObject({
      state: 'removed',
      written: false,
      changes: [],
      erased: { [central.bucket]: 5 },
    });
    expect(await removed(['acme', '--erase'])).toMatchObject({ left: [{ objects: 0 }], erased: { [central.bucket]: 0 } });
  });

  test('needs a bucket, and a tenant that is off', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    await put('acme/c/web/p/1');
    expect(await remove(['acme', '--erase', '--yes', '--now'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('disable acme') as string,
    });
    await operator().put(goodRow('acme', '111111111111', off));
    expect(await remove(['acme', '--erase', '--yes'], { S3_BUCKET_NAME: '' })).toMatchObject({ code: 64 });
    expect(await remove(['nobody', '--erase', '--yes'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no tenant nobody') as string,
    });
    expect(await keep(operator().central.bucket)).toHaveLength(1);
  });
});
