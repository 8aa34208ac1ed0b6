/** The rules of PutLogEvents that most emulators lack: its limits, what it refuses one by one, and that no account sees another's. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  type InputLogEvent,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createStream, event, put, type StreamName } from './log-streams.ts';
import { assume, createRole, mayAssume, trustAccount } from './roles.ts';
import { CENTRAL_ACCOUNT, clientConfig, describeOn, type Target, uniqueName } from './target.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const ONE_CUSTOMER = '111122223333';
const OTHER_CUSTOMER = '444455556666';
const invalid = (message: string | RegExp): object => ({
  name: 'InvalidParameterException',
  message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  $metadata: { httpStatusCode: 400 },
});

/** Events of one time. */
function times(count: number, message: string): InputLogEvent[] {
  return Array<InputLogEvent>(count).fill(event(message));
}

export function logsRulesContract(aws: () => Target): void {
  describeOn(aws, 'logs limits', ['limits'], () => {
    let logs: CloudWatchLogsClient;
    let stream: StreamName;
    beforeAll(() => {
      logs = new CloudWatchLogsClient(clientConfig(aws()));
    });
    beforeEach(async () => {
      stream = await createStream(logs);
    });
    afterAll(() => logs.destroy());

    it('takes 1,048,576 bytes as UTF-8 and 26 an event, and not one more', async () => {
      // 16 events of 65,536 bytes, of which 26 are overhead; é is two bytes.
      const message = 'é'.repeat((65_536 - 26) / 2);
      await put(logs, stream, times(16, message));
      const over = [...times(15, message), event(`${message}x`)];
      await expect(put(logs, stream, over)).rejects.toMatchObject(invalid('Upload too large: 1048577 bytes exceeds limit of 1048576'));
    });

    it('counts bytes, not the escapes of the request', async () => {
      const escaped = '\u0001'.repeat(1_048_576 - 26);
      expect((await put(logs, stream, [event(escaped)])).rejectedLogEventsInfo).toBeUndefined();
      const { events } = await logs.send(new GetLogEventsCommand({ ...stream, startFromHead: true }));
      expect(events?.[0]?.message === escaped).toBe(true);
    });

    it('takes an event of a megabyte with its 26 bytes, and not one more', async () => {
      await put(logs, stream, [event('x'.repeat(1_048_576 - 26))]);
      const over = put(logs, stream, [event('x'.repeat(1_048_576 - 25))]);
      await expect(over).rejects.toMatchObject(invalid('Log event too large: 1048577 bytes exceeds limit of 1048576'));
    });

    it('takes 10,000 events, and not one more', async () => {
      await put(logs, stream, times(10_000, 'x'));
      await expect(put(logs, stream, times(10_001, 'x'))).rejects.toMatchObject(invalid(/'logEvents'.*less than or equal to 10000$/));
    });

    it('takes a span of 24 hours, and not a millisecond more', async () => {
      const last = event('last');
      await put(logs, stream, [{ message: 'first', timestamp: last.timestamp - DAY * 1000 }, last]);
      const over = put(logs, stream, [{ message: 'first', timestamp: last.timestamp - DAY * 1000 - 1 }, last]);
      await expect(over).rejects.toMatchObject(
        invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.'),
      );
    });

    it.each<[string, () => InputLogEvent[], RegExp]>([
      ['an empty batch', () => [], /'logEvents'.*greater than or equal to 1$/],
      ['an empty message', () => [event('x'), event('')], /'logEvents\.2\.member\.message'.*greater than or equal to 1$/],
      ['a negative time', () => [{ message: 'x', timestamp: -1 }], /'logEvents\.1\.member\.timestamp'.*greater than or equal to 0$/],
      ['a missing time', () => [{ message: 'x', timestamp: undefined }], /'logEvents\.1\.member\.timestamp'.*not be null$/],
      ['a missing message', () => [{ message: undefined, timestamp: 1 }], /'logEvents\.1\.member\.message'.*not be null$/],
    ])('refuses %s, and keeps nothing', async (_, events, message) => {
      await expect(put(logs, stream, events())).rejects.toMatchObject(invalid(message));
      expect((await logs.send(new GetLogEventsCommand({ ...stream, startFromHead: true }))).events).toEqual([]);
    });

    it('refuses too old and too new ones one by one: the old end exclusive, the new start inclusive', async () => {
      const events = [
        event('older', -20 * DAY),
        event('old', -15 * DAY),
        event('good', -1),
        event('soon', 1.9 * HOUR),
        event('new', 3 * HOUR),
      ];
      const { rejectedLogEventsInfo } = await put(logs, stream, events);
      expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 2, tooNewLogEventStartIndex: 4 });
      const { events: kept } = await logs.send(new GetLogEventsCommand({ ...stream, startFromHead: true }));
      expect(kept?.map(({ message }) => message)).toEqual(['good', 'soon']);
    });

    it('refuses those older than the group keeps, overlapping with the too old', async () => {
      await logs.send(new PutRetentionPolicyCommand({ ...stream, retentionInDays: 3 }));
      const events = [event('old', -15 * DAY), event('expired', -4 * DAY), event('good', -1)];
      const { rejectedLogEventsInfo } = await put(logs, stream, events);
      expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 });
    });

    it('answers a batch of which nothing is taken with 200 all the same', async () => {
      const { rejectedLogEventsInfo } = await put(logs, stream, [event('old', -16 * DAY), event('old', -15 * DAY)]);
      expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 2 });
    });

    it('tells nothing of rejections where there are none', async () => {
      expect((await put(logs, stream, [event('good')])).rejectedLogEventsInfo).toBeUndefined();
    });

    it.each<[string, Partial<StreamName>]>([
      ['a stream with a colon', { logStreamName: 'a:b' }],
      ['a stream with a star', { logStreamName: 'a*' }],
      ['a stream of 513 characters', { logStreamName: 'a'.repeat(513) }],
      ['a group with a space', { logGroupName: 'a b' }],
      ['a group of 513 characters', { logGroupName: 'a'.repeat(513) }],
    ])('refuses the name of %s', async (_, name) => {
      await expect(createStream(logs, { ...stream, logStreamName: 'fresh', ...name })).rejects.toMatchObject(invalid(/failed to satisfy/));
    });
  });

  describeOn(aws, 'logs accounts', ['accounts'], () => {
    it('shows a group to its own account alone, and lets both have one of the same name', async () => {
      const name = { logGroupName: uniqueName('/same'), logStreamName: 's' };
      const [one, other] = [ONE_CUSTOMER, OTHER_CUSTOMER].map((account) => new CloudWatchLogsClient(clientConfig(aws(), account)));
      await createStream(one!, name);
      await put(one!, name, [event('secret')]);
      await expect(other!.send(new GetLogEventsCommand(name))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      expect((await other!.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name.logGroupName }))).logGroups).toEqual([]);
      await other!.send(new CreateLogGroupCommand(name));
      await createStream(other!, name);
      expect((await other!.send(new GetLogEventsCommand(name))).events).toEqual([]);
      for (const client of [one, other]) client!.destroy();
    });
  });

  describeOn(aws, 'logs trust', ['trust', 'accounts'], () => {
    it('lets a session do what its role allows, and tells it nothing of the rest', async () => {
      const mine = uniqueName('/mine');
      const may = [
        { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: `arn:aws:logs:*:${ONE_CUSTOMER}:log-group:${mine}:*` },
      ];
      const central = await createRole(aws(), {
        account: CENTRAL_ACCOUNT,
        trust: [trustAccount(CENTRAL_ACCOUNT)],
        may: [mayAssume('*')],
      });
      const RoleArn = await createRole(aws(), { account: ONE_CUSTOMER, trust: [trustAccount(CENTRAL_ACCOUNT)], may });
      const first = await assume(aws(), aws().credentialsFor(CENTRAL_ACCOUNT), { RoleArn: central });
      const { session, AssumedRoleUser } = await assume(aws(), first.session, { RoleArn });
      const owner = new CloudWatchLogsClient(clientConfig(aws(), ONE_CUSTOMER));
      const worker = new CloudWatchLogsClient({ ...clientConfig(aws()), credentials: session });
      for (const logGroupName of [mine, `${mine}-not`]) await createStream(owner, { logGroupName, logStreamName: 'old' });

      const own = { logGroupName: mine, logStreamName: 'old' };
      await put(worker, own, [event('delivered')]);
      expect((await owner.send(new GetLogEventsCommand(own))).events?.map(({ message }) => message)).toEqual(['delivered']);
      const region = aws().region;
      for (const logGroupName of [`${mine}-not`, `${mine}-missing`]) {
        await expect(put(worker, { logGroupName, logStreamName: 'old' }, [event('stray')])).rejects.toMatchObject({
          name: 'AccessDeniedException',
          message: `User: ${AssumedRoleUser?.Arn} is not authorized to perform: logs:PutLogEvents on resource: arn:aws:logs:${region}:${ONE_CUSTOMER}:log-group:${logGroupName}:log-stream:old because no identity-based policy allows the logs:PutLogEvents action`,
        });
      }
      await expect(worker.send(new GetLogEventsCommand(own))).rejects.toMatchObject({ name: 'AccessDeniedException' });
      for (const client of [owner, worker]) client.destroy();
    });
  });
}
