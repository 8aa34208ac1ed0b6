import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decideShape, SHAPE_BYTES } from '../../../worker/decode/shape.ts';
import { anyChunks, split, textsOf } from './chunked.ts';

const whole = (text: string | Buffer) => decideShape(Buffer.from(text as string), true);
const texts = (text: string) => textsOf([Buffer.from(text)]);

describe('an array is proved by an element that parses', () => {
  it.each([
    ['objects', '[{"a":1},{"b":[1,2,{"c":"]"}]}]', ['{"a":1}', '{"b":[1,2,{"c":"]"}]}']],
    ['one object', '[{"a":1}]', ['{"a":1}']],
    ['scalars', '[1, "two", null,true ,-1.5e3]', ['1', '"two"', 'null', 'true', '-1.5e3']],
    ['nested arrays', '[[1,[2]],[],[3]]', ['[1,[2]]', '[]', '[3]']],
    ['white space everywhere', ' \r\n\t[ \n {"a" : 1} \n,\t"b"\r\n] \n ', ['{"a" : 1}', '"b"']],
    ['brackets and quotes inside strings', '["a\\"]",{"[\\\\":"}"}]', ['"a\\"]"', '{"[\\\\":"}"}']],
    ['an array that breaks off behind a comma', '[{"a":1},{"b":', ['{"a":1}', '{"b":']],
    ['an array that breaks off in a number', '[1,2', ['1', '2']],
    ['a byte order mark', '\ufeff[1,2]', ['1', '2']],
  ])('%s', (_, text, elements) => {
    expect(whole(text)?.shape).toBe('array');
    expect(texts(text)).toEqual(elements);
  });
});

describe('`Records` is an array where it is the first key', () => {
  it.each([
    ['alone', '{"Records":[{"a":1},{"b":2}]}', ['{"a":1}', '{"b":2}']],
    ['with white space', '\n{ "Records" :\t[ 1 , 2 ] } \n', ['1', '2']],
    ['with other keys behind', '{"Records":[1,2],"next":"tok}en","n" : 12 , "more":{"Records":[3,"]"]}}', ['1', '2']],
    ['broken off', '{"Records":[1,2', ['1', '2']],
    ['broken off in what follows, which is handed on as it stands', '{"Records":[1,2],"next":"to', ['1', '2', '"to']],
  ])('%s', (_, text, elements) => {
    expect(whole(text)?.shape).toBe('records');
    expect(texts(text)).toEqual(elements);
  });
});

describe('whatever is no proof means lines', () => {
  it.each([
    ['NDJSON', '{"message":"a"}\n{"message":"b"}\n'],
    ['plain text', 'a\nb\n'],
    ['text that begins with a bracket', '[Sun Dec 04 04:47:44 2005] [notice] ready\n[Sun Dec 04 04:47:45 2005] [error] not\n'],
    ['a number in brackets', '[10.30 16:49:06] chrome.exe\n'],
    ['a whole JSON array with text behind', '[42] started\n[43] stopped\n'],
    ['an array per line', '[1,2]\n[3,4]\n'],
    ['text that begins with a brace', '{ not json }\nmore\n'],
    ['JSON that is one object', '{"Record":[1,2]}\n'],
    ['`Records` that is no array', '{"Records":{"a":1}}\n'],
    ['`Records` that is not first', '{"a":1,"Records":[1,2]}\n'],
    ['`Records` per line', '{"Records":[1]}\n{"Records":[2]}\n'],
    ['`Records` with text behind its bracket', '{"Records":[1]\nsome other line\n'],
    ['`Records` with no key behind its comma', '{"Records":[1],\nsome other line\n'],
    ['`Records` with broken JSON behind its array', '{"Records":[1],"a":nothing}\n'],
    ['an empty array', '[]'],
    ['a bracket', '['],
    ['brackets that never close', '[[[{'],
    ['an element that is not JSON', '[{"a":1},{b}]'],
    ['one element that breaks off', '[{"a":1'],
    ['a comma too many', '[1,,2]'],
  ])('%s', (_, text) => {
    expect(whole(text)).toEqual({ shape: 'lines', start: 0 });
    expect(texts(text)).toEqual(text.replace(/\n$/, '').split('\n'));
  });

  it('also behind a byte order mark, which belongs to no line', () => {
    expect(texts('\ufeff{"message":"a"}\nb')).toEqual(['{"message":"a"}', 'b']);
    expect(texts('\ufeff[one] two')).toEqual(['[one] two']);
    expect(texts('\ufeff')).toEqual([]);
    expect(texts('\ufeff\ufeffa'), 'a second one does').toEqual(['\ufeffa']);
  });

  it('white space is lines of white space, and nothing is nothing', () => {
    expect(texts(' \n\t\n')).toEqual([' ', '\t']);
    expect(texts('')).toEqual([]);
  });
});

/** An array whose first element is so long. */
const long = (elementBytes: number) => `["${'x'.repeat(elementBytes - 2)}",1]`;

describe('the first 64 KiB decide', () => {
  it('an element that is proved just within them is the last that can be', () => {
    const fits = long(SHAPE_BYTES - 2);
    expect(fits.indexOf(','), 'the comma is the last byte looked at').toBe(SHAPE_BYTES - 1);
    expect(whole(fits)?.shape).toBe('array');
    expect(whole(long(SHAPE_BYTES - 1))?.shape).toBe('lines');
  });

  it('white space before the bracket counts, and lines of it stay lines', () => {
    expect(whole(' '.repeat(SHAPE_BYTES - 3) + '[1,2]')?.shape).toBe('array');
    expect(whole(' '.repeat(SHAPE_BYTES - 2) + '[1,2]')?.shape).toBe('lines');
  });

  it('an array that goes on as no array beyond them goes on as lines from there', () => {
    const elements = Array.from({ length: 20_000 }, (_, i) => `{"n":${i}}`);
    const text = `[${elements.join(',')}\n{"n":"last"}\nthe end`;
    expect(whole(text)?.shape).toBe('array');
    const result = split([Buffer.from(text)]);
    expect(result.lines.map(({ text }) => text)).toEqual([...elements, '{"n":"last"}', 'the end']);
    expect(result).toMatchObject({ shape: 'lines', offset: text.length });
  });

  it('nothing is lost behind a `Records` that was none', () => {
    const elements = Array.from({ length: 20_000 }, (_, i) => `{"n":${i}}`).join(',');
    const behind = (rest: string) => textsOf([Buffer.from(`{"Records":[${elements}${rest}`)]).slice(20_000);
    expect(behind(']} \n{"Records":[1]}\n')).toEqual(['{"Records":[1]}']);
    expect(behind(']\nsome other line\n')).toEqual(['some other line']);
    expect(behind('],"a":1\nsome other line\n')).toEqual(['some other line']);
    expect(behind('],"a" 1\n')).toEqual(['1']);
    expect(behind('],"a":[some text],\nline\n')).toEqual(['[some text],', 'line']);
    expect(behind('],"a":[1, {"b":"]"}], "c":null}')).toEqual([]);
  });
});

test('the answer does not depend on how the bytes come in', () => {
  const token = fc.constantFrom('[', ']', '{', '}', ',', ':', ' ', '\n', '"', '1', '"Records"', '{"a":1}', '[2]', '\ufeff', 'x');
  const texts = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(''));
  const likely = fc.constantFrom('', '[1,', '{"Records":[1', '{"Records":[{"a":1}],');
  fc.assert(
    fc.property(
      fc.tuple(likely, texts).chain(([begin, rest]) => {
        const bytes = Buffer.from(begin + rest);
        return fc.tuple(fc.constant(bytes), anyChunks(bytes));
      }),
      ([bytes, chunks]) => {
        expect(split(chunks)).toEqual(split([bytes]));
        for (let seen = 0; seen < bytes.length; seen++) {
          expect([undefined, decideShape(bytes, true)]).toContainEqual(decideShape(bytes.subarray(0, seen), false));
        }
      },
    ),
    { numRuns: 2000 },
  );
});
