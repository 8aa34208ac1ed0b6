/** The agent's programs, compiled and run by the language of the pinned Vector: they still make the golden outputs that are checked in. */
import { describe, expect, it } from 'vitest';
import { AGENT_ENVIRONMENT } from '../../k8s/vector/cases.ts';
import { golden } from '../../k8s/vector/programs.ts';
import { runAll } from './pipeline.ts';
import { buildVrl, foundVrl, hasCargo, runProgram } from './vrl.ts';

const BUILD_MS = 900_000;
/** Three minutes of compiling are CI's business, or asked for. */
const mayBuild = process.env['CI'] !== undefined && hasCargo();
const missing = 'no vrl command: run npm run golden:vrl once (it needs cargo and three minutes), or set VRL to one';

describe.skipIf(foundVrl() === undefined && !mayBuild)(`the vrl command (${missing})`, () => {
  it(
    'makes the golden outputs of the checked-in events',
    () => {
      expect(runAll(foundVrl() ?? buildVrl())).toEqual(golden());
    },
    BUILD_MS,
  );

  it.each([
    ['does not compile', '.a = no_such_function(.b)', /broken\.vrl.*undefined function/s],
    ['compiles with a warning', '.a = string!("b")', /broken\.vrl.*warning/s],
    ['fails on an event', '.a = string!(.b)', /broken\.vrl/],
  ])('the above says something: a program that %s is refused', (_what, text, words) => {
    const vrl = foundVrl() ?? '';
    expect(() => runProgram(vrl, 'broken.vrl', [{}], AGENT_ENVIRONMENT, text)).toThrow(words);
  });
});
