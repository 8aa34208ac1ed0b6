import { describe, expect, test } from 'vitest';
import type { LogferryError } from '../../../worker/errors.ts';
import { locate, type Delivery, type LocateDeps } from '../../../worker/locate/locate.ts';
import { parseRow } from '../../../worker/locate/tenant-row.ts';

const KEY = 'acme/prod-1/web/web-0/20261124-x.json.gz';
const ROW = {
  tenant_id: 'acme',
  log_distribution_role_arn: 'arn:aws:iam::111111111111:role/r',
  external_id: 'secret',
  target_region: 'eu-west-1',
};
const ref = { bucket: 'central', key: KEY, eventTime: Date.UTC(2026, 10, 24, 23, 59) };

function deps(items: readonly Record<string, unknown>[], over: Partial<LocateDeps> = {}, pause?: string): LocateDeps {
  const asked: string[] = [];
  const directory = {
    asked,
    rows: async (tenant: string) => {
      asked.push(tenant);
      return items.map(parseRow);
    },
    pause: async () => pause,
  };
  return { directory, bucket: 'central', environment: 'production', now: () => Date.UTC(2026, 11, 1), ...over };
}

const outcome = (delivery: Delivery | undefined) =>
  delivery?.kind === 'fault' ? delivery.error.code : delivery?.kind === 'skip' ? delivery.reason : delivery?.route;

const deliveries = async (items: readonly Record<string, unknown>[], over?: Partial<LocateDeps>, object = ref) =>
  (await locate(object, deps(items, over))).deliveries.map(outcome);

const codeOf = async (work: Promise<unknown>) => await work.catch((error: LogferryError) => [error.code, error.message]);

test('a row becomes a route that says everything of the delivery', async () => {
  expect(await locate(ref, deps([ROW]))).toEqual({
    source: { tenant: 'acme', cluster: 'prod-1', application: 'web', pod: 'web-0' },
    deliveries: [
      {
        kind: 'route',
        route: {
          source: { tenant: 'acme', cluster: 'prod-1', application: 'web', pod: 'web-0' },
          type: 'cloudwatch',
          roleArn: 'arn:aws:iam::111111111111:role/r',
          account: '111111111111',
          externalId: 'secret',
          region: 'eu-west-1',
          group: '/ROSA/cluster-logs/application',
          stream: 'prod-1/web/web-0',
          environment: 'production',
          format: 'message',
          late: 'quarantine',
          createGroup: false,
        },
      },
    ],
  });
});

test("the row's own choices go before the defaults", async () => {
  const row = {
    ...ROW,
    environment: 'staging',
    log_group_name: '/{tenant_id}/{environment}',
    log_stream_name: '{date}:{application}',
    message_format: 'record',
    late: 'now',
    create_log_group: true,
  };
  expect(await deliveries([row])).toMatchObject([
    { environment: 'staging', group: '/acme/staging', stream: '2026-11-24_web', format: 'record', late: 'now', createGroup: true },
  ]);
});

test("the day in a name is the object's, so that a repetition goes to the same stream; without one it is today's", async () => {
  const row = { ...ROW, log_stream_name: '{date}' };
  expect(await deliveries([row])).toMatchObject([{ stream: '2026-11-24' }]);
  expect(await deliveries([row], {}, { ...ref, eventTime: undefined as unknown as number })).toMatchObject([{ stream: '2026-12-01' }]);
});

describe('a row stops its own delivery only', () => {
  const other = { ...ROW, target_region: 'us-east-1' };
  test.each([
    ['disabled', { enabled: false }, 'tenant-disabled'],
    ['faulty', { target_region: 'mars' }, 'bad-row'],
    ['a group that cannot be', { log_group_name: '/{environment}', environment: 'a b' }, 'bad-row'],
    ['another type', { type: 's3' }, 'unknown-type'],
    ['another application', { desired_applications: ['api'] }, 'not-wanted'],
  ])('%s', async (_, over, expected) => {
    expect(await deliveries([{ ...ROW, ...over }, other])).toEqual([expected, expect.objectContaining({ region: 'us-east-1' })]);
  });
});

test.each([['web'], ['WEB']])('an application is wanted whatever its letter case: %s', async (name) => {
  expect(await deliveries([{ ...ROW, desired_applications: ['api', name] }])).toMatchObject([{ group: expect.any(String) }]);
  expect(await deliveries([{ ...ROW, desired_logs: [name] }])).toMatchObject([{ group: expect.any(String) }]);
});

describe('what stops the object as a whole', () => {
  test.each([
    ['a foreign bucket', { ...ref, bucket: 'other' }, deps([ROW]), 'foreign-bucket', '"other"; S3_BUCKET_NAME is central'],
    ['a bad key', { ...ref, key: 'acme/x' }, deps([ROW]), 'bad-key', 'segments'],
    ['an unknown tenant', ref, deps([]), 'unknown-tenant', 'acme'],
    ['a paused fleet', ref, deps([ROW], {}, 'the fleet is paused'), 'tenant-disabled', 'the fleet is paused'],
    ['a tenant with nothing but types of the future', ref, deps([{ ...ROW, type: 's3' }]), 'bad-row', 's3'],
  ])('%s', async (_, object, given, code, said) => {
    expect(await codeOf(locate(object, given))).toEqual([code, expect.stringContaining(said)]);
  });

  test('the table is not asked for a tenant that the key does not name', async () => {
    const given = deps([ROW]);
    await codeOf(locate({ ...ref, key: '*/c/a/p/f' }, given));
    expect(given.directory).toMatchObject({ asked: [] });
  });

  test('any bucket goes where none is set', async () => {
    expect(await deliveries([ROW], { bucket: undefined }, { ...ref, bucket: 'other' })).toHaveLength(1);
  });
});

test('no message repeats the ExternalId', async () => {
  const located = await locate(ref, deps([{ ...ROW, external_id: 'se cret', target_region: 'x' }]));
  expect((located.deliveries[0] as { error: Error }).error.message).not.toContain('cret');
});
