/** Whose fault an invalid batch is: the offenders are found within bounded puts, no accepted event is sent twice, and the route is blamed only when it must be. */
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { batchesOf } from '../../../worker/batch/batch.ts';
import { WindowBuilder } from '../../../worker/batch/window-builder.ts';
import { Invalid, narrow, type Refusals, type Trials } from '../../../worker/deliver/narrow.ts';
import { LogferryError } from '../../../worker/errors.ts';

const MAX_PUTS = 64;

interface Scene {
  readonly offenders: ReadonlySet<number>;
  readonly isRouteInvalid?: boolean;
  readonly canKeep?: boolean;
  readonly trials?: Trials;
}

/** CloudWatch as far as it counts here: it refuses each request that holds an offender. */
async function play(messages: readonly string[], { offenders, isRouteInvalid = false, canKeep = true, trials = fresh() }: Scene) {
  const builder = new WindowBuilder();
  for (const [i, message] of messages.entries()) {
    const bytes = Buffer.from(message);
    builder.add({ form: 'text', bytes, size: bytes.length + 26 }, i, { start: 0, length: 0, tooLong: false });
    builder.endLine(i + 1, { filtered: false, timeFallback: false });
  }
  const [batch] = batchesOf(builder.close({ shape: 'lines', raw: [], rawStart: 0 }));
  const [accepted, found]: [number[], number[]] = [[], []];
  let puts = 0;
  const refusals = await narrow(batch!, trials, {
    attempt: async ({ order }): Promise<Refusals> => {
      puts++;
      if (isRouteInvalid || order.some((event) => offenders.has(event))) throw new Invalid(new Error('invalid'));
      accepted.push(...order);
      return new Map();
    },
    canKeep,
    refuse: (cause) => new LogferryError('delivery-refused', 'refused', { cause }),
    found: (lines) => found.push(lines),
  });
  return { refusals, accepted: accepted.toSorted((a, b) => a - b), found, puts };
}

const fresh = (): Trials => ({ puts: 0, isProven: false });
const plain = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`);

describe('the offender', () => {
  it('among ten thousand is found within thirty puts; all others are accepted', async () => {
    const { refusals, accepted, found, puts } = await play(plain(10_000), { offenders: new Set([7_777]) });
    expect([...refusals]).toEqual([[7_777, 'invalid']]);
    expect(accepted).toHaveLength(9_999);
    expect(found).toEqual([1]);
    expect(puts).toBeLessThanOrEqual(31);
  });

  it('may be the only line, where nothing sound is beside it that could tell', async () => {
    expect([...(await play(['\u0000'], { offenders: new Set([0]) })).refusals]).toEqual([[0, 'invalid']]);
  });

  it('is looked for no longer once an object’s puts are used up: what stands beside it is kept too', async () => {
    const trials = { puts: MAX_PUTS, isProven: true };
    const { refusals, accepted, puts } = await play(plain(10), { offenders: new Set([3]), trials });
    expect([puts, refusals.size, accepted]).toEqual([1, 10, []]);
  });
});

describe('the route', () => {
  it.each([
    ['a plain line', plain(100)],
    ['a line of JSON', ['\u0000', '{"path":"C:\\\\temp\\n"}\n\tat x']],
  ])('is to blame when %s alone is refused as well', async (_, messages) => {
    await expect(play(messages, { offenders: new Set(), isRouteInvalid: true })).rejects.toMatchObject({ code: 'delivery-refused' });
  });

  it('is not, when it has taken a batch of the object before', async () => {
    const trials = { puts: 0, isProven: true };
    expect([...(await play(['sound'], { offenders: new Set([0]), trials })).refusals]).toEqual([[0, 'invalid']]);
  });

  it('is, where there is no place to keep a line in: nothing is tried', async () => {
    const trials = fresh();
    await expect(play(plain(10), { offenders: new Set([3]), canKeep: false, trials })).rejects.toMatchObject({ code: 'delivery-refused' });
    expect(trials.puts).toBe(0);
  });
});

test('whatever offends: each event is accepted once or refused, every offender is refused, and puts are bounded', async () => {
  const scenes = fc
    .integer({ min: 2, max: 400 })
    .chain((count) => fc.tuple(fc.constant(count), fc.uniqueArray(fc.nat({ max: count - 2 }))));
  await fc.assert(
    fc.asyncProperty(scenes, async ([count, bad]) => {
      // The shortest line is sound, so that the route is cleared; the offenders are longer.
      const messages = [...plain(count - 1).map((text) => `${text} and more`), 'ok'];
      const { refusals, accepted, puts } = await play(messages, { offenders: new Set(bad) });
      expect([...accepted, ...refusals.keys()].toSorted((a, b) => a - b)).toEqual(messages.map((_, i) => i));
      expect(bad.every((event) => refusals.has(event))).toBe(true);
      expect(puts).toBeLessThanOrEqual(MAX_PUTS + 2);
    }),
    { numRuns: 200 },
  );
});
