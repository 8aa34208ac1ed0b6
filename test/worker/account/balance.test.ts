import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addTo, isClosed, settle, TornLines } from '../../../worker/account/balance.ts';
import { WindowBuilder } from '../../../worker/batch/window-builder.ts';
import type { Window } from '../../../worker/batch/window.ts';
import type { LineCounts } from '../../../worker/observe/events.ts';

const event = { form: 'text', bytes: Buffer.from('m'), size: 27 } as const;
const SOURCE = { start: 0, length: 0, tooLong: false };

/** @param lines for each line how many events go into which window: `[[2, 1]]` is a line of two events in window 0 and one in window 1. */
function windowsOf(lines: readonly (readonly number[])[]): Window[] {
  const builder = new WindowBuilder();
  const all: Window[] = [];
  const close = () => all.push(builder.close({ shape: 'lines', raw: [], rawStart: 0 }));
  for (const [n, inWindows] of lines.entries()) {
    for (const [i, events] of inWindows.entries()) {
      if (i > 0) close();
      for (let k = 0; k < events; k++) builder.add(event, 0, SOURCE);
    }
    builder.endLine(n + 1, { filtered: inWindows.every((events) => events === 0), timeFallback: false });
  }
  close();
  return all;
}

const NONE: ReadonlySet<number> = new Set();
const zero = (): LineCounts => ({ read: 0, accepted: 0, filtered: 0, quarantined: 0, rejected: 0 });

/** @param order in which the windows are settled. @param rejected lines, by window. */
function total(windows: readonly Window[], rejected: readonly (readonly number[])[] = [], order = windows.map((_, i) => i)): LineCounts {
  const [sum, torn] = [zero(), new TornLines()];
  for (const i of order) addTo(sum, settle(windows[i]!, new Set(rejected[i]), torn));
  return sum;
}

describe('lines are counted, not events', () => {
  it('an empty one is filtered, one of several events is one', () => {
    const [window] = windowsOf([[1], [0], [3], [1]]);
    expect(settle(window!, NONE, new TornLines())).toEqual({ read: 4, accepted: 3, filtered: 1, quarantined: 0, rejected: 0 });
    expect(settle(window!, new Set([2, 3]), new TornLines())).toEqual({ read: 4, accepted: 1, filtered: 1, quarantined: 0, rejected: 2 });
  });

  it('what is refused is quarantined where there is a place for it', () => {
    const [window] = windowsOf([[1], [0], [3], [1]]);
    const counts = settle(window!, new Set([2, 3]), new TornLines(), 'quarantined');
    expect(counts).toEqual({ read: 4, accepted: 1, filtered: 1, quarantined: 2, rejected: 0 });
    expect(isClosed(counts)).toBe(true);
  });

  it('one over several windows counts where it ends', () => {
    const windows = windowsOf([[1], [2, 3, 1], [1]]);
    const torn = new TornLines();
    expect(windows.map((window) => settle(window, NONE, torn))).toEqual([
      { read: 1, accepted: 1, filtered: 0, quarantined: 0, rejected: 0 },
      { read: 0, accepted: 0, filtered: 0, quarantined: 0, rejected: 0 },
      { read: 2, accepted: 2, filtered: 0, quarantined: 0, rejected: 0 },
    ]);
  });
});

describe('a line is accepted only with all of its parts', () => {
  const windows = windowsOf([[1], [2, 3, 1, 1], [1]]);
  const expected = { read: 3, accepted: 2, filtered: 0, quarantined: 0, rejected: 1 };
  const orders = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [3, 0, 2, 1],
    [1, 3, 0, 2],
  ];

  it.each([[[[1]]], [[[], [1]]], [[[], [], [1]]], [[[], [], [], [1]]], [[[1], [1]]], [[[1], [], [1], [1]]], [[[1], [1], [1], [1]]]])(
    'wherever one is refused, and in whatever order the windows are settled: %j',
    (rejected) => {
      for (const order of orders) expect(total(windows, rejected, order)).toEqual(expected);
    },
  );

  it('which says nothing about its neighbours', () => {
    for (const order of orders)
      expect(total(windows, [[0], [], [], [2]], order)).toEqual({ read: 3, accepted: 1, filtered: 0, quarantined: 0, rejected: 2 });
  });
});

test('the balance of any windows closes, and each line is rejected once if any of its events is', () => {
  const lines = fc.array(
    fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }).map((line) => line),
    { minLength: 1, maxLength: 12 },
  );
  const objects = lines.chain((lines) => {
    const windows = windowsOf(lines.map((line, i) => (i % 5 === 4 ? [0] : line)));
    const rejected = fc.tuple(...windows.map(({ lineOf }) => fc.subarray([...new Set(lineOf)])));
    return fc.tuple(
      fc.constant(windows),
      rejected,
      fc.shuffledSubarray(
        windows.map((_, i) => i),
        { minLength: windows.length },
      ),
    );
  });
  fc.assert(
    fc.property(objects, ([windows, rejected, order]) => {
      const sum = total(windows, rejected, order);
      expect(isClosed(sum)).toBe(true);
      expect(sum.rejected).toBe(new Set(rejected.flat()).size);
      expect(sum.read).toBe(windows.at(-1)?.endLine);
    }),
    { numRuns: 500 },
  );
});

test('the balance is open when a line has left in no way, or in two', () => {
  const [window] = windowsOf([[1], [1]]);
  const lost: Window = { ...window!, lineOf: window!.lineOf.subarray(0, 1) };
  expect(isClosed(settle(lost, NONE, new TornLines()))).toBe(false);
  const doubled: Window = { ...window!, filtered: 1 };
  expect(isClosed(settle(doubled, NONE, new TornLines()))).toBe(false);
});
