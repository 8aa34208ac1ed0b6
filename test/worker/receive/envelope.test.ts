import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogferryError } from '../../../worker/errors.ts';
import { decodeKey, envelopeOf, parseEnvelope, SWEEP_BODY, type ObjectRef } from '../../../worker/receive/envelope.ts';

const KEY = 'acme/prod-1/web/web-0/20261124-x.json.gz';
const record = (over: Record<string, unknown> = {}, object: Record<string, unknown> = {}) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-11-24T12:41:49.000Z',
  s3: { bucket: { name: 'central' }, object: { key: KEY, size: 12, eTag: 'abc', versionId: 'v1', sequencer: '0A', ...object } },
  ...over,
});
const s3Event = (...records: unknown[]) => JSON.stringify({ Records: records });
const expected: ObjectRef = {
  bucket: 'central',
  key: KEY,
  size: 12,
  etag: 'abc',
  versionId: 'v1',
  sequencer: '0A',
  eventTime: Date.UTC(2026, 10, 24, 12, 41, 49),
};
const eventBridge = (detailType = 'Object Created') =>
  JSON.stringify({
    version: '0',
    source: 'aws.s3',
    'detail-type': detailType,
    time: '2026-11-24T12:41:49Z',
    detail: {
      bucket: { name: 'central' },
      object: { key: KEY, size: 12, etag: 'abc', 'version-id': 'v1', sequencer: '0A' },
    },
  });

describe('an object is found in every envelope', () => {
  test.each([
    ['S3 straight to SQS, and SNS raw', s3Event(record())],
    ['SNS, wrapped', JSON.stringify({ Type: 'Notification', MessageId: '1', Message: s3Event(record()), Timestamp: 'x' })],
    ['SNS in SNS', JSON.stringify({ Message: JSON.stringify({ Message: s3Event(record()) }) })],
    ['EventBridge', eventBridge()],
    ['EventBridge by SNS', JSON.stringify({ Type: 'Notification', Message: eventBridge() })],
    ['MinIO and older versions of Ceph, whose events begin with s3:', s3Event(record({ eventName: 's3:ObjectCreated:Put' }))],
    ['version 2.6', s3Event(record({ eventVersion: '2.6', eventName: 'ObjectCreated:CompleteMultipartUpload' }))],
  ])('%s', (_, body) => {
    expect(parseEnvelope(body)).toEqual({ kind: 'objects', objects: [expected] });
  });

  test("the sample line of the original's README, which has neither Type nor eventName", () => {
    const sample =
      '{"Message": "{\\"Records\\": [{\\"s3\\": {\\"bucket\\": {\\"name\\": \\"test-bucket\\"}, \\"object\\": {\\"key\\": \\"test-customer/test-cluster/test-app/test-pod/20240101-test.json.gz\\"}}}]}"}';
    const envelope = parseEnvelope(sample);
    expect(envelope).toMatchObject({
      kind: 'objects',
      objects: [{ bucket: 'test-bucket', key: 'test-customer/test-cluster/test-app/test-pod/20240101-test.json.gz' }],
    });
  });

  test('several records in one message, each once', () => {
    const other = record({}, { key: 'globex/c/a/p/f', versionId: undefined });
    const envelope = parseEnvelope(s3Event(record(), other, record()));
    expect(envelope.kind === 'objects' && envelope.objects.map((ref) => ref.key)).toEqual([KEY, 'globex/c/a/p/f']);
  });

  test('removed objects are passed over', () => {
    const removed = record({ eventName: 'ObjectRemoved:Delete' });
    expect(parseEnvelope(s3Event(removed, record()))).toEqual({ kind: 'objects', objects: [expected] });
    expect(parseEnvelope(s3Event(removed)).kind).toBe('ignore');
  });

  test('an unreadable size or time does not cost the object', () => {
    const envelope = parseEnvelope(s3Event(record({ eventTime: 'yesterday' }, { size: '12', eTag: '"q"' })));
    expect(envelope.kind === 'objects' && envelope.objects[0]).toMatchObject({
      key: KEY,
      size: undefined,
      eventTime: undefined,
      etag: 'q',
    });
  });

  test.each([{ eTag: 'a\r\nb: c' }, { eTag: '\ud800' }, { versionId: 'x'.repeat(2000) }])(
    'an identity that S3 cannot have given, %j, counts as missing',
    (over) => {
      const envelope = parseEnvelope(s3Event(record({}, over)));
      const [name] = Object.keys(over);
      expect(envelope.kind === 'objects' && envelope.objects[0]?.[name === 'eTag' ? 'etag' : 'versionId']).toBe(undefined);
    },
  );
});

test.each([
  ['{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}', 's3:TestEvent'],
  [JSON.stringify({ Message: '{"Event":"s3:TestEvent"}' }), 's3:TestEvent'],
  [eventBridge('Object Deleted'), 'EventBridge Object Deleted'],
  ['{"Records":[]}', 'no ObjectCreated record'],
])('nothing to deliver: %s', (body, what) => {
  expect(parseEnvelope(body)).toEqual({ kind: 'ignore', what });
});

test('a sweep is asked for by a message of our own', () => {
  expect(parseEnvelope(SWEEP_BODY)).toEqual({ kind: 'sweep' });
  expect(parseEnvelope('{"logferry":"sweep"}')).toEqual({ kind: 'sweep' });
});

describe('a body that is not understood is a bad body, with the reason', () => {
  test.each([
    ['', 'it is not JSON'],
    ['hello', 'it is not JSON'],
    ['[]', 'it is JSON, but no object'],
    ['null', 'it is JSON, but no object'],
    ['{}', 'its keys are none'],
    ['{"Message":"hello"}', 'its Message is not JSON'],
    ['{"Records":[{"s3":{}}]}', 'Records[0] is no S3 record: s3.bucket'],
    ['{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":""}}}]}', 's3.object.key'],
    ['{"Records":[null]}', 'Records[0] is no S3 record'],
    ['{"source":"aws.s3"}', 'no S3 event of EventBridge'],
    [[0, 1, 2, 3, 4].reduce((inner) => JSON.stringify({ Message: inner }), s3Event(record())), 'its keys are Message'],
  ])('%s', (body, reason) => {
    const fault = (() => {
      try {
        return parseEnvelope(body);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(LogferryError);
    expect((fault as LogferryError).code).toBe('bad-body');
    expect((fault as LogferryError).message).toContain(reason);
  });

  test('whatever the body, nothing else is ever thrown', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ Records: [value], Message: value })),
        ),
        (body) => {
          expect(codeOf(() => parseEnvelope(body))).toBeOneOf(['none', 'bad-body']);
        },
      ),
    );
  });
});

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    return (error as LogferryError).code;
  }
}

test.each([
  ['c1/cl/a+b%2Bc/x', 'c1/cl/a b+c/x'],
  ['c1%2Fcl%2Fa+b%2Bc%2Fx', 'c1/cl/a b+c/x'],
  ['c1/cl/a%20b%2Bc/x', 'c1/cl/a b+c/x'],
  ['100%', '100%'],
])('the key %s is decoded as S3, moto and LocalStack encode it', (encoded, key) => {
  expect(decodeKey(encoded)).toBe(key);
});

test('what a dead letter names is what the notification named, whatever the key', () => {
  const part = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(part, part, (bucket, key) => {
      const ref: ObjectRef = { ...expected, bucket, key };
      expect(parseEnvelope(envelopeOf(ref))).toEqual({ kind: 'objects', objects: [ref] });
    }),
  );
});
