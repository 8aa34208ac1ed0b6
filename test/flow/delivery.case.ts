/** The way of a line, end to end: what customers find in their own account, and what they must never find there. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOn, type Target } from '../contract/target.ts';
import { keyOf, ndjson, Stage } from '../support/stage.ts';

const linesOf = (id: string) => Array.from({ length: 300 }, (_, i) => `${id} says ${i} – "quoted", tab\there, ünïcode`);

export function deliveryFlow(aws: () => Target): void {
  describeOn(aws, 'delivery', ['accounts', 'tables'], () => {
    let stage: Stage;

    beforeAll(async () => {
      stage = await Stage.open(aws());
    });
    afterAll(() => stage.close());

    it('brings three tenants their own lines, in order, and nobody else’s', async () => {
      const tenants = await Promise.all(['acme', 'globex', 'initech'].map((id) => stage.tenant(id)));
      const worker = stage.worker();
      await worker.ready();
      const startMs = Date.now() - 60_000;
      for (const { id } of tenants) await stage.upload(keyOf(id), ndjson(linesOf(id), startMs));
      for (const tenant of tenants) await stage.expectMessages(tenant, linesOf(tenant.id));
      for (const tenant of tenants) {
        const events = await stage.events(tenant, 'prod-1/web/web-7d9c5b6f4-x2x7q');
        expect(events.map(({ message }) => message)).toEqual(linesOf(tenant.id));
        expect(events.map(({ timestamp }) => timestamp)).toEqual(events.map((_, i) => startMs + i));
      }
      await stage.expectQueueEmpty();
      expect(worker.of('object:done').map(({ read, accepted, filtered, rejected }) => [read, accepted, filtered, rejected])).toEqual([
        [300, 300, 0, 0],
        [300, 300, 0, 0],
        [300, 300, 0, 0],
      ]);
      expect(await worker.stop()).toEqual({ code: 0, signal: null });
      expect(worker.stderr).toBe('');
    });
  });
}
