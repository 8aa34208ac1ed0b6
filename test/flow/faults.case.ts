/** AWS at its worst, by a proxy in front of the target: nothing is lost, what may be doubled is counted, and work resumes by itself. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Faults } from '../../local/faults/faults.ts';
import type { FaultRule } from '../../local/faults/rule.ts';
import type { TenantSide } from '../../local/provision/tenant.ts';
import { describeOn, type Target } from '../contract/target.ts';
import { keyOf, ndjson, PATIENCE, Stage } from '../support/stage.ts';

const LINES = Array.from({ length: 50 }, (_, i) => `line ${i}`);

const put = (rule: Omit<FaultRule, 'service' | 'action'>): FaultRule => ({ service: 'logs', action: 'PutLogEvents', ...rule });

export function faultsFlow(aws: () => Target): void {
  describeOn(aws, 'faults', ['accounts', 'faults', 'tables'], () => {
    let stage: Stage;
    let faults: Faults;
    let tenant: TenantSide;

    beforeEach(async () => {
      stage = await Stage.open(aws());
      faults = await stage.faults();
      tenant = await stage.tenant('acme');
    });
    afterEach(() => stage.close());

    it('a throttled account is tried again and again; another is not held up', async () => {
      const other = await stage.tenant('globex');
      const worker = stage.worker();
      await worker.ready();
      faults.rules.set([put({ name: 'throttle', account: tenant.account, effect: 'throttle', limit: 6 })]);
      await stage.upload(keyOf('acme'), ndjson(LINES));
      await stage.upload(keyOf('globex'), ndjson(LINES));
      await stage.expectMessages(other, LINES);
      await stage.expectMessages(tenant, LINES);
      await stage.expectQueueEmpty();
      expect(faults.hits()['throttle']).toBe(6);
      expect(worker.of('batch:retry').map(({ tenant: id }) => id)).toEqual(Array.from({ length: 6 }, () => 'acme'));
      expect(worker.of('batch:ambiguous')).toEqual([]);
      expect(worker.of('message:return')).toEqual([]);
    });

    it.each(['error', 'reset', 'hang'] as const)('a put that never arrived (%s) costs no line and no double', async (effect) => {
      const worker = stage.worker({ PUT_TIMEOUT_SECONDS: '1' });
      await worker.ready();
      faults.rules.set([put({ effect, limit: 2 })]);
      await stage.upload(keyOf('acme'), ndjson(LINES));
      await stage.expectMessages(tenant, LINES);
      await stage.expectQueueEmpty();
      expect(worker.of('batch:retry').length).toBe(2);
    });

    it.each(['error-after', 'reset-after'] as const)('a put whose answer is lost (%s) is sent again, and counted', async (effect) => {
      const worker = stage.worker();
      await worker.ready();
      // The first put finds no stream: it takes nothing, whatever becomes of its answer.
      faults.rules.set([put({ effect, after: 1, limit: 1 })]);
      await stage.upload(keyOf('acme'), ndjson(LINES));
      await stage.expectMessages(tenant, [...LINES, ...LINES]);
      await stage.expectQueueEmpty();
      expect(worker.of('batch:ambiguous').map(({ events }) => events)).toEqual([LINES.length]);
    });

    it('a body that is cut in the middle goes on where it broke off', async () => {
      const worker = stage.worker();
      await worker.ready();
      faults.rules.set([{ service: 's3', action: 'GetObject', effect: { kind: 'cut', fraction: 0.6 }, limit: 3 }]);
      const long = Array.from({ length: 20_000 }, (_, i) => `${i} ${Math.sin(i)} ${Math.cos(i)}`);
      await stage.upload(keyOf('acme'), ndjson(long));
      await stage.expectMessages(tenant, long);
      await stage.expectQueueEmpty();
      expect(worker.of('object:resume')).toHaveLength(3);
    });

    it('a session that CloudWatch no longer accepts is renewed', async () => {
      const worker = stage.worker();
      await worker.ready();
      const effect = {
        kind: 'refuse',
        code: 'ExpiredTokenException',
        status: 400,
        message: 'The security token included in the request is expired',
      };
      faults.rules.set([put({ effect: effect as FaultRule['effect'], limit: 1 })]);
      await stage.upload(keyOf('acme'), ndjson(LINES));
      await stage.expectMessages(tenant, LINES);
      expect(worker.of('credentials:assume').filter(({ hop }) => hop === 2)).toHaveLength(2);
    });

    it.each(['s3', 'sts', 'dynamodb', 'sqs'])(
      'while %s is down no work is taken, nothing crashes, and work resumes by itself',
      async (service) => {
        const worker = stage.worker({ CALL_TIMEOUT_SECONDS: '2', VISIBILITY_SECONDS: '30' });
        const port = await worker.ready();
        const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
        expect(await status('/readyz')).toBe(200);
        faults.rules.set([{ service, effect: 'error' }]);
        // Past the proxy: it is the worker's world that is broken.
        await stage.upload(keyOf('acme'), ndjson(LINES));
        const { reasons } = await worker.seen(
          'worker:readiness',
          ({ ready }) => !ready && worker.of('worker:listen').length > 0 && worker.of('worker:readiness').length > 2,
        );
        expect(reasons.join()).toMatch(service === 'sqs' ? /^sqs/ : /^dependency-down/);
        await vi.waitFor(async () => expect(await status('/readyz')).toBe(503), PATIENCE);
        expect(await status('/healthz')).toBe(200);
        faults.rules.clear();
        await stage.expectMessages(tenant, LINES);
        await stage.expectQueueEmpty();
        await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), PATIENCE);
        expect(worker.of('message:dead-letter')).toEqual([]);
        expect(await worker.stop()).toMatchObject({ code: 0 });
      },
    );

    it('when our own role is refused, intake stops with the reason and no tenant is blamed', async () => {
      const worker = stage.worker();
      await worker.ready();
      const refuse = {
        kind: 'refuse',
        code: 'AccessDenied',
        status: 403,
        message: 'User is not authorized to perform: sts:AssumeRole',
      } as const;
      const roleName = stage.central.roleArn.split('/').at(-1);
      faults.rules.set([{ service: 'sts', action: 'AssumeRole', bodyIncludes: roleName, effect: refuse }]);
      const key = await stage.upload(keyOf('acme'), ndjson(LINES));
      expect((await worker.seen('object:fail', (line) => line.key === key)).code).toBe('central-denied');
      const { reasons } = await worker.seen('worker:readiness', ({ reasons: all }) =>
        all.some((reason) => reason.startsWith('central-denied')),
      );
      expect(reasons.join()).toContain(stage.central.roleArn);
      faults.rules.clear();
      await stage.expectMessages(tenant, LINES);
    });
  });
}
