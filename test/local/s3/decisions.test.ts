/** S3's pure decisions: ranges, operations, addresses, listings, filters, encoded keys, order of events. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress, readCopySource } from '../../../local/s3/address.ts';
import { encodeKey, Sequencer } from '../../../local/s3/event.ts';
import { targetsOf } from '../../../local/s3/notifications.ts';
import { operationOf } from '../../../local/s3/operation.ts';
import { pageOf, startOf } from '../../../local/s3/page.ts';
import { readRange } from '../../../local/s3/range.ts';

describe('ranges of ten bytes', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=3-', { start: 3, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=9-500', { start: 9, end: 10 }],
    ['bytes=5-4', undefined],
    ['bytes=0-1,4-5', undefined],
    ['lines=0-1', undefined],
    ['bytes=-', undefined],
    [undefined, undefined],
  ])('reads %s', (header, span) => {
    expect(readRange(header, 10)).toEqual(span);
  });

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('refuses %s', (header) => {
    expect(() => readRange(header, 10)).toThrow('The requested range is not satisfiable');
  });
});

describe('operations', () => {
  it.each([
    ['GET', '/', 'ListBuckets'],
    ['GET', '/b?list-type=2&prefix=x', 'ListObjectsV2'],
    ['GET', '/b?prefix=x', 'ListObjects'],
    ['GET', '/b/k?versionId=1&x-id=GetObject', 'GetObject'],
    ['GET', '/b/k?X-Amz-Credential=a&X-Amz-Signature=b', 'GetObject'],
    ['PUT', '/b/k?partNumber=1&uploadId=2', 'UploadPart'],
    ['POST', '/b/k?uploads', 'CreateMultipartUpload'],
    ['PUT', '/b?notification', 'PutBucketNotification'],
    ['PUT', '/b/k?tagging', undefined],
    ['PUT', '/b/k?acl', undefined],
    ['PUT', '/b?policy', undefined],
    ['PUT', '/b/k?partNumber=1', undefined],
    ['GET', '/b/k?partNumber=1', undefined],
    ['POST', '/b/k', undefined],
  ])('%s %s is %s', (method, url, operation) => {
    expect(operationOf(method, readAddress(url, 'localhost:4566'), false)).toBe(operation);
  });

  it('tells a copy from a put, and does not take a part that copies', () => {
    expect(operationOf('PUT', readAddress('/b/k', undefined), true)).toBe('CopyObject');
    expect(operationOf('PUT', readAddress('/b/k?partNumber=1&uploadId=2', undefined), true)).toBeUndefined();
  });
});

describe('addresses', () => {
  it.each([
    ['/b/a%2Fb+c%20d/../e', '127.0.0.1:4566', 'b', 'a/b+c d/../e'],
    ['/k/x', 'logs.localhost:4566', 'logs', 'k/x'],
    ['/k', 'logs.s3.eu-west-1.localhost', 'logs', 'k'],
    ['/b/k', 's3.localhost:4566', 'b', 'k'],
    ['/b', 'localhost', 'b', undefined],
    ['/b//etc/passwd', 'localhost', 'b', '/etc/passwd'],
  ])('%s at %s', (url, host, bucket, key) => {
    expect(readAddress(url, host)).toMatchObject({ bucket, key });
  });

  it('reads the source of a copy, with its version', () => {
    expect(readCopySource('b/a%20b?versionId=v1')).toEqual({ bucket: 'b', key: 'a b', versionId: 'v1' });
    expect(() => readCopySource('b')).toThrow('source bucket and key');
  });

  it('refuses a key of more than 1,024 bytes, and what is no encoding', () => {
    expect(() => readAddress(`/b/${'ü'.repeat(513)}`, undefined)).toThrow('too long');
    expect(() => readAddress('/b/%', undefined)).toThrow("Couldn't parse");
  });
});

it('lists the same names whatever the page size', () => {
  const name = fc.array(fc.constantFrom('a', 'b', '/'), { minLength: 1, maxLength: 5 }).map((chars) => chars.join(''));
  fc.assert(
    fc.property(
      fc.uniqueArray(name),
      fc.constantFrom('', 'a', 'a/'),
      fc.constantFrom('', '/'),
      fc.integer({ min: 1, max: 4 }),
      (names, prefix, delimiter, maxKeys) => {
        const keys = names.toSorted();
        const found: string[] = [];
        for (let after: string | undefined = ''; after !== undefined;) {
          const entries = keys.slice(startOf(keys, after, prefix)).map((key) => ({ key }));
          const page: ReturnType<typeof pageOf> = pageOf(entries, { prefix, delimiter, maxKeys }, after);
          expect(page.items.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
          found.push(...page.items.map(({ key }) => key), ...page.commonPrefixes);
          after = page.truncated ? page.last : undefined;
        }
        const folder = (key: string): string => {
          const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
          return at < 0 ? key : key.slice(0, at + 1);
        };
        const expected = [...new Set(keys.filter((key) => key.startsWith(prefix)).map(folder))];
        expect(found.toSorted()).toEqual(expected.toSorted());
      },
    ),
  );
});

const target = (id: string, events: string[], prefix = '', suffix = '') => ({
  kind: 'queue' as const,
  id,
  arn: id,
  events,
  prefix,
  suffix,
});

it.each([
  ['logs/a.json.gz', 'ObjectCreated:Put', ['all', 'logs', 'puts']],
  ['logs/a.txt', 'ObjectCreated:Copy', ['all']],
  ['other/a.json.gz', 'ObjectRemoved:Delete', ['removed']],
])('tells of %s (%s) to %j', (key, event, ids) => {
  const targets = [
    target('all', ['s3:ObjectCreated:*']),
    target('logs', ['s3:ObjectCreated:*'], 'logs/', '.json.gz'),
    target('puts', ['s3:ObjectCreated:Put']),
    target('removed', ['s3:ObjectRemoved:*']),
  ];
  expect(targetsOf({ targets, eventBridge: false }, event, key).map(({ id }) => id)).toEqual(ids);
});

it('encodes keys so that the classic decoding gives them back', () => {
  expect(encodeKey("c1/a b+c/é(1)!'*~.gz")).toBe('c1/a+b%2Bc/%C3%A9%281%29%21%27*%7E.gz');
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (key) => decodeURIComponent(encodeKey(key).replaceAll('+', ' ')) === key));
});

it('rises within a millisecond, and when the clock is set back', () => {
  const sequencer = new Sequencer();
  const times = [5, 5, 5, 1000, 3, 1000, 2000];
  const sequence = times.map((now) => sequencer.next(now));
  expect(sequence).toEqual([...new Set(sequence)].toSorted());
  expect(sequence.every((one) => /^[0-9A-F]{18}$/.test(one))).toBe(true);
});
