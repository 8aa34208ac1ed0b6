/** JSON as strangers write it: source text with white space, escapes and duplicate keys at random, never what JSON.stringify would print. */
import * as fc from 'fast-check';

export interface Member {
  /** The key's literal. */
  readonly key: string;
  readonly value: string;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** White space between tokens. */
export const space = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n'), maxLength: 3 }),
);

const hex = (text: string, upper: boolean) =>
  text
    .split('')
    .map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
    .map((digits) => `\\u${upper ? digits.toUpperCase() : digits}`)
    .join('');

/** One code point, as it stands where JSON allows that, or escaped in one of its ways. */
function written(char: string, style: 'raw' | 'short' | 'hex' | 'HEX'): string {
  const short = SHORT_ESCAPES[char];
  if (style === 'short' && short) return short;
  const mustEscape = char < ' ' || char === '"' || char === '\\' || !char.isWellFormed();
  return style === 'hex' || style === 'HEX' || mustEscape ? hex(char, style === 'HEX') : char;
}

const style = fc.constantFrom<('raw' | 'short' | 'hex' | 'HEX')[]>('raw', 'raw', 'raw', 'short', 'hex', 'HEX');

const literalOf = (text: string) =>
  fc
    .array(style, { minLength: 1, maxLength: 8 })
    .map((styles) => `"${Array.from(text, (c, i) => written(c, styles[i % styles.length]!)).join('')}"`);

const char = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  { weight: 6, arbitrary: fc.constantFrom(...Array.from('{}[]:,"\\/ \b\f\n\r\t\u0000\u001f\u007fé😀\u2028\ufeff\ufffd')) },
  { weight: 1, arbitrary: fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)) },
);

/** A string literal: any text, halves of surrogate pairs too. */
export const stringSource = fc.string({ unit: char, maxLength: 12 }).chain(literalOf);

export const numberSource = fc.oneof(
  fc.constantFrom('0', '-0', '1.0', '12345678901234567890', '0.1e-7', '1E+400', '-1e5', '1717243845123', '1717243845.123456789'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);

/** A string literal that is a time, or almost. */
const timeSource = fc
  .oneof(
    fc.date({ min: new Date(0), max: new Date('2099-12-31T23:59:59.999Z'), noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom('2024-06-01T12:10:45.123456789+02:00', 'today', '1717243845', '', '1969-12-31T23:59:59.999Z', '2024-13-01T00:00:00Z'),
  )
  .chain(literalOf);

const name = fc.constantFrom(
  'message',
  'timestamp',
  'message',
  'timestamp',
  '__proto__',
  'constructor',
  'Message',
  'messag',
  'messages',
  '',
  'xessage',
);
const keySource = fc.oneof({ weight: 4, arbitrary: name.chain(literalOf) }, stringSource);

const list = (items: readonly string[], [open, close]: readonly [string, string]) => open + items.join(',') + close;

export const { value: valueSource, members: membersSource } = fc.letrec<{ value: string; padded: string; members: Member[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(stringSource, numberSource, fc.constantFrom('true', 'false', 'null'), timeSource),
    fc
      .tuple(fc.array(tie('padded'), { maxLength: 4 }), space)
      .map(([items, inner]) => list(items.length > 0 ? items : [inner], ['[', ']'])),
    tie('members').chain(objectOf),
  ),
  padded: fc.tuple(space, tie('value'), space).map((pieces) => pieces.join('')),
  members: fc.array(fc.record({ key: keySource, value: tie('value') }), { maxLength: 5 }),
}));

/** The object of these members, white space around each token. */
export function objectOf(members: readonly Member[]): fc.Arbitrary<string> {
  return fc
    .array(space, { minLength: 5, maxLength: 5 })
    .map(([a = '', b = '', c = '', d = '', e = '']) =>
      list(members.length > 0 ? members.map(({ key, value }) => a + key + b + ':' + c + value + d) : [e], ['{', '}']),
    );
}

/** What JSON.parse keeps: of a key that occurs twice, the last. */
export function sourceOf(members: readonly Member[], key: string): string | undefined {
  return members.findLast((member) => JSON.parse(member.key) === key)?.value;
}
