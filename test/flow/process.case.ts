/** The worker's life as a process: stops, kills, and two at once. Whoever comes next goes on, and no line is lost. */
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Faults } from '../../local/faults/faults.ts';
import type { TenantSide } from '../../local/provision/tenant.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const PUTS = { service: 'logs', action: 'PutLogEvents' } as const;

export function processFlow(aws: () => Target): void {
  describeOn(aws, 'process', ['accounts', 'faults', 'tables'], () => {
    let stage: Stage;
    let faults: Faults;
    let tenant: TenantSide;

    beforeEach(async () => {
      stage = await Stage.open(aws(), { maxReceiveCount: 3 });
      faults = await stage.faults();
      tenant = await stage.tenant('acme');
    });
    afterEach(() => stage.close());

    const uploadMany = async (count: number): Promise<string[]> => {
      const messages = Array.from({ length: count }, (_, i) => `object ${i}`);
      for (const message of messages) await stage.upload(keyOf('acme'), ndjson([message]));
      return messages;
    };

    it.each(['SIGTERM', 'SIGINT'] as const)(
      '%s in the middle: what is under way is finished, the rest is given back at once',
      async (signal) => {
        const first = stage.worker({ TENANT_CONCURRENCY: '1', VISIBILITY_SECONDS: '600' });
        await first.ready();
        faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 1500 } }]);
        const messages = await uploadMany(6);
        await first.seen('stream:create');
        await vi.waitFor(() => expect(first.of('message:admit').length).toBe(6), PATIENCE);
        first.child.kill(signal);
        expect(await first.exited()).toEqual({ code: 0, signal: null });
        expect(first.stderr).toBe('');
        const done = first.of('object:done').length;
        expect(done).toBeGreaterThan(0);
        expect(done).toBeLessThan(6);
        expect(await stage.queueCounts()).toEqual({ visible: 6 - done, inFlight: 0, delayed: 0 });
        faults.rules.clear();
        stage.worker();
        await stage.expectMessages(tenant, messages);
        await stage.expectQueueEmpty();
      },
    );

    it.each([
      ['a second signal', '30', true],
      ['the end of the grace', '2', false],
    ])('%s ends what hangs; its message is back at once', async (_, grace, again) => {
      const first = stage.worker({ VISIBILITY_SECONDS: '600', PUT_TIMEOUT_SECONDS: '1', SHUTDOWN_GRACE_SECONDS: grace });
      await first.ready();
      faults.rules.set([{ ...PUTS, effect: 'hang' }]);
      const messages = await uploadMany(1);
      await first.seen('batch:retry');
      first.child.kill('SIGTERM');
      await first.seen('worker:drain');
      if (again) first.child.kill('SIGTERM');
      expect(await first.exited()).toEqual({ code: 1, signal: null });
      expect(await stage.queueCounts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
      faults.rules.clear();
      stage.worker();
      await stage.expectMessages(tenant, messages);
    });

    it('kill -9 in the middle: the message shows again, and another worker delivers it', async () => {
      const first = stage.worker({ VISIBILITY_SECONDS: '3' });
      await first.ready();
      faults.rules.set([{ ...PUTS, effect: 'hang' }]);
      const messages = await uploadMany(3);
      await vi.waitFor(() => expect(first.of('object:start').length).toBe(3), PATIENCE);
      await first.kill();
      faults.rules.clear();
      stage.worker();
      await stage.expectMessages(tenant, messages);
      await stage.expectQueueEmpty();
    });

    it('without a ledger, a message that kills its worker ends in the dead-letter queue by the queue’s own redrive', async () => {
      faults.rules.set([{ ...PUTS, effect: 'hang' }]);
      const [key] = [await stage.upload(keyOf('acme'), ndjson(['poison']))];
      for (let attempt = 1; attempt <= 3; attempt++) {
        const victim = stage.worker({ VISIBILITY_SECONDS: '2', LEDGER_TABLE: '' });
        await victim.seen('object:start', (line) => line.key === key);
        await victim.kill();
      }
      faults.rules.clear();
      const survivor = stage.worker({ VISIBILITY_SECONDS: '2', LEDGER_TABLE: '' });
      await survivor.ready();
      const letter = await stage.deadLetter();
      expect(letter.body).toContain(key);
      expect(survivor.of('object:start')).toEqual([]);
      await stage.upload(keyOf('acme'), ndjson(['after it']));
      await stage.expectMessages(tenant, ['after it']);
    });

    it('two workers share one queue, and each object is delivered once', async () => {
      faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 100 } }]);
      const messages = await uploadMany(60);
      const workers = [
        stage.worker({ ADMISSION_OBJECTS: '8', VISIBILITY_SECONDS: '60' }),
        stage.worker({ ADMISSION_OBJECTS: '8', VISIBILITY_SECONDS: '60' }),
      ];
      await stage.expectMessages(tenant, messages);
      await stage.expectQueueEmpty();
      const done = workers.map((worker) => worker.of('object:done').length);
      expect(done.reduce((a, b) => a + b)).toBe(60);
      expect(Math.min(...done)).toBeGreaterThan(0);
    });

    it('holds a message for longer than its visibility, and nobody else gets it', async () => {
      const first = stage.worker({ VISIBILITY_SECONDS: '3' });
      await first.ready();
      faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 5000 }, limit: 1 }]);
      const messages = await uploadMany(1);
      await first.seen('object:start');
      const { sqs } = stage.central.clients;
      const QueueUrl = stage.central.queueUrl;
      while (first.of('object:done').length === 0) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
        expect(Messages).toEqual([]);
      }
      await stage.expectMessages(tenant, messages);
      await stage.expectQueueEmpty();
    });
  });
}
