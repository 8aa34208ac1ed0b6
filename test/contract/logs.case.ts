/** Groups and streams as the worker fills them, and as customers read them back. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  DeleteRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createStream, event, put, type StreamName } from './log-streams.ts';
import { CENTRAL_ACCOUNT, clientConfig, describeOn, type Target, uniqueName } from './target.ts';

const notFound = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } };
const alreadyThere = { name: 'ResourceAlreadyExistsException', $metadata: { httpStatusCode: 400 } };

function messages(answer: { events?: { message?: string }[] }): (string | undefined)[] | undefined {
  return answer.events?.map(({ message }) => message);
}

export function logsContract(aws: () => Target): void {
  describeOn(aws, 'logs', [], () => {
    let logs: CloudWatchLogsClient;
    beforeAll(() => {
      logs = new CloudWatchLogsClient(clientConfig(aws(), CENTRAL_ACCOUNT));
    });
    afterAll(() => logs.destroy());

    const read = async (stream: StreamName, more: Partial<GetLogEventsCommandInput> = {}) =>
      logs.send(new GetLogEventsCommand({ ...stream, startFromHead: true, ...more }));

    it('gives back what was put, in the order of time, every character as it was', async () => {
      const stream = await createStream(logs);
      const texts = ['plain', '{"json":"\\"quoted\\""}', 'tab\tand\nline', 'žluťoučký 🐎 \u0001', ' spaces '];
      const now = Date.now();
      await put(
        logs,
        stream,
        texts.map((message, at) => ({ message, timestamp: now - 1000 + at })),
      );
      await put(logs, stream, [{ message: 'earlier', timestamp: now - 2000 }]);
      await vi.waitFor(async () => expect(messages(await read(stream))).toEqual(['earlier', ...texts]));
      const { events } = await read(stream);
      expect(events?.[0]).toMatchObject({ timestamp: now - 2000, ingestionTime: expect.any(Number) as number });
    });

    it('pages forwards to an end that it tells by the same token, and goes on there when more has come', async () => {
      const stream = await createStream(logs);
      await put(logs, stream, [event('1', -3), event('2', -2), event('3', -1)]);
      const one = await read(stream, { limit: 2 });
      const two = await read(stream, { limit: 2, nextToken: one.nextForwardToken });
      expect([messages(one), messages(two)]).toEqual([['1', '2'], ['3']]);
      const end = await read(stream, { nextToken: two.nextForwardToken });
      expect([messages(end), end.nextForwardToken]).toEqual([[], two.nextForwardToken]);
      await put(logs, stream, [event('4')]);
      expect(messages(await read(stream, { nextToken: end.nextForwardToken }))).toEqual(['4']);
    });

    it('shows the latest first unless asked to start from the head, and pages backwards', async () => {
      const stream = await createStream(logs);
      await put(logs, stream, [event('1', -3), event('2', -2), event('3', -1)]);
      const last = await read(stream, { startFromHead: false, limit: 2 });
      const before = await read(stream, { startFromHead: false, limit: 2, nextToken: last.nextBackwardToken });
      expect([messages(last), messages(before)]).toEqual([['2', '3'], ['1']]);
    });

    it('reads a span of time: from its start, and not its end', async () => {
      const stream = await createStream(logs);
      const events = [event('1', -3), event('2', -2), event('3', -1)];
      await put(logs, stream, events);
      const span = { startTime: events[1]!.timestamp, endTime: events[2]!.timestamp };
      expect(messages(await read(stream, span))).toEqual(['2']);
    });

    const filter = async (logGroupName: string, more: Partial<FilterLogEventsCommandInput> = {}) =>
      logs.send(new FilterLogEventsCommand({ logGroupName, ...more }));

    it('finds across the streams of a group, by name, prefix, time and term', async () => {
      const logGroupName = uniqueName('/group');
      for (const name of ['pod-a', 'pod-b', 'web']) await createStream(logs, { logGroupName, logStreamName: name });
      const events = ['pod-a', 'pod-b', 'web'].map((name, at) => ({ ...event(`error of ${name}`, at - 3), name }));
      for (const { name, ...one } of events) await put(logs, { logGroupName, logStreamName: name }, [one]);
      const found = async (more: Partial<FilterLogEventsCommandInput> = {}) =>
        (await filter(logGroupName, more)).events?.map(({ logStreamName }) => logStreamName);
      expect(await found()).toEqual(['pod-a', 'pod-b', 'web']);
      expect(await found({ logStreamNames: ['web', 'pod-a'] })).toEqual(['pod-a', 'web']);
      expect(await found({ logStreamNamePrefix: 'pod-' })).toEqual(['pod-a', 'pod-b']);
      expect(await found({ startTime: events[1]!.timestamp })).toEqual(['pod-b', 'web']);
      expect(await found({ filterPattern: '"of web"' })).toEqual(['web']);
    });

    it('pages through what it finds', async () => {
      const stream = await createStream(logs);
      await put(
        logs,
        stream,
        Array.from({ length: 5 }, (_, at) => event(`${at}`, at - 9)),
      );
      const seen: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const page = await filter(stream.logGroupName, { limit: 2, nextToken });
        expect(page.events!.length).toBeLessThanOrEqual(2);
        seen.push(...(messages(page) ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(seen).toEqual(['0', '1', '2', '3', '4']);
    });

    it('tells a group that does not exist from a stream that does not', async () => {
      const stream = await createStream(logs);
      const noGroup = put(logs, { ...stream, logGroupName: uniqueName('none') }, [event('x')]);
      await expect(noGroup).rejects.toMatchObject({ ...notFound, message: 'The specified log group does not exist.' });
      const noStream = put(logs, { ...stream, logStreamName: 'none' }, [event('x')]);
      await expect(noStream).rejects.toMatchObject({ ...notFound, message: 'The specified log stream does not exist.' });
    });

    it('refuses to make a group or a stream twice', async () => {
      const stream = await createStream(logs);
      await expect(logs.send(new CreateLogStreamCommand(stream))).rejects.toMatchObject(alreadyThere);
      await expect(logs.send(new CreateLogGroupCommand(stream))).rejects.toMatchObject(alreadyThere);
    });

    it('describes groups with their retention and tags, by prefix', async () => {
      const logGroupName = uniqueName('/tagged');
      await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { owner: 'platform' } }));
      await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 30 }));
      const describeIt = async () => (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }))).logGroups ?? [];
      const [group] = await describeIt();
      expect(group).toMatchObject({ logGroupName, retentionInDays: 30, arn: expect.stringMatching(/:log-group:\/tagged.*:\*$/) as string });
      const resourceArn = (group?.arn ?? '').replace(/:\*$/, '');
      expect((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ owner: 'platform' });
      await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
      expect((await describeIt())[0]?.retentionInDays).toBeUndefined();
      await logs.send(new DeleteLogGroupCommand({ logGroupName }));
      expect(await describeIt()).toEqual([]);
    });

    it('describes streams by pages, with the times of their events, and deletes one', async () => {
      const logGroupName = uniqueName('/streams');
      for (const logStreamName of ['b', 'a', 'c']) await createStream(logs, { logGroupName, logStreamName });
      const one = event('x');
      await put(logs, { logGroupName, logStreamName: 'a' }, [one]);
      const page = await logs.send(new DescribeLogStreamsCommand({ logGroupName, limit: 2 }));
      expect(page.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(['a', 'b']);
      expect(page.logStreams?.[0]).toMatchObject({ firstEventTimestamp: one.timestamp, lastEventTimestamp: one.timestamp });
      const rest = await logs.send(new DescribeLogStreamsCommand({ logGroupName, limit: 2, nextToken: page.nextToken }));
      expect(rest.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(['c']);
      await logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 'a' }));
      const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: 'a' }));
      expect(logStreams).toEqual([]);
    });

    it('refuses a batch that is not in the order of time', async () => {
      const stream = await createStream(logs);
      await expect(put(logs, stream, [event('late', -1), event('early', -2)])).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: 'Log events in a single PutLogEvents request must be in chronological order.',
      });
    });

    it('ignores sequence tokens', async () => {
      const stream = await createStream(logs);
      await put(logs, stream, [event('one')], { sequenceToken: 'nonsense' });
      await put(logs, stream, [event('two')], { sequenceToken: 'nonsense' });
      await vi.waitFor(async () => expect(messages(await read(stream))).toEqual(['one', 'two']));
    });
  });
}
