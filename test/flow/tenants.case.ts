/** Tenants who are not (yet) as they should be, without a ledger: their messages wait and come back, nothing of theirs is lost, and nobody else notices. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { putRow, setTrust, trust, type TenantSide } from '../../local/provision/tenant.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { keyOf, ndjson, Stage } from '../support/stage.ts';

/** Rows and denials are looked at anew each time. */
const FRESH = { TENANT_CACHE_SECONDS: '0', DENIAL_CACHE_SECONDS: '0' };

export function tenantsFlow(aws: () => Target): void {
  describeOn(aws, 'tenants', ['accounts', 'tables'], () => {
    let stage: Stage;
    let worker: WorkerProcess;

    beforeAll(async () => {
      stage = await Stage.open(aws());
      worker = stage.worker({ ...FRESH, LEDGER_TABLE: '' });
      await worker.ready();
    });
    afterAll(() => stage.close());

    /** Waits until the tenant's message was given back twice, and looks at the delays. */
    async function expectReturns(key: string, reason: string): Promise<void> {
      await worker.seen('object:fail', (line) => line.key === key && line.code === reason);
      const { messageId } = await worker.seen('message:return', (line) => line.reason === reason && line.receiveCount >= 2);
      const delays = worker.of('message:return').flatMap((line) => (line.messageId === messageId ? [line.delaySeconds] : []));
      expect(delays.slice(0, 2)).toEqual([1, 2]);
    }

    async function change(tenant: TenantSide, field: string, value: unknown): Promise<void> {
      await stage.central.clients.documents.send(
        new UpdateCommand({
          TableName: stage.central.table,
          Key: { tenant_id: tenant.id, type: 'cloudwatch' },
          UpdateExpression: 'SET #field = :value',
          ExpressionAttributeNames: { '#field': field },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    }

    it('keeps the lines of an unknown tenant until it is onboarded', async () => {
      const tenant = await stage.tenant('newcomer', { row: false });
      const key = await stage.upload(keyOf('newcomer'), ndjson(['before the row']));
      await expectReturns(key, 'unknown-tenant');
      expect(await stage.messages(tenant)).toEqual([]);
      await putRow(stage.central, tenant);
      await stage.expectMessages(tenant, ['before the row']);
    });

    it('keeps the lines of a disabled tenant until it is enabled', async () => {
      const tenant = await stage.tenant('sleeper');
      await change(tenant, 'enabled', false);
      const key = await stage.upload(keyOf('sleeper'), ndjson(['while disabled']));
      await expectReturns(key, 'tenant-disabled');
      await change(tenant, 'enabled', true);
      await stage.expectMessages(tenant, ['while disabled']);
    });

    it('keeps the lines of a tenant whose row is faulty until it is mended, and says what is wrong', async () => {
      const tenant = await stage.tenant('typo');
      await change(tenant, 'log_group_name', 'no {such_field} here');
      const key = await stage.upload(keyOf('typo'), ndjson(['with a faulty row']));
      await expectReturns(key, 'bad-row');
      const { detail } = await worker.seen('object:fail', (line) => line.key === key);
      expect(detail).toContain('log_group_name');
      expect(detail).toContain('such_field');
      await change(tenant, 'log_group_name', tenant.group);
      await stage.expectMessages(tenant, ['with a faulty row']);
    });

    it('makes a missing log group only where the row says so', async () => {
      const tenant = await stage.tenant('groupless');
      const group = '/ROSA/cluster-logs/other';
      await change(tenant, 'log_group_name', group);
      const key = await stage.upload(keyOf('groupless'), ndjson(['for another group']));
      // The role may write to its own group only; where nothing else is evaluated, the group is simply missing.
      const { code } = await worker.seen('object:fail', (line) => line.key === key);
      expect(['group-missing', 'tenant-denied']).toContain(code);
      expect(worker.of('stream:create').filter(({ name }) => name.startsWith(group))).toEqual([]);
      await change(tenant, 'log_group_name', tenant.group);
      await stage.expectMessages(tenant, ['for another group']);
    });

    it('delivers whole records, chosen applications and streams of another name, as the row says', async () => {
      const tenant = await stage.tenant('chooser');
      await change(tenant, 'message_format', 'record');
      await change(tenant, 'desired_applications', ['web']);
      await change(tenant, 'log_stream_name', '{environment}:{cluster_id}/{pod_name}');
      const record = '{"message":"m","n":12345678901234567890,"timestamp":"' + new Date().toISOString() + '"}';
      await stage.upload('chooser/prod-1/db/db-0/unwanted.json.gz', `${record}\n`);
      await stage.upload(keyOf('chooser'), `${record}\n`);
      await stage.expectMessages(tenant, [record]);
      expect(await stage.messages(tenant, 'production_prod-1/web-7d9c5b6f4-x2x7q')).toEqual([record]);
      await worker.seen('object:skip', ({ key, reason }) => key.startsWith('chooser/prod-1/db/') && reason === 'not-wanted');
      await stage.expectQueueEmpty();
    });

    it('stops for all while the fleet is paused', async () => {
      const tenant = await stage.tenant('paused');
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
      const key = await stage.upload(keyOf('paused'), ndjson(['while paused']));
      await expectReturns(key, 'tenant-disabled');
      await fleet(false);
      await stage.expectMessages(tenant, ['while paused']);
    });
  });

  describeOn(aws, 'tenants who refuse', ['accounts', 'trust', 'tables'], () => {
    let stage: Stage;
    let worker: WorkerProcess;

    beforeAll(async () => {
      stage = await Stage.open(aws());
      worker = stage.worker({ ...FRESH, LEDGER_TABLE: '' });
      await worker.ready();
    });
    afterAll(() => stage.close());

    it('keeps the lines of a tenant whose role refuses until it is mended; the others go on', async () => {
      const [denied, healthy] = await Promise.all([stage.tenant('denied'), stage.tenant('healthy')]);
      const keys = aws().credentialsFor(denied.account);
      await setTrust(stage.central, keys, trust(stage.central.roleArn, 'denied', 'another-external-id'));
      const key = await stage.upload(keyOf('denied'), ndjson(['while denied']));
      const { detail } = await worker.seen('object:fail', (line) => line.key === key && line.code === 'tenant-denied');
      expect(detail).toContain('external_id');
      await stage.upload(keyOf('healthy'), ndjson(['not held up']));
      await stage.expectMessages(healthy, ['not held up']);
      await setTrust(stage.central, keys, trust(stage.central.roleArn, 'denied', denied.externalId));
      await stage.expectMessages(denied, ['while denied']);
    });

    it('never brings a tenant’s lines to another’s group, even when a row names the other’s role', async () => {
      const [victim, thief] = await Promise.all([stage.tenant('victim'), stage.tenant('thief')]);
      await putRow(stage.central, thief, { log_distribution_role_arn: victim.roleArn, external_id: victim.externalId });
      const key = await stage.upload(keyOf('thief'), ndjson(['let me in']));
      await worker.seen('object:fail', (line) => line.key === key && line.code === 'tenant-denied');
      await stage.upload(keyOf('victim'), ndjson(['mine']));
      await stage.expectMessages(victim, ['mine']);
      expect(worker.of('credentials:assume').filter(({ hop, tenant, ok }) => hop === 2 && tenant === 'thief' && ok)).toEqual([]);
      await putRow(stage.central, thief);
      await stage.expectMessages(thief, ['let me in']);
      expect(await stage.messages(victim)).toEqual(['mine']);
    });
  });
}
