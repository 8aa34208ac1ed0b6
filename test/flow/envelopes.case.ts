/** Every way in which the name of an object reaches the queue, each delivered once; and what is acknowledged without delivery. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { eventBridgeEvent, s3Event, snsWrapped, testEvent, type NamedObject } from '../support/envelopes.ts';
import { keyOf, ndjson, Stage } from '../support/stage.ts';

/** The sample line of the original system's README, its names apart. */
const originalSample = ({ bucket, key }: NamedObject) =>
  JSON.stringify({ Message: JSON.stringify({ Records: [{ s3: { bucket: { name: bucket }, object: { key } } }] }) });

export function envelopesFlow(aws: () => Target): void {
  describeOn(aws, 'envelopes', ['accounts', 'tables'], () => {
    let stage: Stage;
    let worker: WorkerProcess;
    let tenant: TenantSide;
    const delivered: string[] = [];

    beforeAll(async () => {
      stage = await Stage.open(aws(), { delivery: 'none' });
      tenant = await stage.tenant('acme');
      worker = stage.worker();
      await worker.ready();
    });
    afterAll(() => stage.close());

    const upload = async (key: string, message: string): Promise<NamedObject> => {
      delivered.push(message);
      return { bucket: stage.central.bucket, key: await stage.upload(key, ndjson([message])) };
    };

    it.each([
      ['S3 straight to SQS', (object: NamedObject) => s3Event(object)],
      ['SNS, wrapped', (object: NamedObject) => snsWrapped(s3Event(object))],
      ['SNS of SNS', (object: NamedObject) => snsWrapped(snsWrapped(s3Event(object)))],
      ['EventBridge', (object: NamedObject) => eventBridgeEvent(object)],
      ['the original README', originalSample],
      ['one object twice in a message', (object: NamedObject) => s3Event(object, object)],
    ])('%s', async (name, envelope) => {
      await stage.send(envelope(await upload(keyOf('acme'), name)));
      await stage.expectMessages(tenant, delivered);
      await stage.expectQueueEmpty();
    });

    it.each(['a b+c.json.gz', 'ünïcode – 50%.json.gz', '%2F.json.gz', 'a=b&c.json.gz'])('a file named %s', async (file) => {
      const object = await upload(keyOf('acme', file), file);
      await stage.send(snsWrapped(s3Event(object)));
      await stage.expectMessages(tenant, delivered);
      // Written over, or the ledger would know it.
      await stage.send(eventBridgeEvent(await upload(object.key, `${file}, written over`)));
      await stage.expectMessages(tenant, delivered);
    });

    it('several objects in one message', async () => {
      const objects = await Promise.all([1, 2, 3].map((i) => upload(keyOf('acme'), `object ${i} of 3`)));
      await stage.send(s3Event(...objects));
      await stage.expectMessages(tenant, delivered);
      await stage.expectQueueEmpty();
    });

    it('a created object beside a removed one', async () => {
      const object = await upload(keyOf('acme'), 'created');
      await stage.send(s3Event({ ...object, key: keyOf('acme'), eventName: 'ObjectRemoved:Delete' }, object));
      await stage.expectMessages(tenant, delivered);
      await stage.expectQueueEmpty();
    });

    it('s3:TestEvent by SNS is acknowledged without delivery', async () => {
      const messageId = await stage.send(snsWrapped(testEvent('any')));
      expect(await worker.seen('message:ignore', (line) => line.messageId === messageId)).toMatchObject({ kind: 's3:TestEvent' });
      await stage.expectQueueEmpty();
    });

    it.each([
      ['s3:TestEvent', () => testEvent('any')],
      ['no ObjectCreated record', () => s3Event({ bucket: stage.central.bucket, key: keyOf('acme'), eventName: 'ObjectRemoved:Delete' })],
      ['EventBridge Object Deleted', () => eventBridgeEvent({ bucket: stage.central.bucket, key: keyOf('acme') }, 'Object Deleted')],
      ['logferry:from-the-future', () => '{"logferry":"from-the-future","more":1}'],
    ])('%s is acknowledged without delivery', async (kind, body) => {
      const messageId = await stage.send(body());
      expect(await worker.seen('message:ignore', (line) => line.messageId === messageId)).toMatchObject({ kind });
      await stage.expectQueueEmpty();
      expect((await stage.messages(tenant)).toSorted()).toEqual(delivered.toSorted());
    });
  });
}
