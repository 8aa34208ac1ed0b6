import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupName, PLACEHOLDERS, streamName, templateFault, utcDay, type TemplateValues } from '../../../worker/locate/templates.ts';

const values: TemplateValues = {
  tenant_id: 'acme',
  cluster_id: 'prod-1',
  application: 'web',
  pod_name: 'web-0',
  environment: 'a:b*c',
  date: '2026-11-24',
};

test.each([
  ['{cluster_id}/{application}/{pod_name}', 'prod-1/web/web-0'],
  ['{tenant_id}{tenant_id} {date}', 'acmeacme 2026-11-24'],
  ['fixed', 'fixed'],
  ['{environment}:x*y', 'a_b_c_x_y'],
])('stream template %s makes %s', (template, name) => {
  expect(templateFault(template)).toBeUndefined();
  expect(streamName(template, values)).toBe(name);
});

test.each([
  ['{tenant}', '"{tenant}"'],
  ['{}', '"{}"'],
  ['{cluster_id', '"{"'],
  ['cluster_id}', '"}"'],
  ['{{tenant_id}}', '"{"'],
  ['{toString}', '"{toString}"'],
])('template %s is faulty, and the fault names %s', (template, named) => {
  expect(templateFault(template)).toContain(named);
  expect(templateFault(template)).toContain('{tenant_id} {cluster_id}');
});

describe('groups are taken as they are or not at all', () => {
  test.each(['/ROSA/cluster-logs/application', '/logs/{tenant_id}/{cluster_id}#{date}', '{application}.{pod_name}'])('%s', (template) => {
    expect(groupName(template, values)).toEqual({ name: expect.stringMatching(/^[\w\-/.#]+$/) });
  });

  test.each([
    ['/logs/{environment}', '/logs/a:b*c'],
    ['with space', 'allowed are'],
    [`/${'x'.repeat(512)}`, '513 characters'],
  ])('%s', (template, said) => {
    expect(groupName(template, values)).toEqual({ fault: expect.stringContaining(said) });
  });
});

const long = (end: string) => streamName(`{pod_name}${end}`, { ...values, pod_name: 'p'.repeat(600) });

describe('any stream name is one that CloudWatch Logs takes', () => {
  const placeholder = fc.constantFrom(...PLACEHOLDERS).map((name) => `{${name}}`);
  const literal = fc.string({ unit: 'binary' }).filter((text) => !/[{}]/.test(text));
  const template = fc.array(fc.oneof(placeholder, literal), { minLength: 1 }).map((parts) => parts.join(''));
  const value = fc.string({ unit: fc.constantFrom('a', '-', '.', ':', '*', '😀'), minLength: 1, maxLength: 200 });
  const anyValues = fc.record(Object.fromEntries(PLACEHOLDERS.map((name) => [name, value]))) as fc.Arbitrary<TemplateValues>;

  test('at most 512 characters, no colon, no asterisk, well formed', () => {
    fc.assert(
      fc.property(template, anyValues, (text, some) => {
        fc.pre(text !== '');
        const name = streamName(text, some);
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(512);
        expect(name).not.toMatch(/[:*]/);
        expect(name.isWellFormed()).toBe(true);
      }),
    );
  });

  test('long names that differ anywhere stay apart', () => {
    expect(long('a')).not.toBe(long('b'));
    expect(long('a')).toBe(long('a'));
    expect(long('a').slice(0, 490)).toBe('p'.repeat(490));
  });

  test('a cut never leaves half a character', () => {
    for (const shift of ['', 'x']) {
      expect(streamName(`${shift}{pod_name}`, { ...values, pod_name: '😀'.repeat(300) }).isWellFormed()).toBe(true);
    }
  });
});

test('the day is the UTC one', () => {
  expect(utcDay(Date.parse('2026-11-24T23:59:59.999-00:00'))).toBe('2026-11-24');
  expect(utcDay(Date.parse('2026-11-24T23:59:59+02:00'))).toBe('2026-11-24');
  expect(utcDay(Date.parse('2026-11-24T23:59:59-02:00'))).toBe('2026-11-25');
});
