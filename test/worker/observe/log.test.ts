/** Facts become JSON lines that an operator can search: levels, fields, and no secret in any of them. */
import { Writable } from 'node:stream';
import { STSClient, AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { LogferryError } from '../../../worker/errors.ts';
import { Observer } from '../../../worker/observe/events.ts';
import { logEvents, makeLogger } from '../../../worker/observe/log.ts';

function logged(level: string): {
  observer: Observer;
  logger: ReturnType<typeof makeLogger>;
  lines: () => Record<string, unknown>[];
  text: () => string;
} {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  const observer = new Observer();
  const logger = makeLogger(level, stream);
  logEvents(observer, logger);
  return {
    observer,
    logger,
    text: () => text,
    lines: () =>
      text
        .trimEnd()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const object = { tenant: 'acme', bucket: 'logs', key: 'acme/prod/web/pod/1.json.gz' };
const done = {
  ...object,
  read: 3,
  accepted: 2,
  filtered: 1,
  quarantined: 0,
  rejected: 0,
  events: 2,
  rawBytes: 90,
  batches: 1,
  durationMs: 5,
  lagMs: 1_000,
  timeFallbacks: 0,
};

describe('a line', () => {
  test('is one JSON object with its time, level, event and the facts', () => {
    const { observer, lines } = logged('info');
    observer.emit('object:done', done);
    const [line] = lines();
    expect(line).toMatchObject({ level: 'info', service: 'logferry', pid: process.pid, event: 'object:done', msg: 'object:done', ...done });
    expect(new Date(line?.['time'] as string).toISOString()).toBe(line?.['time']);
  });

  test('at info is one for each object, and none for what comes with each message, put or look-up', () => {
    const { observer, lines } = logged('info');
    observer.emit('receive:batch', { messages: 10 });
    observer.emit('message:admit', { messageId: 'm', objects: 1 });
    observer.emit('object:start', object);
    observer.emit('tenant:lookup', { outcome: 'hit' });
    observer.emit('credentials:lookup', { outcome: 'hit' });
    observer.emit('credentials:assume', { hop: 1, tenant: 'acme', ok: true, durationMs: 1 });
    observer.emit('batch:put', { tenant: 'acme', events: 2, bytes: 100, durationMs: 5 });
    observer.emit('object:done', done);
    observer.emit('message:delete', { messageId: 'm' });
    expect(lines().map(({ event }) => event)).toEqual(['object:done']);
  });

  test('has a level that says whom to wake', () => {
    const { observer, lines } = logged('debug');
    observer.emit('batch:put', { tenant: 'acme', events: 2, bytes: 100, durationMs: 5 });
    observer.emit('object:fail', { ...object, code: 'tenant-denied', detail: 'the role refuses' });
    observer.emit('balance:open', { ...object, read: 2, accepted: 1, filtered: 0, quarantined: 0, rejected: 0 });
    expect(lines().map(({ level, event }) => [level, event])).toEqual([
      ['debug', 'batch:put'],
      ['warn', 'object:fail'],
      ['error', 'balance:open'],
    ]);
  });

  test.each(['silent', 'fatal'])('is not written at level %s', (level) => {
    const { observer, text } = logged(level);
    observer.emit('balance:open', { ...object, read: 2, accepted: 1, filtered: 0, quarantined: 0, rejected: 0 });
    expect(text()).toBe('');
  });
});

describe('an error', () => {
  test('is its name, message, request and cause, not the whole call', () => {
    const { observer, lines } = logged('info');
    const error = Object.assign(new LogferryError('unexpected', 'what', { cause: new TypeError('why') }), {
      $metadata: { requestId: 'r-1', httpStatusCode: 503, attempts: 3 },
      $response: { headers: { authorization: 'AWS4-HMAC-SHA256 secret' } },
    });
    observer.emit('receive:error', { error });
    expect(lines()[0]?.['error']).toEqual({
      name: 'LogferryError',
      message: 'what',
      requestId: 'r-1',
      status: 503,
      cause: 'TypeError: why',
    });
  });

  test.each([['a string'], [undefined], [{ a: 1 }]])('that is none is told too: %j', (error) => {
    const { observer, lines } = logged('info');
    observer.emit('receive:error', { error });
    expect(lines()).toHaveLength(1);
  });
});

describe('a secret', () => {
  const SECRETS = ['secret-key-1', 'session-token-1', 'external-id-1', 'signature-1'];
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: SECRETS[0], sessionToken: SECRETS[1] };

  test.each<[string, object]>([
    ['at the top', { ...credentials, external_id: SECRETS[2], authorization: SECRETS[3] }],
    ['as AWS writes it', { Credentials: { SecretAccessKey: SECRETS[0], SessionToken: SECRETS[1] }, ExternalId: SECRETS[2] }],
    ['one level below', { row: { external_id: SECRETS[2], externalId: SECRETS[2] }, client: credentials }],
    [
      'two levels below',
      { client: { config: credentials }, request: { headers: { Authorization: SECRETS[3], authorization: SECRETS[3] } } },
    ],
  ])('is never written: %s', (_, fields) => {
    const { logger, text } = logged('info');
    logger.info(fields, 'careless');
    expect(text()).toContain('[redacted]');
    for (const secret of SECRETS) expect(text()).not.toContain(secret);
  });

  test('is not in the error of a real call that carried it', async () => {
    const { observer, text } = logged('debug');
    const sts = new STSClient({
      endpoint: 'http://127.0.0.1:9',
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret-key-1', sessionToken: 'session-token-1' },
    });
    const call = new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::111111111111:role/r',
      RoleSessionName: 'session',
      ExternalId: 'external-id-1',
    });
    const error = await sts.send(call).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    observer.emit('receive:error', { error });
    observer.emit('batch:ambiguous', { tenant: 'acme', events: 1, error });
    expect(text()).toContain('receive:error');
    for (const secret of SECRETS) expect(text()).not.toContain(secret);
  });
});
