/** What the ledger is for: no line twice that need not be, whatever is repeated, killed, stopped or taken over. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Faults } from '../../local/faults/faults.ts';
import type { TenantSide } from '../../local/provision/tenant.ts';
import { envelopeOf } from '../../worker/receive/envelope.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const PUTS = { service: 'logs', action: 'PutLogEvents' } as const;
/** Windows hold 10,000 events. */
const WINDOW = 10_000;
const LINES = Array.from({ length: 6 * WINDOW }, (_, i) => `line ${i}`);

export function ledgerFlow(aws: () => Target): void {
  describeOn(aws, 'ledger', ['accounts', 'faults', 'tables'], () => {
    let stage: Stage;
    let faults: Faults;
    let tenant: TenantSide;

    beforeEach(async () => {
      stage = await Stage.open(aws());
      faults = await stage.faults();
      tenant = await stage.tenant('acme');
    });
    afterEach(() => stage.close());

    const rows = async (): Promise<Record<string, unknown>[]> => {
      const { documents } = stage.central.clients;
      return (await documents.send(new ScanCommand({ TableName: stage.central.ledgerTable, ConsistentRead: true }))).Items ?? [];
    };
    const row = async () => (await rows())[0];
    const slow = { LOG_LEVEL: 'debug', PUTS_IN_FLIGHT: '1', VISIBILITY_SECONDS: '3' };
    const doubles = async (): Promise<number> => {
      const messages = await stage.messages(tenant);
      expect(new Set(messages)).toEqual(new Set(LINES));
      return messages.length - LINES.length;
    };
    const arrived = () => vi.waitFor(async () => expect(new Set(await stage.messages(tenant)).size).toBe(LINES.length), PATIENCE);

    it('an object that is announced again, at once or days later, is not delivered again', async () => {
      const key = keyOf('acme');
      const body = gzipSync(ndjson(['once']));
      const worker = stage.worker();
      await stage.upload(key, body);
      await stage.expectMessages(tenant, ['once']);
      const etag = createHash('md5').update(body).digest('hex');
      await stage.send(envelopeOf({ bucket: stage.central.bucket, key, etag }));
      await worker.seen('object:skip', ({ reason }) => reason === 'delivered');
      await stage.expectQueueEmpty();
      await stage.expectMessages(tenant, ['once']);
      expect(await row()).toMatchObject({
        state: 'delivered',
        checkpoint: { line: 1, accepted: 1 },
        expires_at: expect.any(Number) as number,
      });
    });

    it('an object that is written over is delivered as well', async () => {
      const key = keyOf('acme');
      stage.worker();
      await stage.upload(key, ndjson(['first']));
      await stage.expectMessages(tenant, ['first']);
      await stage.upload(key, ndjson(['second']));
      await stage.expectMessages(tenant, ['first', 'second']);
    });

    it('kill -9 in the middle: who comes next goes on at the checkpoint', async () => {
      faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 400 } }]);
      const first = stage.worker(slow);
      await stage.upload(keyOf('acme'), ndjson(LINES));
      await vi.waitFor(async () => expect((await row())?.['checkpoint']).toMatchObject({ line: 2 * WINDOW }), {
        ...PATIENCE,
        interval: 10,
      });
      await first.kill();
      faults.rules.clear();
      stage.worker(slow);
      await arrived();
      expect(await doubles()).toBeLessThanOrEqual(WINDOW);
      await stage.expectQueueEmpty();
      expect(await row()).toMatchObject({ state: 'delivered', generation: 2, checkpoint: { line: LINES.length, accepted: LINES.length } });
    });

    it('SIGTERM in the middle: what is being put is finished, and nothing is delivered twice', async () => {
      faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 600 } }]);
      const first = stage.worker({ ...slow, SHUTDOWN_GRACE_SECONDS: '3', PUT_TIMEOUT_SECONDS: '2', VISIBILITY_SECONDS: '600' });
      await stage.upload(keyOf('acme'), ndjson(LINES));
      await first.seen('batch:put');
      first.child.kill('SIGTERM');
      expect(await first.exited()).toEqual({ code: 0, signal: null });
      expect(first.of('object:done')).toEqual([]);
      expect(await stage.queueCounts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
      faults.rules.clear();
      stage.worker(slow);
      await arrived();
      expect(await doubles()).toBe(0);
    });

    it('a worker that sleeps through its lease writes nothing more, and another one delivers', async () => {
      faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 400 } }]);
      const sleeper = stage.worker(slow);
      await stage.upload(keyOf('acme'), ndjson(LINES));
      await sleeper.seen('batch:put');
      sleeper.child.kill('SIGSTOP');
      faults.rules.clear();
      const other = stage.worker(slow);
      await other.seen('object:done');
      const puts = sleeper.of('batch:put').length;
      sleeper.child.kill('SIGCONT');
      await sleeper.seen('object:fail', ({ code }) => code === 'lease-lost');
      // The one that it was woken up in may still be answered.
      expect(sleeper.of('batch:put').length - puts).toBeLessThanOrEqual(1);
      expect(await doubles()).toBeLessThanOrEqual(2 * WINDOW);
    });

    it('a row of a newer version is left as it is, and its message comes back', async () => {
      const key = keyOf('acme');
      const etag = 'a'.repeat(32);
      const planted = { object: `${stage.central.bucket}/${key}#${etag}`, delivery: 'cloudwatch', v: 9, state: 'dreaming' };
      const TableName = stage.central.ledgerTable;
      await stage.central.clients.documents.send(new PutCommand({ TableName, Item: planted }));
      const worker = stage.worker();
      await stage.send(envelopeOf({ bucket: stage.central.bucket, key, etag }));
      await worker.seen('message:return', ({ reason }) => reason === 'leased');
      const Key = { object: planted.object, delivery: planted.delivery };
      expect((await stage.central.clients.documents.send(new GetCommand({ TableName, Key }))).Item).toEqual(planted);
    });

    it('a dead letter is noted, a repeated notification of it is not tried again, a redriven one is', async () => {
      const key = keyOf('acme');
      const broken = gzipSync(ndjson(['whole', 'x'.repeat(100_000)])).subarray(0, -20);
      const worker = stage.worker();
      await stage.upload(key, broken);
      const letter = await stage.deadLetter();
      expect(letter.reason).toBe('corrupt-object');
      await stage.expectQueueEmpty();
      expect(await row()).toMatchObject({ state: 'dead', reason: 'corrupt-object', attention_at: expect.any(Number) as number });
      await stage.send(letter.body);
      await worker.seen('object:skip', ({ reason }) => reason === 'dead');
      const MessageAttributes = { reason: { DataType: 'String', StringValue: letter.reason } };
      const QueueUrl = stage.central.queueUrl;
      await stage.central.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: letter.body, MessageAttributes }));
      expect((await stage.deadLetter()).reason).toBe('corrupt-object');
      await stage.expectMessages(tenant, ['whole']);
    });

    it('an object that kills worker after worker is a dead letter, and the others go on', async () => {
      faults.rules.set([{ ...PUTS, effect: 'hang' }]);
      const key = await stage.upload(keyOf('acme'), ndjson(['poison']));
      const limits = { MAX_ATTEMPTS: '2', VISIBILITY_SECONDS: '2', LEASE_SECONDS: '3', PUT_TIMEOUT_SECONDS: '1' };
      for (let attempt = 1; attempt <= 2; attempt++) {
        const victim = stage.worker(limits);
        await victim.seen('object:start', (line) => line.key === key);
        await victim.kill();
      }
      faults.rules.clear();
      stage.worker(limits);
      expect(await stage.deadLetter()).toMatchObject({ reason: 'poison', body: expect.stringContaining(key) as string });
      await stage.upload(keyOf('acme'), ndjson(['after it']));
      await stage.expectMessages(tenant, ['after it']);
    });
  });
}
