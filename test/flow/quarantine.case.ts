/** Lines that cannot be delivered: kept whole with their reason, beside neighbours that are delivered once, and nobody is held up by them. */
import { PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Faults } from '../../local/faults/faults.ts';
import type { FaultRule } from '../../local/faults/rule.ts';
import { putRow, type TenantSide } from '../../local/provision/tenant.ts';
import type { QuarantineRecord } from '../../worker/quarantine/records.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const DAY_MS = 24 * 3600 * 1000;
const refused = (code: string): FaultRule['effect'] => ({ kind: 'refuse', code, status: 400, message: `it is said to be ${code}` });
const put = (rule: Omit<FaultRule, 'service' | 'action'>): FaultRule => ({ service: 'logs', action: 'PutLogEvents', ...rule });
const keep = (rule: Omit<FaultRule, 'service' | 'action'>): FaultRule => ({ service: 's3', action: 'PutObject', ...rule });
/** One line, without its line end. */
const line = (message: string, time: number) => ndjson([message], time).trimEnd();
const named = (time: number, message: string) => `[${new Date(time).toISOString()}] ${message}`;
const late = () => [line('ancient', Date.now() - 15 * DAY_MS), line('fresh', Date.now())].join('\n');

export function quarantineFlow(aws: () => Target): void {
  describeOn(aws, 'quarantine', ['accounts', 'limits', 'faults', 'tables'], () => {
    let stage: Stage;
    let faults: Faults;
    let tenant: TenantSide;

    beforeEach(async () => {
      stage = await Stage.open(aws());
      faults = await stage.faults();
      tenant = await stage.tenant('acme');
    });
    afterEach(() => stage.close());

    const records = async (): Promise<QuarantineRecord[]> => (await stage.quarantined('acme')).flatMap((object) => object.records);
    const row = async () => {
      const { documents } = stage.central.clients;
      return ((await documents.send(new ScanCommand({ TableName: stage.central.ledgerTable, ConsistentRead: true }))).Items ?? [])[0];
    };

    it('lines too old and too new are kept byte for byte, below the tenant’s own prefix; the object is settled', async () => {
      const worker = stage.worker();
      const [old, ahead] = [Date.now() - 15 * DAY_MS, Date.now() + DAY_MS / 2];
      const broken = Buffer.concat([
        Buffer.from(line('caf', old).slice(0, 15)),
        Buffer.from([0xe9]),
        Buffer.from(line('caf', old).slice(15)),
      ]);
      const lines = [line('ancient', old), broken, '', line('fresh', Date.now() - 1000), `${line('from tomorrow', ahead)}  `];
      const key = await stage.upload(keyOf('acme'), Buffer.concat(lines.flatMap((one) => [Buffer.from(one), Buffer.from('\n')])));
      await worker.seen('object:done');
      await stage.expectQueueEmpty();
      await stage.expectMessages(tenant, ['fresh']);
      const [kept, ...more] = await stage.quarantined('acme');
      expect(more).toEqual([]);
      expect(kept!.key).toMatch(new RegExp(`^${key}/[0-9a-f]{16}/0{12}-\\d{12}\\.ndjson\\.gz$`));
      const about = { bucket: stage.central.bucket, key };
      expect(kept!.records).toMatchObject([
        { ...about, line: 0, offset: 0, reason: 'too-old', time: new Date(old).toISOString(), raw: lines[0] },
        { ...about, line: 1, reason: 'too-old', base64: broken.toString('base64') },
        { ...about, line: 4, reason: 'too-new', time: new Date(ahead).toISOString(), raw: lines[4] },
      ]);
      expect(worker.of('object:done')).toMatchObject([{ read: 5, accepted: 1, filtered: 1, quarantined: 3, rejected: 0 }]);
      expect(await row()).toMatchObject({
        state: 'delivered',
        checkpoint: { line: 5, accepted: 1, filtered: 1, quarantined: 3, rejected: 0 },
      });
      expect(worker.of('message:dead-letter')).toEqual([]);
    });

    it('what the group’s retention has expired is a reason of its own', async () => {
      await tenant.logs.send(new PutRetentionPolicyCommand({ logGroupName: tenant.group, retentionInDays: 1 }));
      const worker = stage.worker();
      await stage.upload(keyOf('acme'), [line('of last week', Date.now() - 7 * DAY_MS), line('fresh', Date.now())].join('\n'));
      await worker.seen('object:done');
      expect((await records()).map(({ reason, raw }) => [reason, JSON.parse(raw!).message])).toEqual([['expired', 'of last week']]);
      await stage.expectMessages(tenant, ['fresh']);
    });

    it('with `late: now` they are delivered with the time of their arrival, and name their own', async () => {
      await putRow(stage.central, tenant, { late: 'now' });
      const begun = Date.now();
      const [old, ahead] = [begun - 15 * DAY_MS, begun + DAY_MS / 2];
      const worker = stage.worker();
      await stage.upload(keyOf('acme'), [line('an "old" one', old), line('fresh', begun - 1000), line('from tomorrow', ahead)].join('\n'));
      await worker.seen('object:done');
      await stage.expectMessages(tenant, [named(old, 'an "old" one'), 'fresh', named(ahead, 'from tomorrow')]);
      const times = (await stage.events(tenant)).flatMap(({ timestamp = 0, message }) => (message === 'fresh' ? [] : [timestamp]));
      expect(Math.min(...times)).toBeGreaterThanOrEqual(begun);
      expect(await records()).toEqual([]);
      expect(worker.of('object:done')).toMatchObject([{ read: 3, accepted: 3, quarantined: 0 }]);
    });

    it('a line that makes its batch invalid is found and kept, the others arrive once, and the tenant is not blamed', async () => {
      const lines = Array.from({ length: 100 }, (_, i) => (i === 37 ? 'poison' : `line ${i}`));
      faults.rules.set([put({ name: 'invalid', bodyIncludes: 'poison', effect: refused('InvalidParameterException') })]);
      const worker = stage.worker();
      await stage.upload(keyOf('acme'), ndjson(lines));
      await worker.seen('object:done');
      await stage.expectMessages(
        tenant,
        lines.filter((text) => text !== 'poison'),
      );
      expect((await records()).map(({ line: number, reason }) => [number, reason])).toEqual([[37, 'invalid']]);
      expect(worker.of('object:park')).toEqual([]);
      expect(worker.of('batch:reject')).toMatchObject([{ kind: 'invalid', lines: 1 }]);
    });

    it('where every batch is invalid it is the route: a sound line alone tells, the object is parked, and nothing is quarantined', async () => {
      faults.rules.set([put({ name: 'invalid', effect: refused('InvalidParameterException') })]);
      const worker = stage.worker();
      await stage.upload(keyOf('acme'), ndjson(Array.from({ length: 100 }, (_, i) => `line ${i}`)));
      expect(await worker.seen('object:park')).toMatchObject({ reason: 'delivery-refused' });
      expect(faults.hits()['invalid']).toBe(2);
      expect(await stage.quarantined('acme')).toEqual([]);
    });

    it('a line too long to be held is kept in parts, which together are the line', async () => {
      const worker = stage.worker({ MAX_LINE_BYTES: '65536', MAX_EVENT_BYTES: '32768' });
      const long = line('ü'.repeat(200_000), Date.now());
      await stage.upload(keyOf('acme'), [line('before', Date.now()), long, line('behind', Date.now())].join('\n'));
      await worker.seen('object:done');
      await stage.expectMessages(tenant, ['before', 'behind']);
      const parts = await records();
      expect(parts.length).toBeGreaterThan(10);
      expect(parts.every(({ line: number, reason }) => number === 1 && reason === 'too-long')).toBe(true);
      expect(parts.map(({ raw }) => raw).join('') === long).toBe(true);
      expect(worker.of('object:done')).toMatchObject([{ read: 3, accepted: 2, quarantined: 1 }]);
    });

    it('while the bucket refuses, nothing is settled, the worker is not ready, and the neighbours are not delivered again', async () => {
      faults.rules.set([keep({ name: 'denied', effect: { kind: 'refuse', code: 'AccessDenied', status: 403, message: 'Access Denied' } })]);
      const worker = stage.worker();
      await stage.upload(keyOf('acme'), late());
      await vi.waitFor(() => expect(faults.hits()['denied']).toBeGreaterThan(3), PATIENCE);
      expect(new Set(worker.of('quarantine:fail').map(({ code }) => code))).toEqual(new Set(['central-denied']));
      expect(worker.of('worker:readiness').at(-1)!.reasons.join()).toMatch(
        /^central-denied: the quarantine bucket \S+-quarantine refuses us/,
      );
      expect(worker.of('object:done')).toEqual([]);
      expect(await row()).toMatchObject({ state: 'open' });
      faults.rules.clear();
      await worker.seen('object:done');
      await stage.expectMessages(tenant, ['fresh']);
      expect(await records()).toHaveLength(1);
      await worker.seen('worker:readiness', ({ ready }) => ready && worker.of('quarantine:fail').length > 0);
    });

    it('a worker that gives up leaves it to the next, which writes over what is there', async () => {
      faults.rules.set([keep({ name: 'lost', effect: 'error-after' })]);
      const worker = stage.worker({ DELIVER_PATIENCE_SECONDS: '1' });
      await stage.upload(keyOf('acme'), late());
      expect(await worker.seen('object:fail')).toMatchObject({ code: 'dependency-down' });
      expect(await stage.quarantined('acme')).toHaveLength(1);
      faults.rules.clear();
      await worker.seen('object:done');
      await stage.expectQueueEmpty();
      expect(await records()).toHaveLength(1);
      expect(new Set(await stage.messages(tenant))).toEqual(new Set(['fresh']));
    });
  });
}
