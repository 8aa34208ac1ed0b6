/** The check by bytes says what JSON.parse says, of anything. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson } from '../../../worker/decode/json-check.ts';

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

const CORPUS =
  String.raw`{} [] [[]] {"a":{}} [1,2] [1,] [,1] {,} {"a"} {"a":} {"a":1,} {"a":1 "b":2} {"a" : [ ] , "b":[{}]} nul null nulls true tru false
  0 -0 00 01 -01 1. .5 1.5 1e5 1E+5 1e-5 1e 1e+ - + +1 1.5e300 --1 0x10 NaN Infinity "" "a "\" "\\" "\/\b\f\n\r\t" "\a" "\u00e9" "\u00g9" "\uD800" "\u" 'a' ]
  } [} {] [1}{ {}} []] {1:2} {a:1} "a":1 1,2 1 /**/`.split(/\s+/);

describe('isJson', () => {
  it.each([
    ...CORPUS,
    '',
    ' ',
    ' {"a" : 1 } ',
    '\t[\r\n1\n]',
    '"\t"',
    '"\u0000"',
    '"\u007f"',
    '\ufeff{}',
    '"\ufeff"',
    '\u00a01',
    '1 2',
    '{"é":"ü"}',
    '[1,\u20282]',
  ])('agrees on %j', (text) => {
    expect(isJson(Buffer.from(text))).toBe(parses(Buffer.from(text)));
  });

  it('agrees on JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (json, indent) => {
        expect(isJson(Buffer.from(json))).toBe(true);
        expect(isJson(Buffer.from(JSON.stringify(JSON.parse(json), null, indent)))).toBe(true);
      }),
    );
  });

  it('agrees on JSON with a byte put in, taken out or changed', () => {
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('{}[]",:\\u0123456789eE+-. \t\ntrufalsn')), fc.nat(255));
    fc.assert(
      fc.property(fc.json(), fc.nat(), byte, fc.constantFrom(0, 1), fc.boolean(), (json, place, other, removed, put) => {
        const bytes = Buffer.from(json);
        const at = place % (bytes.length + 1);
        const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from(put ? [other] : []), bytes.subarray(at + removed)]);
        expect(isJson(changed)).toBe(parses(changed));
      }),
      { numRuns: 20_000 },
    );
  });

  it('agrees on soup of JSON’s own characters, and on deep nesting', () => {
    const soup = fc
      .array(fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '"a"', '1', 'null', ' ', '\\'), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(soup, (text) => isJson(Buffer.from(text)) === parses(Buffer.from(text))),
      { numRuns: 20_000 },
    );
    const deep = Buffer.from('['.repeat(5000) + ']'.repeat(5000));
    expect(isJson(deep)).toBe(true);
    expect(isJson(deep.subarray(1))).toBe(false);
  });
});
