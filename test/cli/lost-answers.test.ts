/** A write that AWS did, and whose answer was lost: the SDK asks again, and the row is not any more as it was read. */
import { afterEach, expect, it } from 'vitest';
import { standBetween } from './between.ts';
import { goodRow, withOperator } from './operator.ts';

const operator = withOperator();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** @returns the environment of a command of which the first write's answer is lost. */
async function losing(after: () => Promise<void> = async () => undefined): Promise<{ AWS_ENDPOINT_URL: string }> {
  let writes = 0;
  const meet = async (operation: string): Promise<'lost' | undefined> => {
    if (operation !== 'UpdateItem' && operation !== 'PutItem') return undefined;
    if (++writes === 2) await after();
    return writes === 1 ? 'lost' : undefined;
  };
  return await standBetween(operator().central.cloud.endpoint, meet, closing);
}

it('a change that got through is told as written', async () => {
  await operator().put(goodRow('acme', '111111111111'));
  const { code, stdout, stderr } = await operator().run(['tenant', 'set', 'acme', 'late=now'], { environment: await losing() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Written: acme is enabled.');
  expect(await operator().row('acme')).toMatchObject({ late: 'now' });
});

it('a new tenant that got through is told as written, with the ExternalId that it has', async () => {
  const { code, stdout } = await operator().run(['tenant', 'add', 'acme', '--json'], { environment: await losing() });
  expect(code).toBe(0);
  const { row } = JSON.parse(stdout) as { row: { external_id: string } };
  expect(await operator().row('acme')).toMatchObject({ external_id: row.external_id });
});

it('a change that somebody overwrote right after is not', async () => {
  await operator().put(goodRow('acme', '111111111111'));
  const environment = await losing(() => operator().put(goodRow('acme', '111111111111', { late: 'quarantine' })));
  const { code, stderr } = await operator().run(['tenant', 'set', 'acme', 'late=now'], { environment });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('has been changed by somebody else meanwhile') as string });
});
