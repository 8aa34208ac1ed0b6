/** Reading back at the borders: of times, of pages, of what is deleted. */
import {
  CloudWatchLogsClient,
  DeleteLogStreamCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { createStream, put, type StreamName } from '../../contract/log-streams.ts';

let aws: LocalAws;
let logs: CloudWatchLogsClient;
let stream: StreamName;
beforeAll(async () => {
  aws = await startLocalAws();
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'x' };
  logs = new CloudWatchLogsClient({ endpoint: aws.endpoint, region: 'eu-west-1', credentials });
});
beforeEach(async () => {
  stream = await createStream(logs);
});
afterAll(() => aws.stop());

interface Page {
  readonly events?: { readonly message?: string }[];
}
const messages = ({ events }: Page): string => (events ?? []).map(({ message }) => message).join(' ');
const initials = ({ events }: Page): string => (events ?? []).map(({ message }) => message?.[0]).join('');
const get = (more: Partial<GetLogEventsCommandInput> = {}) => logs.send(new GetLogEventsCommand({ ...stream, ...more }));
const filter = (more: Partial<FilterLogEventsCommandInput> = {}) =>
  logs.send(new FilterLogEventsCommand({ logGroupName: stream.logGroupName, ...more }));

/** @param place region and account. */
const filterByArn = (place: string) =>
  logs.send(new FilterLogEventsCommand({ logGroupIdentifier: `arn:aws:logs:${place}:log-group:${stream.logGroupName}:*` }));

/** A second apart each, `1` the oldest. @returns their times. */
async function putNumbers(count: number): Promise<number[]> {
  const now = aws.clock.now();
  const events = Array.from({ length: count }, (_, at) => ({ message: `${at + 1}`, timestamp: now - (count - at) * 1000 }));
  await put(logs, stream, events);
  return events.map(({ timestamp }) => timestamp);
}

it('ends a span before its end time in GetLogEvents, with it in FilterLogEvents', async () => {
  const [, second, , fourth] = await putNumbers(5);
  const span = { startTime: second, endTime: fourth };
  expect(messages(await get(span))).toBe('2 3');
  expect(messages(await filter(span))).toBe('2 3 4');
});

it('pages within a span both ways, and stays inside it', async () => {
  const times = await putNumbers(6);
  const span = { startTime: times[1], endTime: times[5], limit: 2 };
  const last = await get(span);
  const before = await get({ ...span, nextToken: last.nextBackwardToken });
  const end = await get({ ...span, nextToken: before.nextBackwardToken });
  expect([messages(last), messages(before), messages(end)]).toEqual(['4 5', '2 3', '']);
  expect(end.nextBackwardToken).toBe(before.nextBackwardToken);
  expect(messages(await get({ ...span, nextToken: end.nextForwardToken }))).toBe('2 3');
  expect(messages(await get({ ...span, nextToken: last.nextForwardToken }))).toBe('');
});

it('loses and doubles none of one time where a page ends among them', async () => {
  const timestamp = aws.clock.now();
  await put(
    logs,
    stream,
    [1, 2, 3].map((n) => ({ message: `${n}`, timestamp })),
  );
  await put(
    logs,
    stream,
    [4, 5].map((n) => ({ message: `${n}`, timestamp })),
  );
  const pages: string[] = [];
  for (let token: string | undefined, known: string | undefined; ; known = token) {
    const page = await get({ startFromHead: true, limit: 2, nextToken: token });
    token = page.nextForwardToken;
    if (token === known) break;
    pages.push(messages(page));
  }
  expect(pages).toEqual(['1 2', '3 4', '5']);
});

it('ends a page at a megabyte, before its limit', async () => {
  const timestamp = aws.clock.now();
  for (const letter of ['a', 'b', 'c']) await put(logs, stream, [{ message: letter.repeat(500_000), timestamp }]);
  const page = await get({ startFromHead: true });
  expect([initials(page), initials(await get({ nextToken: page.nextForwardToken }))]).toEqual(['ab', 'c']);
  expect(initials(await get())).toBe('bc');
  const found = await filter();
  expect([initials(found), initials(await filter({ nextToken: found.nextToken }))]).toEqual(['ab', 'c']);
});

it('shows nothing of a deleted stream, not even when one of its name is made anew', async () => {
  await putNumbers(2);
  await logs.send(new DeleteLogStreamCommand(stream));
  expect(messages(await filter())).toBe('');
  await createStream(logs, stream);
  expect([messages(await get()), messages(await filter())]).toEqual(['', '']);
});

it('finds a group by its ARN, and none of another account or region', async () => {
  await putNumbers(1);
  expect(messages(await filterByArn('eu-west-1:111111111111'))).toBe('1');
  await expect(filterByArn('eu-west-1:222222222222')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(filterByArn('us-east-1:111111111111')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('keeps fifty tags of a group at most, and takes tags away', async () => {
  const resourceArn = `arn:aws:logs:eu-west-1:111111111111:log-group:${stream.logGroupName}`;
  const tags = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'v']));
  await logs.send(new TagResourceCommand({ resourceArn, tags }));
  const more = logs.send(new TagResourceCommand({ resourceArn, tags: { more: 'v' } }));
  await expect(more).rejects.toMatchObject({ name: 'InvalidParameterException' });
  const tagKeys = Object.keys(tags).slice(1);
  await logs.send(new UntagResourceCommand({ resourceArn, tagKeys }));
  expect((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ k0: 'v' });
});
