/** What the local CloudWatch Logs gives to tests beside AWS's own calls: what was put, by whom; a sink for huge loads; a clock that is set. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../../local/aws.ts';
import { SettableClock } from '../../../local/clock.ts';
import { createFront } from '../../../local/front.ts';
import { Identities } from '../../../local/iam/identities.ts';
import { createLogs } from '../../../local/logs/logs.ts';
import { tallyOf } from '../../../local/logs/tally.ts';
import { createStream, put } from '../../contract/log-streams.ts';

const NAME = { logGroupName: '/app', logStreamName: 's' };
const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';

let aws: LocalAws | undefined;
afterEach(async () => {
  await aws?.stop();
  aws = undefined;
});

function clientOf(endpoint: string, region = REGION): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ endpoint, region, maxAttempts: 1, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' } });
}

async function start(options: LocalAwsOptions = {}): Promise<{ aws: LocalAws; logs: CloudWatchLogsClient }> {
  aws = await startLocalAws(options);
  return { aws, logs: clientOf(aws.endpoint) };
}

const eventsAt = (now: number, ...messages: string[]) => messages.map((message, at) => ({ message, timestamp: now - 1000 + at }));

it('shows what is in a group and its streams, per account and region', async () => {
  const { aws, logs } = await start();
  for (const logStreamName of ['b', 'a']) {
    await createStream(logs, { ...NAME, logStreamName });
    await put(logs, { ...NAME, logStreamName }, eventsAt(aws.clock.now(), `of ${logStreamName}`));
  }
  const messages = (...where: Parameters<typeof aws.logs.events>) => aws.logs.events(...where).map(({ message }) => message);
  expect([aws.logs.groups(ACCOUNT, REGION), aws.logs.streams(ACCOUNT, REGION, '/app')]).toEqual([['/app'], ['a', 'b']]);
  expect(messages(ACCOUNT, REGION, '/app').toSorted()).toEqual(['of a', 'of b']);
  expect(messages(ACCOUNT, REGION, '/app', 'a')).toEqual(['of a']);
  expect(messages('222222222222', REGION, '/app')).toEqual([]);
  expect(messages(ACCOUNT, 'us-east-1', '/app')).toEqual([]);
  const elsewhere = new GetLogEventsCommand({ ...NAME, logStreamName: 'a' });
  await expect(clientOf(aws.endpoint, 'us-east-1').send(elsewhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('notes every put: who, where to, how full, and how it went', async () => {
  const { aws, logs } = await start();
  await createStream(logs, NAME);
  const old = { message: 'old', timestamp: aws.clock.now() - 15 * 86_400_000 };
  await put(logs, NAME, [old, ...eventsAt(aws.clock.now(), 'é')]);
  await put(logs, { ...NAME, logGroupName: '/not' }, eventsAt(aws.clock.now(), 'stray')).catch(() => undefined);
  const arn = 'arn:aws:iam::222222222222:role/denied';
  const role = aws.identities.putRole({ arn, trust: { Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:*' } } });
  const tags = { tenant_id: 'acme' };
  const session = aws.identities.issueSession({ role, sessionName: 'worker', durationSeconds: 900, tags, transitiveTagKeys: [] });
  const denied = new CloudWatchLogsClient({ endpoint: aws.endpoint, region: REGION, credentials: session });
  await expect(put(denied, NAME, eventsAt(aws.clock.now(), 'x'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const where = { region: REGION, group: '/app', stream: 's' };
  expect(aws.logs.puts.log).toMatchObject([
    {
      ...where,
      account: ACCOUNT,
      events: 2,
      bytes: 3 + 2 + 2 * 26,
      accepted: 1,
      error: undefined,
      callerArn: `arn:aws:iam::${ACCOUNT}:root`,
    },
    { ...where, group: '/not', events: 1, accepted: 0, error: 'ResourceNotFoundException' },
    { ...where, account: '222222222222', tags, callerArn: session.arn, accepted: 0, error: 'AccessDeniedException' },
  ]);
  expect(aws.logs.puts.counts(ACCOUNT)).toEqual({ calls: 2, failed: 1, events: 1 });
  expect(aws.logs.puts.counts()).toEqual({ calls: 3, failed: 2, events: 1 });
});

describe('a sink', () => {
  it('checks, counts and hashes what it accepts, in any order, and keeps nothing', async () => {
    const { aws, logs } = await start({ logsSink: true });
    await createStream(logs, NAME);
    const now = aws.clock.now();
    const events = eventsAt(now, 'one', 'two', 'three', 'žluť 🐎');
    const late = { message: 'old', timestamp: now - 15 * 86_400_000 };
    await put(logs, NAME, [events[2]!, events[3]!]);
    await put(logs, NAME, [late, events[0]!, events[1]!]);
    await expect(put(logs, NAME, [events[1]!, events[0]!])).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const { events: count, bytes, hash } = aws.logs.tally(ACCOUNT, REGION, '/app');
    const expected = tallyOf(events);
    expect({ count, bytes, hash }).toEqual({ count: 4, bytes: expected.bytes, hash: expected.hash });
    expect(aws.logs.events(ACCOUNT, REGION, '/app')).toEqual([]);
    const sink = { name: 'InvalidParameterException', message: expect.stringContaining('sink') as string };
    await expect(logs.send(new GetLogEventsCommand(NAME))).rejects.toMatchObject(sink);
    await expect(logs.send(new FilterLogEventsCommand(NAME))).rejects.toMatchObject(sink);
  });

  it.each<[string, (events: { message: string; timestamp: number }[]) => { message: string; timestamp: number }[]]>([
    ['a message', ([first, ...rest]) => [{ ...first!, message: 'onE' }, ...rest]],
    ['a time', ([first, ...rest]) => [{ ...first!, timestamp: first!.timestamp + 1 }, ...rest]],
    ['a time by 2^32 ms', ([first, ...rest]) => [{ ...first!, timestamp: first!.timestamp + 2 ** 32 }, ...rest]],
    ['two times swapped', ([a, b, ...rest]) => [{ ...a!, timestamp: b!.timestamp }, { ...b!, timestamp: a!.timestamp }, ...rest]],
    ['one lost', ([, ...rest]) => rest],
    ['one doubled', ([first, ...rest]) => [first!, first!, ...rest]],
    ['one doubled for another', ([first, , ...rest]) => [first!, first!, ...rest]],
  ])('has another hash for %s', (_, change) => {
    const events = eventsAt(1_780_000_000_000, 'one', 'two', 'three');
    expect(tallyOf(change(events)).hash).not.toBe(tallyOf(events).hash);
    expect(tallyOf(events.toReversed()).hash).toBe(tallyOf(events).hash);
  });
});

describe('the clock', () => {
  it('set back, makes too new what was fine; set forward, too old', async () => {
    const { aws, logs } = await start();
    await createStream(logs, NAME);
    const events = eventsAt(aws.clock.now(), 'x');
    expect((await put(logs, NAME, events)).rejectedLogEventsInfo).toBeUndefined();
    aws.clock.advance(-3 * 3_600_000);
    expect((await put(logs, NAME, events)).rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 0 });
    aws.clock.advance(3 * 3_600_000 + 15 * 86_400_000);
    expect((await put(logs, NAME, events)).rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    expect(aws.logs.tally(ACCOUNT, REGION, '/app').events).toBe(1);
  });

  it('set back, keeps events in the order of their times, not of their arrival', async () => {
    const { aws, logs } = await start();
    await createStream(logs, NAME);
    const now = aws.clock.now();
    await put(logs, NAME, eventsAt(now, 'late'));
    aws.clock.advance(-86_400_000);
    await put(logs, NAME, eventsAt(now - 86_400_000, 'early'));
    const { events } = await logs.send(new GetLogEventsCommand({ ...NAME, startFromHead: true }));
    expect(events?.map(({ message }) => message)).toEqual(['early', 'late']);
    expect(events![0]!.ingestionTime).toBeLessThan(events![1]!.ingestionTime!);
  });
});

/** A service alone, with settings that the whole has not. */
async function startAlone(maxKeptBytes: number): Promise<{ service: ReturnType<typeof createLogs>; endpoint: string; stop: () => void }> {
  const clock = new SettableClock();
  const identities = new Identities(clock);
  const service = createLogs({ identities, clock, sink: false, maxKeptBytes });
  const front = createFront({
    services: new Map([['logs', service]]),
    resolve: (...who) => identities.resolve(...who),
    onDefect: (_, error) => {
      throw error;
    },
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as { port: number };
  const stop = (): void => {
    front.close();
    front.closeAllConnections();
  };
  return { service, endpoint: `http://127.0.0.1:${port}`, stop };
}

/** One event of 100 counted bytes; the later ones by time come first. */
const hundredBytes = (at: number) => [{ message: `${at}`.padEnd(74, '.'), timestamp: Date.now() - at * 1000 }];

it('forgets the oldest puts when more is kept than it may, says so once, and goes on counting', async () => {
  const { service, endpoint, stop } = await startAlone(1000);
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const logs = clientOf(endpoint);
    await createStream(logs, NAME);
    await createStream(logs, { ...NAME, logStreamName: 'other' });
    for (let at = 0; at < 15; at++) await put(logs, at % 2 === 0 ? NAME : { ...NAME, logStreamName: 'other' }, hundredBytes(at));
    const kept = service.events(ACCOUNT, REGION, '/app').map(({ message }) => Number.parseInt(message, 10));
    expect(kept).toEqual([14, 13, 12, 11, 10, 9, 8, 7, 6]);
    expect(service.events(ACCOUNT, REGION, '/app', 's').length + service.events(ACCOUNT, REGION, '/app', 'other').length).toBe(9);
    expect(service.tally(ACCOUNT, REGION, '/app').events).toBe(15);
    expect(said).toHaveBeenCalledTimes(1);
  } finally {
    said.mockRestore();
    stop();
  }
});

it.each([
  ['Logs_20140328.StartQuery', '{}', 'UnknownOperationException'],
  ['Logs_20140328.toString', '{}', 'UnknownOperationException'],
  ['Logs_20140328.PutLogEvents', '{"logGroupName"', 'SerializationException'],
  ['Logs_20140328.PutLogEvents', '[]', 'SerializationException'],
  ['Logs_20140328.PutLogEvents', '{"logGroupName":1,"logStreamName":"s"}', 'SerializationException'],
  ['Logs_20140328.PutLogEvents', '{"logGroupName":"g"}', 'InvalidParameterException'],
  ['Logs_20140328.DescribeLogGroups', '{"limit":51}', 'InvalidParameterException'],
  ['Logs_20140328.DescribeLogGroups', '{"nextToken":"nonsense"}', 'InvalidParameterException'],
  ['Logs_20140328.CreateLogGroup', '{"logGroupName":"g","tags":{"a":1}}', 'SerializationException'],
])('answers %s %s with %s', async (target, body, code) => {
  const { aws } = await start();
  const authorization = `AWS4-HMAC-SHA256 Credential=${ACCOUNT}/20260101/${REGION}/logs/aws4_request, SignedHeaders=host, Signature=0`;
  const answer = await fetch(aws.endpoint, { method: 'POST', headers: { authorization, 'x-amz-target': target }, body });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ __type: code });
});

it('refuses a retention that AWS does not offer, and a token that it never gave', async () => {
  const { logs } = await start();
  await logs.send(new CreateLogGroupCommand(NAME));
  const retention = new PutRetentionPolicyCommand({ ...NAME, retentionInDays: 2 });
  await expect(logs.send(retention)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  const nextToken = new FilterLogEventsCommand({ ...NAME, nextToken: 'nonsense' });
  await expect(logs.send(nextToken)).rejects.toMatchObject({ message: 'The specified nextToken is invalid.' });
});
