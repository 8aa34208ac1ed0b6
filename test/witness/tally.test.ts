/** What the witnesses' numbers must not let pass: a case skipped without a reason, a difference that is none, a suite that shrinks. */
import { describe, expect, it } from 'vitest';
import { compare, tally, type CaseResult } from './tally.ts';

const passed: CaseResult = { suite: 'sqs', name: 'sends', state: 'passed' };
const failed: CaseResult = { suite: 'sqs', name: 'deletes', state: 'failed' };
const known: CaseResult = { suite: 'sqs', name: 'delays', state: 'skipped', skippedFor: 'difference' };
const unable: CaseResult = { suite: 'sts trust', name: 'denies', state: 'skipped', skippedFor: 'ability' };
const differences = { 'sqs: delays': 'it does not' };

describe('tally', () => {
  it('counts by suite, and skips by their reason', () => {
    expect(tally([passed, failed, known, unable], differences)).toEqual({
      counts: { sqs: { run: 2, ability: 0, difference: 1 }, 'sts trust': { run: 0, ability: 1, difference: 0 } },
      passed: 1,
      failed: 1,
      faults: [],
    });
  });

  it.each<[string, CaseResult[], RegExp]>([
    ['a case skipped without a reason', [known, { ...passed, state: 'skipped' }], /^"sqs: sends" was skipped without a reason$/],
    ['a case that never ended', [known, { ...passed, state: 'pending' }], /was pending without a reason/],
    ['a difference that names no case', [passed], /^"sqs: delays" is listed as a difference, and no case is called that$/],
    ['two cases of one name', [known, passed, passed], /^two cases are called "sqs: sends"/],
  ])('tells of %s', (_, cases, fault) => {
    expect(tally(cases, differences).faults).toEqual([expect.stringMatching(fault)]);
  });

  it('on a recheck, tells of a known difference that is none any more, and of none that still is', () => {
    const run = { ...known, skippedFor: undefined };
    const still = tally([passed, { ...run, state: 'failed' }], differences, true);
    expect(still).toMatchObject({ passed: 1, failed: 0, faults: [] });
    const mended = tally([passed, { ...run, state: 'passed' }], differences, true);
    expect(mended.faults).toEqual(['"sqs: delays" is listed as a difference, and passes']);
  });
});

describe('compare', () => {
  const expected = { sqs: { run: 2, ability: 0, difference: 1 } };

  it('says nothing while the numbers are as expected', () => {
    expect(compare({ sqs: { run: 2, ability: 0, difference: 1 } }, expected)).toEqual([]);
  });

  it.each([
    ['shrinks', { sqs: { run: 1, ability: 0, difference: 1 } }],
    ['is skipped where it ran', { sqs: { run: 0, ability: 3, difference: 0 } }],
    ['grows', { sqs: { run: 3, ability: 0, difference: 1 } }],
    ['is gone', {}],
  ])('tells of a suite that %s', (_, counts) => {
    expect(compare(counts, expected)).toEqual([
      expect.stringMatching(/^sqs: expected 2 run, 0 without the ability, 1 known to differ; got /),
    ]);
  });

  it('lets a suite be skipped whole, and not in part, where this machine lacks what it needs', () => {
    expect(compare({ sqs: { run: 0, ability: 3, difference: 0 } }, expected, true)).toEqual([]);
    expect(compare({ sqs: { run: 1, ability: 2, difference: 0 } }, expected, true)).toHaveLength(1);
  });
});
