/** What is too long comes out in numbered parts: each within its limit, each valid UTF-8, together the whole. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutPart, partPrefix, partRoom, splitEvent } from '../../../worker/decode/parts.ts';

const OVERHEAD = 26;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const unit = fc.oneof(fc.constantFrom('a', '"', '\n', 'é', '€', '😀', '\u0301'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));

function split(text: string, maxBytes: number): string[] {
  const bytes = Buffer.from(text);
  return splitEvent(bytes, maxBytes).map(({ prefix, start, end }) => prefix + decoder.decode(bytes.subarray(start, end)));
}

/** The parts of a line as it streams: as many as it takes, then what is left, marked as the end. */
function stream(line: Buffer, maxEventBytes: number): string[] {
  const events: string[] = [];
  let start = 0;
  for (let part = 1; ; part++) {
    const room = partRoom(part, maxEventBytes, OVERHEAD);
    const last = line.length - start <= room / 3;
    const cut = last ? line.length : cutPart(line, start, Math.min(room, line.length - start - 1));
    expect(cut).toBeGreaterThan(start);
    events.push(partPrefix(part, last) + line.subarray(start, cut).toString());
    if (last) return events;
    start = cut;
  }
}

describe('an event over the limit', () => {
  test('is numbered from 1 of how many', () => {
    expect(split('x'.repeat(130), 64)).toEqual([
      `[part 1/3] ${'x'.repeat(53)}`,
      `[part 2/3] ${'x'.repeat(53)}`,
      `[part 3/3] ${'x'.repeat(24)}`,
    ]);
  });

  test('is never cut inside a code point', () => {
    expect(split('😀'.repeat(20), 64)).toEqual([`[part 1/2] ${'😀'.repeat(13)}`, `[part 2/2] ${'😀'.repeat(7)}`]);
  });

  test('makes room for the digits of the count', () => {
    // 9 parts of 53 bytes; one byte more takes a tenth, and the tenth two digits.
    expect(split('x'.repeat(9 * 53), 64)).toHaveLength(9);
    const ten = split('x'.repeat(9 * 53 + 1), 64);
    expect(ten).toHaveLength(10);
    expect(ten[0]).toBe(`[part 1/10] ${'x'.repeat(51)}`);
    expect(ten[9]).toMatch(/^\[part 10\/10\] x+$/);
  });

  test('in parts that are within the limit, all but the last well filled, and together the whole', () => {
    const text = fc.string({ unit, minLength: 1, maxLength: 2000, size: 'max' });
    fc.assert(
      fc.property(text, fc.integer({ min: 64, max: 300 }), (text, maxBytes) => {
        const parts = split(text, maxBytes);
        const pattern = new RegExp(`^\\[part (\\d+)/${parts.length}\\] `);
        expect(parts.map((part) => Number(pattern.exec(part)?.[1]))).toEqual(parts.map((_, i) => i + 1));
        expect(parts.map((part) => part.replace(pattern, '')).join('')).toBe(text);
        const sizes = parts.map((part) => Buffer.byteLength(part));
        expect(Math.max(...sizes)).toBeLessThanOrEqual(maxBytes);
        // A code point may leave three bytes, and a number with fewer digits than the count as many.
        expect(Math.min(...sizes.slice(0, -1), maxBytes)).toBeGreaterThan(maxBytes - 4 - String(parts.length).length);
      }),
    );
  });
});

describe('a line of unknown length', () => {
  const line = fc.oneof(
    fc.string({ unit, minLength: 1, maxLength: 1500, size: 'max' }).map((text) => Buffer.from(text)),
    fc.uint8Array({ minLength: 1, maxLength: 1500, size: 'max' }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(fc.constantFrom('41', 'e282ac', 'f09f9880', 'e2', 'f09f98', '80', 'ff', 'eda080', 'c0af'), {
        minLength: 1,
        maxLength: 700,
        size: 'max',
      })
      .map((pieces) => Buffer.from(pieces.join(''), 'hex')),
  );

  test('each part is within the limit, however many bytes become U+FFFD, and together they are the whole', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 90, max: 400 }), (line, maxEventBytes) => {
        const events = stream(line, maxEventBytes);
        for (const event of events) expect(Buffer.byteLength(event) + OVERHEAD).toBeLessThanOrEqual(maxEventBytes);
        expect(events.map((event) => event.replace(/^\[part \d+( end)?\] /, '')).join('')).toBe(line.toString());
      }),
      { numRuns: 300 },
    );
  });

  test('valid text fills its parts', () => {
    const text = Buffer.from('€'.repeat(1000));
    expect(cutPart(text, 0, 300)).toBe(300);
    expect(cutPart(text, 0, 301)).toBe(300);
    expect(cutPart(text, 300, 302)).toBe(600);
  });

  test('bytes that are no UTF-8 leave room to grow', () => {
    expect(cutPart(Buffer.alloc(1000, 0xff), 0, 300)).toBe(100);
    expect(cutPart(Buffer.alloc(1000, 0x80), 0, 300)).toBe(100);
  });

  test('is numbered, and its end is marked', () => {
    expect([partPrefix(1, false), partPrefix(12, true)]).toEqual(['[part 1] ', '[part 12 end] ']);
    expect(partRoom(12, 1000, OVERHEAD)).toBe(1000 - OVERHEAD - '[part 12 end] '.length);
  });
});
