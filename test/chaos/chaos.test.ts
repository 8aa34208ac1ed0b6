/** Nothing lost, nobody's line at another's, and duplicates only where nobody can know whether a put was taken. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultRule } from '../../local/faults/rule.ts';
import type { Faults } from '../../local/faults/faults.ts';
import { setTrust, trust } from '../../local/provision/tenant.ts';
import { embeddedTarget, onEmbedded } from '../support/embedded.ts';
import { Stage } from '../support/stage.ts';
import { Trial, type Outcome } from './trial.ts';

const local = onEmbedded([]);
const LINES = 20;
let stage: Stage;
let faults: Faults;

beforeEach(async () => {
  stage = await Stage.open(embeddedTarget(local), { maxReceiveCount: 1000 });
  faults = await stage.faults();
});
afterEach(() => stage.close());

/** Nothing lost, strayed or in two places. @param mostDuplicates lines. */
function expectWhole(outcome: Outcome, mostDuplicates: number): void {
  const { lines, accepted, quarantined, duplicated } = outcome;
  const name = expect.getState().currentTestName;
  process.stdout.write(`${JSON.stringify({ case: name, lines, accepted, quarantined, duplicated, mostDuplicates })}\n`);
  expect(outcome).toMatchObject({ lost: [], both: [], strayed: [] });
  expect(accepted + quarantined).toBe(lines);
  expect(duplicated).toBeLessThanOrEqual(mostDuplicates);
}

const PUTS = { service: 'logs', action: 'PutLogEvents' } as const;

test.each<[string, FaultRule[], number, number]>([
  ['20 % of puts throttled', [{ ...PUTS, probability: 0.2, effect: 'throttle' }], 1, 0],
  ['5 % answered 500 after taking', [{ ...PUTS, name: 'taken', probability: 0.05, effect: 'error-after' }], 2, LINES],
  ['10 % of bodies cut', [{ service: 's3', action: 'GetObject', probability: 0.1, effect: { kind: 'cut', fraction: 0.5 } }], 3, 0],
  [
    'sessions that expire again and again',
    [
      {
        ...PUTS,
        probability: 0.1,
        effect: {
          kind: 'refuse',
          code: 'ExpiredTokenException',
          status: 400,
          message: 'The security token included in the request is expired',
        },
      },
    ],
    4,
    0,
  ],
])('%s', async (_, rules, seed, duplicatesAHit) => {
  const trial = new Trial(stage, seed);
  const tenants = await trial.tenants('a', 'b', 'c');
  faults.rules.set(rules);
  trial.worker();
  await trial.upload(tenants, 60, LINES);
  const outcome = await trial.settled();
  const hits = Object.values(faults.hits()).reduce((sum, each) => sum + each, 0);
  expect(hits).toBeGreaterThan(0);
  expectWhole(outcome, hits * duplicatesAHit);
});

test('every object announced twice, in any order: nothing is delivered twice', async () => {
  const trial = new Trial(stage, 5);
  const tenants = await trial.tenants('a', 'b');
  trial.worker();
  trial.worker();
  await trial.repeat(await trial.upload(tenants, 40, LINES));
  expectWhole(await trial.settled(), 0);
});

test.each([6, 7, 8])('kill -9 at ten moments of seed %i, two workers at one queue', async (seed) => {
  const trial = new Trial(stage, seed);
  const tenants = await trial.tenants('a', 'b', 'c');
  // Between a put that was taken and its note in the ledger lies the moment that nobody can tell from the one before.
  const note = { service: 'dynamodb', action: 'UpdateItem', effect: { kind: 'delay', ms: 50 } } as const;
  faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 30 } }, note]);
  trial.worker();
  let victim = trial.worker();
  let kills = 0;
  for (; kills < 10; kills++) {
    await victim.ready();
    await trial.upload(tenants, 30, LINES);
    // The moment is the case: no wait for anything.
    await sleep(trial.random() * 200);
    await victim.kill();
    victim = trial.worker();
  }
  // What a killed one had put and not yet noted: of each object in its hands at most the window under way.
  expectWhole(await trial.settled(), kills * 8 * LINES);
});

test('SIGTERM under load: every put under way is answered, and nothing is delivered twice', async () => {
  const trial = new Trial(stage, 9);
  const tenants = await trial.tenants('a', 'b', 'c');
  faults.rules.set([{ ...PUTS, effect: { kind: 'delay', ms: 30 } }]);
  let worker = trial.worker();
  for (let stops = 0; stops < 5; stops++) {
    await worker.ready();
    await trial.upload(tenants, 30, LINES);
    await sleep(trial.random() * 200);
    expect(await worker.stop()).toMatchObject({ code: 0 });
    worker = trial.worker();
  }
  expectWhole(await trial.settled(), 0);
});

test('tenants who refuse for a while, while one has 100 times the objects of the others', async () => {
  const trial = new Trial(stage, 10);
  const [loud, ...others] = await trial.tenants('loud', 'b', 'c');
  const refusing = others[0]!;
  const keys = embeddedTarget(local).credentialsFor(refusing.account);
  await setTrust(stage.central, keys, trust(stage.central.roleArn, 'nobody', refusing.externalId));
  trial.worker();
  await trial.upload([loud!], 200, 5);
  await trial.upload(others, 4, 5);
  await setTrust(stage.central, keys, trust(stage.central.roleArn, refusing.id, refusing.externalId));
  expectWhole(await trial.settled(), 0);
});

test('the ledger down for a while', async () => {
  const trial = new Trial(stage, 11);
  const tenants = await trial.tenants('a', 'b');
  const worker = trial.worker();
  await worker.ready();
  faults.rules.set([{ service: 'dynamodb', effect: 'error' }]);
  await trial.upload(tenants, 30, LINES);
  await worker.seen('message:return');
  faults.rules.clear();
  expectWhole(await trial.settled(), 0);
});
