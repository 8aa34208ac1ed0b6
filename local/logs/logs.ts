/**
 * CloudWatch Logs by AWS's own rules, in the JSON 1.1 protocol: groups, streams, puts and reads, each account's and region's apart. A session does
 * only what its role's policies allow, and learns nothing of what it may not touch.
 */
import { randomUUID } from 'node:crypto';
import type { Identities } from '../iam/identities.ts';
import { callerContext } from '../iam/identities.ts';
import { readBody } from '../read-body.ts';
import type { Caller, Clock, LocalService, ServiceRequest } from '../service.ts';
import type { LogsAction, LogsCall } from './call.ts';
import { invalid, LogsError } from './error.ts';
import { filterLogEvents } from './filter-log-events.ts';
import { getLogEvents } from './get-log-events.ts';
import { groupActions } from './groups.ts';
import { Input } from './input.ts';
import { PutCalls } from './put-calls.ts';
import { MAX_EVENT_BYTES } from './put-log-events.ts';
import { putLogEvents } from './put.ts';
import { LogStore } from './store.ts';
import { streamActions } from './streams.ts';
import { Tally } from './tally.ts';
import type { StoredEvent } from './timeline.ts';

const TARGET = 'Logs_20140328.';
const MAX_KEPT_BYTES = 256 * 1024 * 1024;

export interface LogsOptions {
  readonly identities: Identities;
  readonly clock: Clock;
  /** Rules are checked, events counted and hashed, and nothing is kept: reads are refused. */
  readonly sink: boolean;
  /** One event's message and overhead; a megabyte by default. */
  readonly maxEventBytes?: number;
  /** Counted bytes kept over all accounts, 256 MiB by default (up to three times that in memory for short lines); then the oldest puts are forgotten. */
  readonly maxKeptBytes?: number;
}

export interface LogsService extends LocalService {
  readonly puts: PutCalls;
  /** What was accepted so far, also as a sink; of one stream, or of the group's all. Zeros for what does not exist. */
  tally(account: string, region: string, group: string, stream?: string): Tally;
  /** What is kept, in the order of times; of one stream, or of the group's all. Empty for what does not exist. */
  events(account: string, region: string, group: string, stream?: string): readonly StoredEvent[];
  /** Names, sorted. */
  groups(account: string, region: string): readonly string[];
  streams(account: string, region: string, group: string): readonly string[];
}

export function createLogs(options: LogsOptions): LogsService {
  const { sink, maxKeptBytes = MAX_KEPT_BYTES, maxEventBytes = MAX_EVENT_BYTES } = options;
  const store = new LogStore({ sink, maxKeptBytes, onForget: reportForgetting });
  const puts = new PutCalls();
  const readable = (read: LogsAction): LogsAction => (sink ? refuseToRead : read);
  const actions: Readonly<Record<string, LogsAction>> = {
    ...groupActions,
    ...streamActions,
    PutLogEvents: (call) => putLogEvents(call, { calls: puts, maxEventBytes }),
    GetLogEvents: readable(getLogEvents),
    FilterLogEvents: readable(filterLogEvents),
  };
  return { handle: (request) => handle({ ...options, store, actions }, request), puts, ...readAccess(store) };
}

function readAccess(store: LogStore): Pick<LogsService, 'tally' | 'events' | 'groups' | 'streams'> {
  return {
    tally: (account, region, group, stream) => {
      const sum = new Tally();
      for (const { name, tally } of store.find({ account, region }, group)?.streams.values() ?? [])
        if (stream === undefined || stream === name) sum.merge(tally);
      return sum;
    },
    events: (account, region, group, stream) => {
      const found = store.find({ account, region }, group);
      const timeline = stream === undefined ? found?.timeline : found?.streams.get(stream)?.timeline;
      return [...(timeline?.all() ?? [])];
    },
    groups: (account, region) => {
      const groups = store.groups({ account, region });
      return groups.map(({ name }) => name).toSorted();
    },
    streams: (account, region, group) => [...(store.find({ account, region }, group)?.streams.keys() ?? [])].toSorted(),
  };
}

interface Service extends LogsOptions {
  readonly store: LogStore;
  readonly actions: Readonly<Record<string, LogsAction>>;
}

async function handle({ identities, clock, store, actions }: Service, { req, res, caller }: ServiceRequest): Promise<void> {
  const body = (await readBody(req)).toString();
  const operation = String(req.headers['x-amz-target'] ?? '').replace(TARGET, '');
  try {
    const action = Object.hasOwn(actions, operation) ? actions[operation] : undefined;
    if (action === undefined)
      throw new LogsError(
        'UnknownOperationException',
        `The local CloudWatch Logs has no "${operation}"; it has ${Object.keys(actions).join(', ')}.`,
      );
    const authorise = (resource: string): void => checkAllowed(identities, caller, operation, resource);
    const call: LogsCall = { caller, input: new Input(body), store, now: clock.now(), authorise };
    send(res, 200, action(call) ?? {});
  } catch (error) {
    if (!(error instanceof LogsError)) throw error;
    send(res, 400, { __type: error.code, message: error.message });
  }
}

/** @throws LogsError `AccessDeniedException` in AWS's words. */
function checkAllowed(identities: Identities, caller: Caller, operation: string, resource: string): void {
  const action = `logs:${operation}`;
  const context = callerContext(caller).set('aws:resourceaccount', caller.account);
  const answer = identities.evaluateIdentity(caller, action, resource, context);
  if (answer === 'allow' || answer === 'allow-direct') return;
  const reason =
    answer === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  throw new LogsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
  );
}

function refuseToRead(): never {
  throw invalid('This local CloudWatch Logs is a sink: it checks, counts and hashes events, and keeps none that could be read.');
}

function reportForgetting(maxKeptBytes: number): void {
  process.stderr.write(
    `local logs: over ${Math.round(maxKeptBytes / 2 ** 20)} MiB of events kept; from now on the oldest are forgotten (counts and hashes go on)\n`,
  );
}

function send(res: ServiceRequest['res'], status: number, answer: object): void {
  const body = JSON.stringify(answer);
  res.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  res.end(body);
}
