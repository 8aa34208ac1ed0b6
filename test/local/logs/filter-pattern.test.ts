/** Filter patterns: terms, and a refusal of all that looks further into a message. */
import { expect, it } from 'vitest';
import { parseFilterPattern } from '../../../local/logs/filter-pattern.ts';

it.each([
  ['', 'anything', true],
  ['ERROR', 'an ERROR here', true],
  ['ERROR', 'an error here', false],
  ['ERROR timeout', 'timeout after ERROR', true],
  ['ERROR timeout', 'ERROR', false],
  ['"of web"', 'error of web', true],
  ['"of web"', 'web of error', false],
  ['"a \\"quoted\\" word"', 'a "quoted" word', true],
  ['ERROR -timeout', 'ERROR timeout', false],
  ['?ERROR ?WARN', 'a WARN', true],
  ['?ERROR ?WARN', 'INFO', false],
  ['  ERROR  ', 'ERROR', true],
])('%j on %j: %s', (pattern, message, found) => {
  expect(parseFilterPattern(pattern)(message)).toBe(found);
});

it.each(['{ $.level = "ERROR" }', '[ip, user]', '%ERR.*%', 'a.b', '"open', '"a"b'])('refuses %j by name', (pattern) => {
  expect(() => parseFilterPattern(pattern)).toThrow(`but not ${JSON.stringify(pattern)}`);
});
