/** What the agent's programs make of Kubernetes events, as checked in (`npm run golden:vrl` makes it), and what the worker makes of that. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../worker/decode/event.ts';
import { inflate } from '../../../worker/decode/inflate.ts';
import { parseObjectKey } from '../../../worker/locate/object-key.ts';
import { Observer } from '../../../worker/observe/events.ts';
import { CASES, ONE_CUSTOMER_CASES } from './cases.ts';
import { golden, sourceHash } from './programs.ts';

const { source, records, dropped } = golden();
const of = (name: string) => records.filter((one) => one.case === name);
const fields = (name: string, field: string) => of(name).map(({ record }) => record[field]);
const FILE = '20261124124149-8a456e16-c3f9-4d27-baaa-9c34ddd6e552.json.gz';

it('the golden outputs are of the programs and events that are checked in', () => {
  expect(source, 'k8s/base/vector/*.vrl or test/k8s/vector/cases.ts changed: run npm run golden:vrl and look at the difference').toBe(
    sourceHash(),
  );
});

it('every event comes out as a line of a record, or is dropped for a reason', () => {
  for (const { name, events } of [...CASES, ...ONE_CUSTOMER_CASES]) {
    const lines = of(name).flatMap(({ record }) => String(record['message']).split('\n'));
    const drops = dropped.filter((one) => one.case === name).length;
    const expected = drops > 0 ? [] : events.map(({ message }) => message).toSorted();
    expect([name, lines.toSorted(), drops]).toEqual([name, expected, drops > 0 ? events.length : 0]);
  }
});

describe('the worker', () => {
  it.each(records)('reads $case from $prefix', async ({ prefix, record }) => {
    const key = `${prefix}${FILE}`;
    expect(parseObjectKey(key)).toEqual({
      tenant: record['customer_id'],
      cluster: record['cluster_id'],
      application: record['application'],
      pod: record['pod_name'],
    });
    const line = (await unzipped(key, `${JSON.stringify(record)}\n`)).subarray(0, -1);
    const { form, bytes, timeMs, isRecord } = decodeEvent(line, 'message');
    expect({ isRecord, timeMs, text: form === 'literal' ? (JSON.parse(bytes.toString()) as string) : bytes.toString() }).toEqual({
      isRecord: true,
      timeMs: Date.parse(String(record['timestamp'])),
      text: record['message'],
    });
  });
});

/** Through gzip, as the sink stores it, and the worker's own reader. */
async function unzipped(key: string, ndjson: string): Promise<Buffer> {
  const stored = (async function* () {
    yield gzipSync(ndjson);
  })();
  const chunks = inflate(stored, { bucket: 'logs', key, maxRawBytes: 1 << 20, observer: new Observer() });
  const raw: Buffer[] = [];
  for await (const chunk of chunks) raw.push(chunk);
  return Buffer.concat(raw);
}

describe('whose line it is', () => {
  it('annotations come before labels, the prefixed name before the bare one, labels before the agent’s environment', () => {
    expect(of('annotation-before-label')[0]?.record['customer_id']).toBe('acme-corp');
    expect(of('labels')[0]?.prefix).toBe('globex/prod-1/cart/web-7d9c5b6f4-x2x7q/');
    expect(of('bare-annotations')[0]?.record).toMatchObject({ cluster_id: 'edge-9', environment: 'dev', application: 'a' });
    expect(of('default-customer')[0]?.prefix).toBe('initech/prod-1/tps-report/web-7d9c5b6f4-x2x7q/');
  });

  it('no line names its own customer', () => {
    expect(of('json-broken').map(({ record }) => record['customer_id'])).toEqual(['acme-corp', 'acme-corp']);
  });

  it('what cannot be told for sure is dropped with a reason, never guessed', () => {
    expect(Object.fromEntries(dropped.map((one) => [one.case, one.reason]))).toEqual({
      'no-customer': 'no_customer',
      'no-metadata': 'no_metadata',
      excluded: 'excluded',
      'bad-customer': 'bad_customer',
      'long-customer': 'bad_customer',
      'customer-conflict': 'customer_conflict',
      'default-customer-no-metadata': 'no_metadata',
    });
  });
});

describe('key segments', () => {
  it('hostile and odd names become segments, and the pod’s own name stays in the record', () => {
    expect(of('slash-and-dots')[0]?.prefix).toMatch(/^acme-corp\/_-[0-9a-f]{12}\/__x-[0-9a-f]{12}\//);
    const [long] = of('long-names');
    expect(String(long?.record['pod_name'])).toHaveLength(128);
    expect(long?.record['kubernetes']).toMatchObject({ pod_name: `p${'-long'.repeat(50)}` });
  });

  it('two names never become one', () => {
    expect(fields('underscore', 'application')).toEqual(['a_b']);
    expect(fields('slash', 'application')).toEqual([expect.stringMatching(/^a_b-[0-9a-f]{12}$/)]);
  });
});

it('no annotation makes each record as long as itself', () => {
  expect(fields('long-environment', 'environment')).toEqual(['e'.repeat(128)]);
});

describe('where an event begins', () => {
  it('a stack trace is one event with the level and time of its first line', () => {
    const [failure, next] = of('java-stack');
    expect(String(failure?.record['message']).split('\n')).toHaveLength(6);
    expect(failure?.record).toMatchObject({ log_level: 'ERROR', timestamp: '2026-11-24T12:41:44.445885977Z' });
    expect(next?.record['message']).toBe('2026-11-24 12:41:45 INFO next request');
    expect(fields('java-stack-by-time', 'message')).toEqual(fields('java-stack', 'message'));
  });

  it('the two streams of a container are not mixed', () => {
    expect(fields('two-streams', 'message')).toEqual(['out 1\n  out 1 goes on', 'err 1\n  err 1 goes on']);
  });

  it('an annotation turns it off', () => {
    expect(fields('multiline-off', 'message')).toEqual(['table', '  row 1', '  row 2']);
  });

  it('a long line begins an event of its own, so that a merged one stays small', () => {
    expect(of('merged-partials')).toHaveLength(2);
  });
});

it('the level is found in JSON, in numbers, in logfmt, in klog’s letter and in capitals', () => {
  expect(fields('json', 'log_level')).toEqual(['WARN', 'ERROR', 'FATAL']);
  expect(fields('json-log-level', 'log_level')).toEqual(['DEBUG', 'TRACE', 'ERROR']);
  expect(fields('logfmt-and-klog', 'log_level')).toEqual(['ERROR', 'ERROR', 'DEBUG']);
  expect(fields('default-customer', 'log_level')).toEqual(['FATAL']);
});
