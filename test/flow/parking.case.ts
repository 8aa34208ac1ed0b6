/** What cannot be delivered until its tenant's side changes waits in the ledger: not in the queue, not in memory, and not for a person. */
import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { putRow, setTrust, trust, type TenantSide } from '../../local/provision/tenant.ts';
import { SWEEP_BODY } from '../../worker/receive/envelope.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const FRESH = { TENANT_CACHE_SECONDS: '0', DENIAL_CACHE_SECONDS: '0', BREAKER_CACHE_SECONDS: '0' };
/** So late that only a change of the row brings a try. */
const NO_PROBE = { BREAKER_PROBE_SECONDS: '600', BREAKER_PROBE_MAX_SECONDS: '600' };
const SOON = { BREAKER_PROBE_SECONDS: '1', BREAKER_PROBE_MAX_SECONDS: '2' };

export function parkingFlow(aws: () => Target): void {
  describeOn(aws, 'parking', ['accounts', 'faults', 'tables'], () => {
    let stage: Stage;

    beforeEach(async () => {
      stage = await Stage.open(aws());
    });
    afterEach(() => stage.close());

    const objects = async (): Promise<Record<string, unknown>[]> => {
      const { documents } = stage.central.clients;
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: stage.central.ledgerTable, ConsistentRead: true }));
      return Items.filter(({ object }) => !String(object).startsWith('breaker#'));
    };
    const states = async () => (await objects()).map(({ state }) => state);
    const expectParked = async (count: number) => {
      await vi.waitFor(async () => expect(await states()).toEqual(Array(count).fill('parked')), PATIENCE);
      await stage.expectQueueEmpty();
    };
    const sweep = () => stage.send(SWEEP_BODY);
    /** Sweeps come by a schedule; here each look is one. */
    const sweptUntil = (tenant: TenantSide, expected: readonly string[]) =>
      vi.waitFor(
        async () => {
          await sweep();
          expect((await stage.messages(tenant)).toSorted()).toEqual(expected.toSorted());
        },
        { ...PATIENCE, interval: 500 },
      );
    const change = async ({ id }: TenantSide, field: string, value: unknown) => {
      await stage.central.clients.documents.send(
        new UpdateCommand({
          TableName: stage.central.table,
          Key: { tenant_id: id, type: 'cloudwatch' },
          UpdateExpression: 'SET #field = :value',
          ExpressionAttributeNames: { '#field': field },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    };
    const refuse = ({ account, id, externalId }: TenantSide) =>
      setTrust(stage.central, aws().credentialsFor(account), trust(stage.central.roleArn, `not-${id}`, externalId));
    const allow = ({ account, id, externalId }: TenantSide) =>
      setTrust(stage.central, aws().credentialsFor(account), trust(stage.central.roleArn, id, externalId));

    it('a tenant that refuses: its objects are parked, those after the first unread, and all go once its row has changed', async () => {
      const tenant = await stage.tenant('refuser');
      const { externalId } = tenant;
      await change(tenant, 'external_id', 'not-theirs');
      const worker = stage.worker({ ...FRESH, ...NO_PROBE });
      await stage.upload(keyOf('refuser'), ndjson(['one']));
      await expectParked(1);
      const tries = () => worker.of('credentials:assume').filter(({ hop }) => hop === 2).length;
      const before = tries();
      await stage.upload(keyOf('refuser'), ndjson(['two']));
      await stage.upload(keyOf('refuser'), ndjson(['three']));
      await expectParked(3);
      expect(tries()).toBe(before);
      await sweep();
      await worker.seen('sweep:done');
      expect(await states()).toEqual(['parked', 'parked', 'parked']);
      expect(tries()).toBe(before);
      await change(tenant, 'external_id', externalId);
      await sweptUntil(tenant, ['one', 'two', 'three']);
      await vi.waitFor(async () => expect(await states()).toEqual(['delivered', 'delivered', 'delivered']), PATIENCE);
      await stage.expectQueueEmpty();
      await stage.expectMessages(tenant, ['one', 'two', 'three']);
    });

    it('a tenant that mends its own side is found by a probe, although its row stays', async () => {
      const tenant = await stage.tenant('mender');
      await refuse(tenant);
      const worker = stage.worker({ ...FRESH, ...SOON });
      await stage.upload(keyOf('mender'), ndjson(['one']));
      await expectParked(1);
      await allow(tenant);
      await sweptUntil(tenant, ['one']);
      await worker.seen('breaker:close');
    });

    it('the objects of an unknown tenant wait for it to be onboarded', async () => {
      const tenant = await stage.tenant('newcomer', { row: false });
      stage.worker({ ...FRESH, ...NO_PROBE });
      await stage.upload(keyOf('newcomer'), ndjson(['before the row']));
      await expectParked(1);
      await putRow(stage.central, tenant);
      await sweptUntil(tenant, ['before the row']);
    });

    it('a paused tenant’s objects wait, also while no worker runs, and go once it is enabled', async () => {
      const tenant = await stage.tenant('sleeper');
      await change(tenant, 'enabled', false);
      const worker = stage.worker({ ...FRESH, ...NO_PROBE });
      await stage.upload(keyOf('sleeper'), ndjson(['while paused']));
      await expectParked(1);
      await worker.kill();
      await change(tenant, 'enabled', true);
      await sweep();
      stage.worker({ ...FRESH, ...NO_PROBE });
      await stage.expectMessages(tenant, ['while paused']);
      await stage.expectQueueEmpty();
    });

    it('while the fleet is paused, everything received is parked; nothing of it is lost by a restart', async () => {
      const tenants = await Promise.all(['p1', 'p2'].map((name) => stage.tenant(name)));
      const { documents } = stage.central.clients;
      const fleet = (paused: boolean) =>
        documents.send(
          new UpdateCommand({
            TableName: stage.central.table,
            Key: { tenant_id: '*', type: 'fleet' },
            UpdateExpression: 'SET paused = :paused',
            ExpressionAttributeValues: { ':paused': paused },
          }),
        );
      await fleet(true);
      const worker = stage.worker({ ...FRESH, ...NO_PROBE });
      for (const { id } of tenants) await stage.upload(keyOf(id), ndjson([id]));
      await expectParked(2);
      await sweep();
      await worker.seen('sweep:done');
      await worker.stop();
      await expectParked(2);
      stage.worker({ ...FRESH, ...NO_PROBE });
      await fleet(false);
      for (const tenant of tenants) await sweptUntil(tenant, [tenant.id]);
    });

    it('killed between the parking and the end of the message: the copy that comes back changes nothing', async () => {
      const faults = await stage.faults();
      const tenant = await stage.tenant('killed', { row: false });
      faults.rules.set([{ service: 'sqs', action: 'DeleteMessageBatch', effect: 'hang' }]);
      const first = stage.worker({ ...FRESH, ...NO_PROBE, VISIBILITY_SECONDS: '3' });
      await stage.upload(keyOf('killed'), ndjson(['once']));
      await first.seen('object:park');
      await first.kill();
      expect(await states()).toEqual(['parked']);
      faults.rules.clear();
      stage.worker({ ...FRESH, ...NO_PROBE });
      await expectParked(1);
      await putRow(stage.central, tenant);
      await sweptUntil(tenant, ['once']);
      await vi.waitFor(async () => expect(await states()).toEqual(['delivered']), PATIENCE);
      await stage.expectMessages(tenant, ['once']);
    });

    it('killed between the new notification and its mark: it is sent again, and delivered once', async () => {
      const faults = await stage.faults();
      const tenant = await stage.tenant('sent', { row: false });
      const first = stage.worker({ ...FRESH, ...NO_PROBE, VISIBILITY_SECONDS: '3' });
      await stage.upload(keyOf('sent'), ndjson(['once']));
      await expectParked(1);
      await putRow(stage.central, tenant);
      faults.rules.set([{ service: 'dynamodb', action: 'UpdateItem', effect: 'hang' }]);
      await sweep();
      await first.seen('object:replay');
      await first.kill();
      expect(await states()).toEqual(['parked']);
      faults.rules.clear();
      stage.worker({ ...FRESH, ...NO_PROBE });
      await sweep();
      await stage.expectMessages(tenant, ['once']);
      await stage.expectQueueEmpty();
      expect(await states()).toEqual(['delivered']);
      await stage.expectMessages(tenant, ['once']);
    });

    it('where many tenants refuse at once it is taken for our own fault: nothing is parked', async () => {
      const names = ['a1', 'a2', 'a3', 'a4'];
      const tenants = await Promise.all(names.map((name) => stage.tenant(name)));
      await Promise.all(tenants.map(refuse));
      const worker = stage.worker({ ...FRESH, ...SOON, OUTBREAK_TENANTS: '2' });
      for (const name of names) await stage.upload(keyOf(name), ndjson([name]));
      await worker.seen('message:return', ({ reason }) => reason === 'central-denied');
      // The first had nobody to be compared with.
      expect((await states()).filter((state) => state === 'parked').length).toBeLessThanOrEqual(1);
      await Promise.all(tenants.map(allow));
      for (const tenant of tenants) await sweptUntil(tenant, [tenant.id]);
    });
  });
}
