/** One line -> its event: the message as JSON.parse reads it, or the source as it stands, and the time or none. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent, type DecodedEvent, type Format } from '../../../worker/decode/event.ts';
import { isJson } from '../../../worker/decode/json-check.ts';
import { parseTime } from '../../../worker/decode/time.ts';
import { membersSource, objectOf, sourceOf, space, valueSource } from './json-source.ts';

const decode = (line: string | Uint8Array, format: Format = 'message') => decodeEvent(Buffer.from(line as string), format);

/** The message as CloudWatch will read it; the form's promises are checked on the way. */
function messageOf(event: DecodedEvent): string {
  const source = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(event.bytes);
  const message = event.form === 'text' ? source : (JSON.parse(source) as string);
  expect(typeof message).toBe('string');
  expect(message.isWellFormed()).toBe(true);
  expect(event.messageBytes).toBe(Buffer.byteLength(message));
  return message;
}

const message = (line: string | Uint8Array, format?: Format) => messageOf(decode(line, format));

describe('the message', () => {
  test.each([
    ['a string', '{"message":"hello"}', 'hello'],
    ['with every escape', String.raw`{"message":"\"\\\/\b\f\n\r\tA\u00e9\uD83D\uDE00"}`, '"\\/\b\f\n\r\tA\u00e9\u{1f600}'],
    ['that is no ASCII', '{"message":"é € 😀 \u2028 \u007f"}', 'é € 😀 \u2028 \u007f'],
    ['empty', '{"message":""}', ''],
    ['under an escaped key', String.raw`{"mess\u0061ge":"a"}`, 'a'],
    ['under a key escaped throughout', String.raw`{"\u006D\u0065\u0073\u0073\u0061\u0067\u0065":"a"}`, 'a'],
    ['the last of two', '{"message":"first","message":"last"}', 'last'],
    ['the last of two, one escaped', String.raw`{"message":"first","\u006dessage":"last"}`, 'last'],
    ['the last of two, no string', '{"message":"first","message":1.0}', '1.0'],
    ['not that of a nested object', '{"a":{"message":"in"},"message":"out","b":[{"message":"in"}]}', 'out'],
    ['not one inside a string', String.raw`{"a":"\",\"message\":\"in\"","message":"out"}`, 'out'],
    ['between white space', ' \t{ "a" : 1 ,\r "message" \t: "x y" } ', 'x y'],
    ['with braces and brackets', '{"message":"}]{["}', '}]{['],
    ['beside __proto__', '{"__proto__":{"message":"in"},"message":"out"}', 'out'],
    ['that holds NUL, escaped', String.raw`{"message":"a\u0000b"}`, 'a\u0000b'],
    ['a half of a surrogate pair', String.raw`{"message":"a\ud800b"}`, 'a\ufffdb'],
    ['halves in the wrong order', String.raw`{"message":"\ude00\ud83d"}`, '\ufffd\ufffd'],
  ])('is %s', (_, line, expected) => {
    expect(message(line)).toBe(expected);
    expect(decode(line).isRecord).toBe(true);
  });

  test.each(['12345678901234567890', '1.0', '-0', '1E+400', 'true', 'null', '{ "b": 1.0, "message": "in" }', '[1, "\\u0041" ]'])(
    'that is no string is its source: %s',
    (source) => {
      expect(message(`{"a":1, "message" : ${source} }`)).toBe(source);
      expect(message(`{"message":${source}}`)).toBe(source);
    },
  );

  test.each(['{}', '{"Message":"x"}', '{"log":12345678901234567890, "n":1.0}', '{"a":{"message":"in"}}', String.raw`{"messag\u00e9":"x"}`])(
    'of a record without one is the whole record: %s',
    (line) => {
      expect(message(line)).toBe(line);
      expect(decode(line).isRecord).toBe(true);
    },
  );

  test('is the whole record where that is asked for', () => {
    const line = String.raw`{ "message" : "a\u0041", "n" : 1.0, "timestamp" : "2024-06-01T12:10:45Z" }`;
    expect(message(line, 'record')).toBe(line);
    expect(decode(line, 'record').timeMs).toBe(Date.parse('2024-06-01T12:10:45Z'));
  });
});

describe('a line that is no JSON object', () => {
  test.each([
    '',
    ' ',
    'plain text',
    '[2024-06-01] starting',
    '[1,2]',
    '"a string"',
    '42',
    '{"message":"cut off',
    '{"message":"a"} trailing',
    "{'message':'a'}",
    '{"message":"raw\ttab"}',
    '{"message":"raw\u0000NUL"}',
    '\ufeff{"message":"behind a BOM"}',
    '\u0000',
    '{',
  ])('is its own message: %j', (line) => {
    const event = decode(line);
    expect(messageOf(event)).toBe(line);
    expect(event).toMatchObject({ form: 'text', isRecord: false, timeMs: undefined });
  });
});

describe('bytes that are not UTF-8', () => {
  test.each([
    ['in a message', '7b226d657373616765223a2261ff62227d', 'a\ufffdb'],
    ['in a key', '7b22ff223a312c226d657373616765223a2262227d', 'b'],
    ['a sequence cut short', '7b226d657373616765223a22e282227d', '\ufffd'],
    ['a surrogate written as UTF-8', '7b226d657373616765223a22eda080227d', '\ufffd\ufffd\ufffd'],
    ['an overlong slash', '7b226d657373616765223a22c0af227d', '\ufffd\ufffd'],
    ['an overlong quote, which ends no string', '7b226d657373616765223a22c0a2227d', '\ufffd\ufffd'],
    ['in plain text', '61fe62', 'a\ufffdb'],
  ])('become U+FFFD: %s', (_, hex, expected) => {
    expect(message(Buffer.from(hex, 'hex'))).toBe(expected);
  });

  test('become what TextDecoder makes of them, everywhere', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.array(fc.constantFrom(0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xed, 0xa0, 0x22, 0x5c, 0x41)),
    );
    fc.assert(
      fc.property(bytes, (noise) => {
        expect(message(Uint8Array.from(noise))).toBe(decoder.decode(Uint8Array.from(noise)));
        const line = Buffer.concat([Buffer.from('{"message":"'), Buffer.from(noise), Buffer.from('"}')]);
        const text = decoder.decode(line);
        expect(message(line)).toBe(isJson(Buffer.from(text)) ? (JSON.parse(text) as { message: string }).message : text);
      }),
    );
  });
});

describe('the time', () => {
  test.each([
    ['"2024-06-01T12:10:45.123456789Z"', 1717243845123],
    [String.raw`"2024-06-01\u005412:10:45\u005a"`, 1717243845000],
    ['1717243845', 1717243845000],
    ['1717243845123456789', 1717243845123],
    ['"2024-06-01T12:10:45Z","timestamp":"never"', undefined],
    ['"2024-06-01T12:10:45Z","timestamp":7', 7000],
    ['"2024-06-01T12:10:45Z","nested":{"timestamp":7}', 1717243845000],
    ['"yesterday"', undefined],
    ['""', undefined],
    ['"２０２４-06-01T12:10:45Z"', undefined],
    ['-1717243845', undefined],
    ['null', undefined],
    ['true', undefined],
    ['[1717243845]', undefined],
    ['{"timestamp":1717243845}', undefined],
  ])('of timestamp %s is %s', (source, expected) => {
    expect(decode(`{"message":"m", "timestamp" : ${source} }`).timeMs).toBe(expected);
  });
});

test('any object, however written: message, record and time are those of JSON.parse', () => {
  const written = membersSource.chain((members) => fc.tuple(fc.constant(members), space, objectOf(members), space));
  fc.assert(
    fc.property(written, ([members, before, object, after]) => {
      const line = before + object + after;
      JSON.parse(line);
      const source = sourceOf(members, 'message');
      const value: unknown = source === undefined ? undefined : JSON.parse(source);
      const event = decode(line);
      expect(messageOf(event)).toBe(typeof value === 'string' ? value.toWellFormed() : (source ?? line));
      expect(event.timeMs).toBe(timeOf(sourceOf(members, 'timestamp')));
      expect(event.isRecord).toBe(true);
      expect(decode(line, 'record')).toMatchObject({ form: 'text', timeMs: event.timeMs });
      expect(message(line, 'record')).toBe(line);
    }),
    { numRuns: 2000 },
  );
});

function timeOf(source: string | undefined): number | undefined {
  const value: unknown = source === undefined ? undefined : JSON.parse(source);
  return typeof value === 'string' ? parseTime(value) : typeof value === 'number' ? parseTime(source!) : undefined;
}

function parses(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

test('any JSON, whole or cut off at either end: a record only if it is a whole object, else its own message', () => {
  const cut = fc.tuple(valueSource, fc.nat({ max: 2 }), fc.oneof(fc.constant(Infinity), fc.nat()));
  fc.assert(
    fc.property(cut, ([source, from, to]) => {
      const line = source.slice(from, to).toWellFormed();
      expect(isJson(Buffer.from(line))).toBe(parses(line));
      const event = decode(line);
      expect(event.isRecord).toBe(parses(line) && line.startsWith('{'));
      const text = messageOf(event);
      expect(event.isRecord || text === line).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('depth and length do not matter', () => {
  const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)},"message":"deep"}`;
  expect(message(deep)).toBe('deep');
  const long = 'x'.repeat(8 << 20);
  expect(message(`{"message":"${long}","timestamp":${'1'.repeat(1 << 20)}}`)).toBe(long);
});

const vector = fileURLToPath(new URL('../../../../shared/data/vector', import.meta.url));

test('every line that a real Vector wrote: message byte for byte, and its time', ({ skip }) => {
  skip(!existsSync(vector), 'the objects that a real Vector wrote are not on this machine');
  const wrong: string[] = [];
  let lines = 0;
  for (const file of globSync('**/*.json.gz', { cwd: vector })) {
    for (const line of gunzipSync(readFileSync(`${vector}/${file}`))
      .toString()
      .split('\n')) {
      if (line === '') continue;
      lines++;
      const record = JSON.parse(line) as { message: string; timestamp: string };
      const { form, bytes, messageBytes, timeMs, isRecord } = decode(line);
      const same =
        form === 'literal' && JSON.parse(bytes.toString()) === record.message && messageBytes === Buffer.byteLength(record.message);
      if (!same || timeMs !== Date.parse(record.timestamp) || !isRecord) wrong.push(line);
    }
  }
  expect(wrong).toEqual([]);
  expect(lines).toBeGreaterThan(30_000);
});
