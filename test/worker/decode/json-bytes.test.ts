/** Values found in the bytes of JSON: where JSON.parse would find them, as they stand there. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findFields, isSpace, skipSpace } from '../../../worker/decode/json-bytes.ts';
import { membersSource, objectOf, sourceOf, space } from './json-source.ts';

function find(json: string, first = 'message', second = 'timestamp'): (string | undefined)[] {
  const bytes = Buffer.from(json);
  return findFields(bytes, first, second).map((span) => span && bytes.toString('utf8', span.start, span.end));
}

test.each([
  ['{}', undefined, undefined],
  [' { } ', undefined, undefined],
  ['{"message":1}', '1', undefined],
  ['{"timestamp":1}', undefined, '1'],
  ['{"message":"a","timestamp":"b"}', '"a"', '"b"'],
  ['{"timestamp" : -1.0e+5 , "message" : [ 1 , {} ] }', '[ 1 , {} ]', '-1.0e+5'],
  ['{"message":1,"message":{"message":2}}', '{"message":2}', undefined],
  [String.raw`{"a":"\\","message":"\\\"","b":"\""}`, String.raw`"\\\""`, undefined],
  [String.raw`{"a":[["]"],{"}":"{"}],"message":true}`, 'true', undefined],
  [String.raw`{"\u006dessage":null,"timestam\u0070":false}`, 'null', 'false'],
  [String.raw`{"message\u0000":1,"mess\\u0061ge":2,"messageX":3,"messag":4}`, undefined, undefined],
  ['{"é":"é","message":"é"}', '"é"', undefined],
  ['{"":1,"message":2}', '2', undefined],
])('%s', (json, message, timestamp) => {
  expect(find(json)).toEqual([message, timestamp]);
});

test('finds in any object what JSON.parse finds', () => {
  const written = membersSource.chain((members) => fc.tuple(fc.constant(members), objectOf(members), space));
  fc.assert(
    fc.property(written, fc.constantFrom('message', '__proto__', ''), ([members, object, around], name) => {
      expect(find(around + object + around, name, 'timestamp')).toEqual([sourceOf(members, name), sourceOf(members, 'timestamp')]);
    }),
    { numRuns: 1000 },
  );
});

test('white space is that of JSON, and nothing else', () => {
  const spaces = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => isSpace(byte));
  expect(spaces).toEqual([0x09, 0x0a, 0x0d, 0x20]);
  expect(skipSpace(Buffer.from(' \t\r\nx '), 0)).toBe(4);
  expect(skipSpace(Buffer.from('x  '), 1)).toBe(3);
  expect(skipSpace(Buffer.from('\u00a0x'), 0)).toBe(0);
});
