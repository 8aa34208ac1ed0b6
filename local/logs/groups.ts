/** The operations on log groups, their retention and tags. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */
import { type LogsAction, type LogsCall, namedGroup, taggedGroup } from './call.ts';
import { invalid, violation } from './error.ts';
import { checkGroupName, groupArn, streamArn } from './names.ts';
import { pageByKey } from './page.ts';
import type { Group } from './store.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);
const CLASSES: ReadonlySet<string> = new Set(['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY']);
const MAX_DESCRIBED = 50;
const MAX_TAGS = 50;

export const groupActions = {
  CreateLogGroup: (call) => createGroup(call),
  DescribeLogGroups: (call) => describeGroups(call),
  DeleteLogGroup: (call) => {
    call.store.deleteGroup(namedGroup(call));
    return undefined;
  },
  PutRetentionPolicy: (call) => {
    const days = call.input.natural('retentionInDays');
    if (days === undefined) throw violation(undefined, 'retentionInDays', 'Member must not be null');
    const group = namedGroup(call);
    if (!RETENTION_DAYS.has(days))
      throw violation(String(days), 'retentionInDays', `Member must satisfy enum value set: [${[...RETENTION_DAYS].join(', ')}]`);
    group.retentionInDays = days;
    return undefined;
  },
  DeleteRetentionPolicy: (call) => {
    namedGroup(call).retentionInDays = undefined;
    return undefined;
  },
  TagResource: (call) => {
    const group = taggedGroup(call);
    const tags = Object.entries(call.input.map('tags') ?? {});
    if (tags.length === 0) throw violation(undefined, 'tags', 'Member must not be null');
    const all = new Map([...group.tags, ...tags]);
    checkTagCount(all.size);
    for (const [key, value] of tags) group.tags.set(key, value);
    return undefined;
  },
  UntagResource: (call) => {
    const group = taggedGroup(call);
    for (const key of call.input.texts('tagKeys') ?? []) group.tags.delete(key);
    return undefined;
  },
  ListTagsForResource: (call) => ({ tags: Object.fromEntries(taggedGroup(call).tags) }),
} as const satisfies Record<string, LogsAction>;

function createGroup({ caller, input, store, now, authorise }: LogsCall): undefined {
  const name = checkGroupName(input.required('logGroupName'));
  authorise(streamArn(caller, name));
  const logGroupClass = input.text('logGroupClass') ?? 'STANDARD';
  if (!CLASSES.has(logGroupClass))
    throw violation(logGroupClass, 'logGroupClass', `Member must satisfy enum value set: [${[...CLASSES].join(', ')}]`);
  const tags = new Map(Object.entries(input.map('tags') ?? {}));
  checkTagCount(tags.size);
  store.createGroup(caller, { name, creationTime: now, logGroupClass, kmsKeyId: input.text('kmsKeyId'), tags });
}

function describeGroups({ caller, input, store, authorise }: LogsCall): object {
  const prefix = input.text('logGroupNamePrefix');
  const pattern = input.text('logGroupNamePattern');
  const limit = input.limit(MAX_DESCRIBED);
  if (prefix !== undefined && pattern !== undefined)
    throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  authorise(streamArn(caller, prefix ?? ''));
  const matching = store
    .groups(caller)
    .filter(({ name }) => name.startsWith(prefix ?? '') && name.toLowerCase().includes((pattern ?? '').toLowerCase()));
  const { items, nextToken } = pageByKey(matching, ({ name }) => name, { limit, token: input.text('nextToken') });
  return { logGroups: items.map(show), nextToken };
}

function show(group: Group): object {
  const arn = groupArn(group, group.name);
  return {
    logGroupName: group.name,
    creationTime: group.creationTime,
    retentionInDays: group.retentionInDays,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: [...group.streams.values()].reduce((sum, { tally }) => sum + tally.bytes, 0),
    logGroupClass: group.logGroupClass,
    kmsKeyId: group.kmsKeyId,
  };
}

function checkTagCount(count: number): void {
  if (count > MAX_TAGS) throw violation(`{${count} entries}`, 'tags', `Map value must have length less than or equal to ${MAX_TAGS}`);
}
