/** Text -> its JSON literal: what JSON.stringify writes, byte for byte, into a buffer that others use too. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { literalBytes, writeLiteral } from '../../../worker/decode/literal.ts';

/** Writes in the middle of a buffer, and sees to it that nothing else is touched. */
function literal(text: string): string {
  const bytes = Buffer.from(text);
  const length = literalBytes(bytes);
  const target = Buffer.alloc(length + 6, 0xaa);
  expect(writeLiteral(target, 3, bytes, length)).toBe(length + 3);
  expect(target.toString('latin1', 0, 3) + target.toString('latin1', length + 3)).toBe('\xaa'.repeat(6));
  return target.toString('utf8', 3, length + 3);
}

const controls = String.fromCharCode(...Array.from({ length: 0x20 }, (_, i) => i));

test.each([
  '',
  'plain',
  'é € 😀',
  '"quoted"',
  'C:\\temp\\new',
  'tab\tline\nreturn\r',
  controls,
  '\u007f\u0080\u009f\u2028\u2029\ufeff\ufffd\uffff',
  '\\u0000 and </script>/',
])('writes %j as JSON does', (text) => {
  expect(literal(text)).toBe(JSON.stringify(text));
});

test('any text comes back from JSON.parse, and is as long as was said', () => {
  const unit = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(...Array.from(controls), '"', '\\', '\u007f'),
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      expect(JSON.parse(literal(text))).toBe(text);
      expect(literal(text)).toBe(JSON.stringify(text));
    }),
    { numRuns: 500 },
  );
});

test('literals stand one behind the other', () => {
  const texts = ['a\n', '', '"', 'é'].map((text) => Buffer.from(text));
  const target = Buffer.alloc(texts.reduce((sum, text) => sum + literalBytes(text), 0));
  const end = texts.reduce((at, text) => writeLiteral(target, at, text, literalBytes(text)), 0);
  expect(end).toBe(target.length);
  expect(target.toString()).toBe(String.raw`"a\n""""\"""é"`);
});
