/** One object with several deliveries, on real servers: what stops one of them stops no other. */
import { gzipSync } from 'node:zlib';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import { compileConfig } from '../../worker/config.ts';
import { LogferryError, weightiest, type FaultCode } from '../../worker/errors.ts';
import { parseRow } from '../../worker/locate/tenant-row.ts';
import { Observer } from '../../worker/observe/events.ts';
import { deliverObject } from '../../worker/pipeline.ts';
import { makeWorker } from '../../worker/worker.ts';
import { startCentralSide, type CentralSide } from './locate/central-side.ts';
import { makeCustomer } from './locate/sessions.ts';

let side: CentralSide;
beforeAll(async () => {
  side = await startCentralSide();
});
afterAll(() => side.stop());

const KEY = 'acme/prod-1/web/web-0/1.json.gz';

function rowOf({ roleArn, externalId, region, group }: TenantSide, over: Record<string, unknown>): Record<string, unknown> {
  return {
    tenant_id: 'acme',
    log_distribution_role_arn: roleArn,
    external_id: externalId,
    target_region: region,
    log_group_name: group,
    ...over,
  };
}

test('without a ledger, a faulty row, an unknown type and a role that refuses leave the delivery behind them alone, and the message is not settled', async () => {
  const acme = await makeCustomer(side, 'acme');
  const items = [
    rowOf(acme, { target_region: 'mars' }),
    rowOf(acme, { type: 's3' }),
    rowOf(acme, { external_id: 'wrong', log_stream_name: 'refused' }),
    rowOf(acme, { log_stream_name: 'sound' }),
  ];
  await side.central.clients.s3.send(
    new PutObjectCommand({ Bucket: side.central.bucket, Key: KEY, Body: gzipSync('{"message":"one"}\n{"message":"two"}\n') }),
  );
  const observer = new Observer();
  const skipped: string[] = [];
  observer.on('object:skip', ({ reason }) => skipped.push(reason));
  const { pipeline } = makeWorker(
    compileConfig({ ...side.central.environment, LEDGER_TABLE: '', WINDOW_LINGER_MS: '100' }),
    side.clients,
    observer,
    true,
  );
  const directory = { rows: async () => items.map(parseRow), pause: async () => undefined };
  const delivering = deliverObject(
    { bucket: side.central.bucket, key: KEY },
    { ...pipeline, directory },
    { windUp: new AbortController().signal, force: new AbortController().signal },
  );
  await expect(delivering).rejects.toMatchObject({ code: 'bad-row' });
  const { events = [] } = await acme.logs.send(new FilterLogEventsCommand({ logGroupName: acme.group }));
  expect(events.map(({ logStreamName, message }) => [logStreamName, message])).toEqual([
    ['sound', 'one'],
    ['sound', 'two'],
  ]);
  expect(skipped).toEqual(['unknown-type']);
});

test.each<[FaultCode, FaultCode[]]>([
  ['stopping', ['bad-row', 'dependency-down', 'stopping']],
  ['dependency-down', ['bad-row', 'dependency-down', 'evicted']],
  ['tenant-denied', ['evicted', 'tenant-denied', 'bad-row']],
  ['evicted', ['corrupt-object', 'evicted']],
  ['corrupt-object', ['corrupt-object']],
])('%s decides among %j', (code, codes) => {
  expect(weightiest(codes.map((each) => new LogferryError(each, each)))?.code).toBe(code);
});

test('nothing decides among none', () => {
  expect(weightiest([])).toBeUndefined();
});
