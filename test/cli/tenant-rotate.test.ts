/** `tenant rotate`: an ExternalId is changed for another while lines flow, and none is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTrust, trust, type TenantSide } from '../../local/provision/tenant.ts';
import { resolve } from '../customer-module/cloudformation/resolve.ts';
import { readTemplate } from '../customer-module/cloudformation/template.ts';
import { embeddedTarget } from '../support/embedded.ts';
import { startLocalAws, type LocalAws } from '../../local/aws.ts';
import { ndjson, Stage } from '../support/stage.ts';
import { goodRow, handshake, runLogferry, withOperator, type Ended } from './operator.ts';

const operator = withOperator();
const tenant = (...args: string[]): Promise<Ended> => operator().run(['tenant', ...args]);
const refusal = (said: string): Ended => ({ code: 1, stdout: '', stderr: expect.stringContaining(said) as string });

interface Written {
  readonly row: Readonly<Record<string, string>>;
}

describe('while lines flow', () => {
  let local: LocalAws;
  let stage: Stage;
  beforeAll(async () => {
    local = await startLocalAws();
    stage = await Stage.open(embeddedTarget(() => local));
  });
  afterAll(async () => {
    await stage?.close();
    await local?.stop();
  });

  const run = async (...args: string[]): Promise<Ended> =>
    await runLogferry(stage.central, ['tenant', ...args], { environment: { CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: stage.central.roleArn } });
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };

  /** The trust of the role that the printed template makes. */
  async function apply({ id, account, region }: TenantSide): Promise<void> {
    const printed = readTemplate(await done('template', id, '--format', 'cloudformation'));
    const { resources } = resolve(printed, {}, { account, region, stack: 'logferry' });
    const document = resources['LogDistributionRole']!.Properties['AssumeRolePolicyDocument'];
    await setTrust(stage.central, stage.target.credentialsFor(account), JSON.stringify(document));
  }

  test('the old one before, both while it changes, and the new one after are let in; then the old one is out', async () => {
    const acme = await stage.tenant('acme');
    const worker = stage.worker({ TENANT_CACHE_SECONDS: '0', DENIAL_CACHE_SECONDS: '0' });
    await worker.ready();
    const lines: string[] = [];
    /** Of a cluster of its own: for each the worker assumes the role anew. */
    const deliver = async (line: string): Promise<void> => {
      lines.push(line);
      await stage.upload(`acme/cluster-${lines.length}/web/web-0/x.json.gz`, ndjson([line]));
      await stage.expectMessages(acme, lines);
    };

    await deliver('with the old one');
    const { row: rotating } = JSON.parse(await done('rotate', 'acme', '--json')) as Written;
    const next = rotating['next_external_id']!;
    expect(rotating).toMatchObject({ external_id: acme.externalId, enabled: true });
    await deliver('begun, and not applied yet');
    const refused = await run('rotate', 'acme', '--finish');
    expect(refused).toEqual(refusal('nothing was changed: the next ExternalId of tenant acme is not let in'));
    expect(refused.stderr).toContain('hop 2');
    expect(refused.stderr).not.toContain(next);
    await deliver('not finished');

    await apply(acme);
    await deliver('applied: both are let in');
    const { row: rotated } = JSON.parse(await done('rotate', 'acme', '--finish', '--json')) as Written;
    expect(rotated['external_id']).toBe(next);
    expect(rotated).not.toHaveProperty('next_external_id');
    await deliver('with the new one');

    await apply(acme);
    await deliver('the new one alone is let in');
    await done('rotate', 'acme', '--external-id', acme.externalId);
    expect(await run('rotate', 'acme', '--finish')).toEqual(refusal('is not let in'));
    await done('rotate', 'acme', '--cancel');
    await deliver('to the end');
    expect(worker.of('object:fail')).toEqual([]);
    expect(worker.of('message:return')).toEqual([]);
  });

  test('the try goes by the role of their clusters, whichever the row is in', async () => {
    const globex = await stage.tenant('globex');
    await done('disable', 'globex');
    await done('rotate', 'globex', '--external-id', 'external-globex-2');
    const own = JSON.parse(trust(stage.central.roleArn, 'globex', 'external-globex-2')) as {
      Statement: { Condition?: { StringEquals: object } }[];
    };
    Object.assign(own.Statement[0]!.Condition!.StringEquals, { 'aws:PrincipalTag/cluster_id': 'prod-1' });
    await setTrust(stage.central, stage.target.credentialsFor(globex.account), JSON.stringify(own));
    expect(await run('rotate', 'globex', '--finish')).toEqual(refusal('cluster_id logferry-try'));
    expect(await done('rotate', 'globex', '--finish', '--cluster-id', 'prod-1', '--dry-run')).toContain('Dry run');
    expect(await done('rotate', 'globex', '--finish', '--cluster-id', 'prod-1')).toContain('globex is disabled.');
  });

  test('a central role that does not let the operator in is no fault of the customer', async () => {
    await stage.tenant('initech');
    await done('rotate', 'initech');
    const args = ['tenant', 'rotate', 'initech', '--finish', '--central-role-arn', 'arn:aws:iam::000000000000:role/none'];
    expect(await runLogferry(stage.central, args)).toEqual(refusal('hop 1, the central role'));
  });
});

describe('the row', () => {
  test('shows to whom looks at one tenant that a rotation is under way; the fleet is told no ExternalId', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    const { row } = await operator().json<Written>('rotate', 'acme');
    const next = row['next_external_id']!;
    expect(next).toMatch(/^logferry-[\w-]{32}$/);
    expect((await tenant('show', 'acme')).stdout).toMatch(new RegExp(`its ExternalId is being changed[^]*next_external_id +${next}`));
    for (const args of [['list'], ['list', '--json'], ['set', 'acme', 'late=now', '--json'], ['disable', 'acme', '--json']]) {
      const { code, stdout } = await tenant(...args);
      expect([code, stdout.includes('external_id'), stdout.includes(next)]).toEqual([0, false, false]);
    }
    expect((await tenant('list')).stdout).toContain('acme: disabled: its ExternalId is being changed');
    expect(await operator().row('acme')).toMatchObject({ next_external_id: next, external_id: 'external-acme' });
  });

  test('cancel drops the next one, and does nothing twice', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    await operator().json('rotate', 'acme');
    expect(await operator().json('rotate', 'acme', '--cancel')).toMatchObject({ written: true });
    expect(await operator().row('acme')).toMatchObject({ external_id: 'external-acme' });
    expect(await operator().row('acme')).not.toHaveProperty('next_external_id');
    expect(await operator().json('rotate', 'acme', '--cancel')).toMatchObject({ written: false, changes: [] });
  });

  test('untried, the next one is switched to as it stands', async () => {
    await operator().put({ tenant_id: 'acme', enabled: false, external_id: 'external-acme' });
    await operator().json('rotate', 'acme', '--external-id', 'agreed-on');
    expect(await tenant('rotate', 'acme', '--finish', '--central-role-arn', 'arn:aws:iam::000000000000:role/x')).toEqual(
      refusal('has no role to try the next ExternalId on'),
    );
    expect(await operator().json('rotate', 'acme', '--finish', '--untried')).toMatchObject({
      row: { external_id: 'agreed-on' },
      state: 'pending',
    });
  });

  test('a handshake with the next one is told how to go on', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    await operator().json('rotate', 'acme', '--external-id', 'agreed-on');
    const { code, stderr } = await operator().run(['tenant', 'set', 'acme', '--from-handshake', '-'], {
      input: handshake('acme', '111111111111', 'agreed-on'),
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('`logferry tenant rotate acme --finish` switches to it')]);
  });
});

describe('it refuses', () => {
  test.each<[string, string[], string]>([
    ['a second rotation beside the first', ['rotating'], 'a rotation of tenant rotating is under way'],
    ['to finish what was not begun', ['acme', '--finish'], 'no rotation of tenant acme is under way'],
    ['a tenant that has no ExternalId', ['bare'], '`logferry tenant set bare external_id=...` gives the first one'],
    ["another tenant's", ['acme', '--external-id', 'external-rotating'], 'already that of tenant rotating'],
    ["another tenant's next one", ['acme', '--external-id', 'the-next-one'], 'already that of tenant rotating'],
    ['its own', ['acme', '--external-id', 'external-acme'], 'has this ExternalId already'],
  ])('%s', async (_, args, said) => {
    await operator().put(goodRow('acme', '111111111111'));
    await operator().put(goodRow('rotating', '222222222222', { next_external_id: 'the-next-one' }));
    await operator().put({ tenant_id: 'bare', enabled: false });
    expect(await tenant('rotate', ...args)).toEqual(refusal(said));
  });

  test('steps that exclude each other', async () => {
    expect(await tenant('rotate', 'acme', '--finish', '--cancel')).toMatchObject({ code: 64 });
    expect(await tenant('rotate', 'acme', '--finish', '--external-id', 'x-1')).toMatchObject({ code: 64 });
  });

  test('what STS does not take', async () => {
    await operator().put(goodRow('acme', '111111111111'));
    expect(await tenant('rotate', 'acme', '--external-id', 'with blanks')).toMatchObject({ code: 64 });
  });

  test('to give away an ExternalId that another tenant is changing to', async () => {
    await operator().put(goodRow('rotating', '222222222222', { next_external_id: 'the-next-one' }));
    expect(await tenant('add', 'acme', '--external-id', 'the-next-one')).toEqual(refusal('already that of tenant rotating'));
  });
});
