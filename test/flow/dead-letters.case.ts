/** Messages that can never be delivered: kept in the dead-letter queue with their reason, at once, and nothing else is. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { s3Event } from '../support/envelopes.ts';
import { keyOf, ndjson, Stage } from '../support/stage.ts';

const DAY_MS = 24 * 3600 * 1000;

export function deadLettersFlow(aws: () => Target): void {
  describeOn(aws, 'dead letters', ['accounts', 'tables'], () => {
    let stage: Stage;
    let worker: WorkerProcess;
    let tenant: TenantSide;

    beforeAll(async () => {
      stage = await Stage.open(aws());
      tenant = await stage.tenant('acme');
      worker = stage.worker({ RETURN_DELAY_SECONDS: '0' });
      await worker.ready();
    });
    afterAll(() => stage.close());

    it.each([
      ['bad-body', 'this is no JSON'],
      ['bad-body', '{"some":"thing else"}'],
      ['bad-key', s3Event({ bucket: 'BUCKET', key: 'a-file-at-the-top.json.gz' })],
      ['bad-key', s3Event({ bucket: 'BUCKET', key: 'acme/../web/pod/x.json.gz' })],
      ['foreign-bucket', s3Event({ bucket: 'somebody-elses', key: keyOf('acme') })],
    ])('%s: %s', async (reason, template) => {
      const body = template.replace('BUCKET', stage.central.bucket);
      const messageId = await stage.send(body);
      const letter = await stage.deadLetter();
      expect(letter).toMatchObject({ reason, body, attributes: { attempts: '1', messageId } });
      expect(letter.attributes['error']).toMatch(/\w/);
      await stage.expectQueueEmpty();
    });

    it('gives a missing object five tries', async () => {
      const key = keyOf('acme');
      await stage.send(s3Event({ bucket: stage.central.bucket, key }));
      expect(await stage.deadLetter()).toMatchObject({
        reason: 'object-missing',
        attributes: { attempts: '5', tenant: 'acme', object: `${stage.central.bucket}/${key}` },
      });
      await stage.expectQueueEmpty();
    });

    it('delivers the whole lines before a break, then keeps the message with the place of the break', async () => {
      const whole = gzipSync(ndjson(Array.from({ length: 200 }, (_, i) => `line ${i} ${Math.sin(i)}`)));
      const key = await stage.upload(keyOf('acme'), whole.subarray(0, whole.length >> 1));
      const letter = await stage.deadLetter();
      expect(letter).toMatchObject({ reason: 'corrupt-object', attributes: { tenant: 'acme' } });
      expect(letter.attributes['error']).toContain(`${key}: its gzip stream breaks at stored byte ${whole.length >> 1}`);
      const messages = await stage.messages(tenant);
      expect(messages.length).toBeGreaterThan(50);
      expect(messages).toEqual(Array.from({ length: messages.length }, (_, i) => `line ${i} ${Math.sin(i)}`));
    });

    it('sends one letter for each hopeless object of a message, and delivers the others', async () => {
      const before = await stage.messages(tenant);
      const [good, bad] = [keyOf('acme'), 'acme/too/short'];
      // Uploaded, then named once more in one message: the good one is known to be delivered.
      await stage.upload(good, ndjson(['beside a bad one']));
      await stage.expectMessages(tenant, [...before, 'beside a bad one']);
      await stage.send(s3Event({ bucket: stage.central.bucket, key: good }, { bucket: stage.central.bucket, key: bad }));
      const letter = await stage.deadLetter();
      expect(letter).toMatchObject({ reason: 'bad-key', attributes: { object: `${stage.central.bucket}/${bad}` } });
      expect(letter.body).toContain(bad);
      expect(letter.body).not.toContain(good);
      await stage.expectMessages(tenant, [...before, 'beside a bad one']);
      await stage.expectQueueEmpty();
    });
  });

  describeOn(aws, 'refused lines', ['accounts', 'limits', 'tables'], () => {
    it('without a quarantine bucket, keeps a message whose lines are too old or too new, and delivers the others', async () => {
      const stage = await Stage.open(aws());
      const tenant = await stage.tenant('late');
      const worker = stage.worker({ QUARANTINE_BUCKET: '' });
      await worker.ready();
      const lines = ndjson(['ancient'], Date.now() - 15 * DAY_MS) + ndjson(['fresh']) + ndjson(['from tomorrow'], Date.now() + DAY_MS / 2);
      await stage.upload(keyOf('late'), lines);
      const letter = await stage.deadLetter();
      expect(letter.reason).toBe('lines-rejected');
      expect(letter.attributes['error']).toContain('refused 2 of 3 lines');
      expect(await stage.messages(tenant)).toEqual(['fresh']);
      expect(worker.of('batch:reject').map(({ kind, lines: count }) => [kind, count])).toEqual([
        ['too-old', 1],
        ['too-new', 1],
      ]);
      await stage.expectQueueEmpty();
      await stage.close();
    });
  });
}
