/** The demo's balance can fail: whatever differs between lines and events is counted as what it is. */
import { expect, it } from 'vitest';
import { Expectation, isExact } from '../../local/demo/expectation.ts';

const KEY = 'acme/prod/web/web-0/a.json.gz';
const STREAM = 'prod/web/web-0';
const LONG = 'x'.repeat(2_000_000);
const parts = (text: string, at: number) => [`[part 1/2] ${text.slice(0, at)}`, `[part 2/2] ${text.slice(at)}`];

it.each([
  ['all there, in another order', ['a', 'b', 'a'], ['b', 'a', 'a'], {}],
  ['an empty line makes no event', ['a', ''], ['a'], { empty: 1 }],
  ['a line lost', ['a', 'b'], ['a'], { lost: 1 }],
  ['one of two equal lines lost', ['a', 'a'], ['a'], { lost: 1 }],
  ['a line twice', ['a'], ['a', 'a'], { duplicated: 1 }],
  ["an event that is nobody's line", ['a'], ['a', 'z'], { foreign: 1 }],
  ['a line changed', ['a'], ['a '], { lost: 1, foreign: 1 }],
  ['an empty event', ['a', ''], ['a', ''], { empty: 1, foreign: 1 }],
  ['a long line in parts', [LONG], parts(LONG, 1_000_000), {}],
  ['two long lines whose parts are mixed', [LONG, `y${LONG}`], [...parts(LONG, 9), ...parts(`y${LONG}`, 7)].toReversed(), {}],
  ['a part lost', [LONG], parts(LONG, 1_000_000).slice(1), { lost: 1, foreign: 1 }],
  ['a part twice', [LONG], [...parts(LONG, 9), ...parts(LONG, 9).slice(1)], { foreign: 1 }],
  ['parts of a line that needs none', ['short'], parts('short', 2), { lost: 1, foreign: 2 }],
  ['a line that looks like a part', ['[part 1/2] x'], ['[part 1/2] x'], {}],
])('%s', (_, messages, events, differences) => {
  const expectation = new Expectation([{ key: KEY, body: Buffer.of(), messages }]);
  for (const event of events) expectation.find(STREAM, event);
  const balance = expectation.balance();
  const written = messages.length;
  expect(balance).toEqual({ written, found: events.length, empty: 0, lost: 0, duplicated: 0, foreign: 0, ...differences });
  const { empty: _empty, ...faults } = { empty: 0, ...differences };
  expect(isExact(balance)).toBe(Object.keys(faults).length === 0);
});

it("a line in another pod's stream is lost where it belongs, and foreign where it stands", () => {
  const expectation = new Expectation([{ key: KEY, body: Buffer.of(), messages: ['a'] }]);
  expectation.find('prod/web/web-1', 'a');
  expect(expectation.balance()).toMatchObject({ lost: 1, foreign: 1 });
});
